package draw

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/generate"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/heads"
	"gorgpt/optim"
)

// The figures of parts are those that the summary prints.
func TestDataHasTheFiguresOfTheSummary(t *testing.T) {
	c, err := gpt1.Preset("tiny")
	require.NoError(t, err)
	m, err := gpt1.NewSketch(c)
	require.NoError(t, err)
	m.Store.AllocateGradients()
	for name, g := range map[string]*graph.Graph{"step": m.DeclareLM(2, c.NCtx, true).Graph, "update": optim.Declare(m.Store, optim.Defaults())} {
		nodes, err := g.Nodes()
		require.NoError(t, err)
		d := NewData(name, nodes, nil)
		var summary bytes.Buffer
		require.NoError(t, WriteSummary(&summary, name, nodes))
		lines := strings.Split(strings.TrimSpace(summary.String()), "\n")[2:]
		for _, p := range append(d.Parts, d.Whole) {
			if n := p.Path[0]; len(n) == 3 && n > "h.0" { // the summary has the first of blocks that are alike
				continue
			}
			var fields []string
			for len(lines) > 0 && fields == nil {
				fields, lines = strings.Fields(strings.ReplaceAll(strings.ReplaceAll(lines[0], "h.0 … h.3", "h.0"), "= [", "=[")), lines[1:]
			}
			var want bytes.Buffer
			p.write(&want, 0)
			require.Equal(t, p.Path[len(p.Path)-1], fields[0])
			figures := strings.Fields(strings.ReplaceAll(want.String(), "\t", " "))
			require.Equal(t, figures[len(figures)-5:], fields[len(fields)-5:], p.Path)
		}
		require.Empty(t, lines)

		sum := Figures{}
		for _, n := range d.Nodes {
			sum.Nodes, sum.FLOPs, sum.Memory, sum.Read = sum.Nodes+n.Nodes, sum.FLOPs+n.FLOPs, sum.Memory+n.Memory, sum.Read+n.Read
		}
		require.Equal(t, d.Whole.All.FLOPs, sum.FLOPs)
		require.Equal(t, d.Whole.All.Memory, sum.Memory)
		require.Equal(t, d.Whole.All.Read, sum.Read)
		require.Equal(t, len(nodes), sum.Nodes)
		require.Equal(t, sum.Nodes, d.Whole.All.Nodes)
	}
}

// Times are those of profile.csv.
func TestDataHasTheTimesOfTheProfile(t *testing.T) {
	m, err := gpt1.New(gpt1.Config{NLayer: 2, NHead: 2, NEmbd: 8, NCtx: 8, VocabSize: 20, LayerNormEps: 1e-5})
	require.NoError(t, err)
	m.Init(1)
	lm := m.DeclareLM(1, 8, false)
	times, err := Measure(context.Background(), Subject{Graph: lm.Graph}, 3)
	require.NoError(t, err)
	nodes, err := lm.Graph.Nodes()
	require.NoError(t, err)
	var table bytes.Buffer
	require.NoError(t, times.WriteCSV(&table, nodes))
	records, err := csv.NewReader(&table).ReadAll()
	require.NoError(t, err)
	rows := map[string][]string{}
	for _, r := range records {
		rows[r[0]] = r
	}
	d := NewData("forward", nodes, times)
	require.Equal(t, 3, d.Runs)
	measured := 0
	for _, n := range d.Nodes {
		r := rows[n.Name]
		if n.Milliseconds == 0 {
			require.Nil(t, r, n.Name)
			continue
		}
		measured++
		require.Equal(t, r[4:], []string{fmt.Sprintf("%.4f", n.Milliseconds), fmt.Sprintf("%.6f", n.Share), fmt.Sprintf("%.3f", n.GFLOPs), fmt.Sprintf("%.3f", n.GB)})
	}
	require.Equal(t, len(rows)-2, measured, "all but the heading and the time between nodes")
	require.InDelta(t, times.Share(nodes), d.Whole.All.Share, 1e-4)
}

// Every operation of the graphs that are drawn has an equation.
func TestEquations(t *testing.T) {
	for _, lstm := range []int{0, 8} {
		c := gpt1.Config{NLayer: 1, NHead: 2, NEmbd: 8, NCtx: 8, VocabSize: 20, LayerNormEps: 1e-5, NUnits: lstm, EmbdPDrop: 0.1}
		for _, kind := range heads.Kinds() {
			k := max(1, kind.Task().Outputs(heads.Space{Labels: []string{"a", "b"}}))
			m, err := gpt1.NewSketch(c, heads.Params(c.NEmbd, k)...)
			require.NoError(t, err)
			m.Store.AllocateGradients()
			head, err := heads.New(kind, m, 0.1)
			require.NoError(t, err)
			g, _ := (&heads.Tuner{Model: m, Head: head, Lambda: 0.5, Micro: 2}).Declare(max(1, kind.Task().Sequences(heads.Space{Choices: 3})), true)
			graphs := []*graph.Graph{g, optim.Declare(m.Store, optim.Defaults()), m.DeclareLM(1, 8, true).Graph}
			if lstm == 0 {
				decode, _ := generate.Declare(m, 1)
				graphs = append(graphs, decode)
			}
			for _, g := range graphs {
				nodes, err := g.Nodes()
				require.NoError(t, err)
				for _, x := range nodes {
					if computes := len(x.In) > 0; computes {
						require.NotEmpty(t, Equation(x.Kind), "%s: %s", x.Name, x.Kind)
					}
				}
			}
		}
	}
}
