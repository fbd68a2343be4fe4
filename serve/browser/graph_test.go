package browser_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/checkpoint"
	"gorgpt/graph"
	"gorgpt/graph/draw"
	"gorgpt/serve"
	"gorgpt/serve/page"
)

// values are the figures that the boxes are coloured by.
func (p *tab) values() map[string]float64 {
	p.t.Helper()
	return eval[map[string]float64](p, `Object.fromEntries([...document.querySelectorAll('svg .box')].map((b) => [b.dataset.key, Number(b.dataset.value)]))`)
}

// focusBox gives a box of the graph the focus.
func (p *tab) focusBox(key string) {
	p.t.Helper()
	_ = eval[bool](p, fmt.Sprintf(`(() => { [...document.querySelectorAll('svg [data-key]')].find((b) => b.dataset.key === %q).focus(); return true })()`, key))
}

func TestGraph(t *testing.T) {
	p := open(t, serve.Options{}, models()...)
	m := reference(t, "base")
	p.visit("#graph?model=base&graph=step", "#panel-graph .box")
	title, nodes := graphOf(t, m, "step")
	data := draw.NewData(title, nodes, nil)
	var summary bytes.Buffer
	require.NoError(t, draw.WriteSummary(&summary, title, nodes))

	// The totals are those of -summary.
	lines := strings.Split(strings.TrimSpace(summary.String()), "\n")
	total := strings.Fields(strings.TrimPrefix(squeezed(lines[len(lines)-1]), "total ")) // parameters, forward, backward, update, memory
	facts := p.texts(".graph-facts dd")
	require.Equal(t, total[0], facts[3])
	require.Equal(t, total[1:5], strings.Fields(facts[1]+" "+facts[2]))
	require.Equal(t, strings.Join(total[len(total)-2:], " "), facts[6])

	// Colours: the values of folded parts, then those of all nodes.
	p.set("#panel-graph .tools label:nth-of-type(3) select", "flops")
	got := p.values()
	for _, part := range data.Parts {
		if strings.HasPrefix(part.Path[0], "h.1") && len(part.Path) == 1 {
			require.EqualValues(t, part.In[draw.Forward].FLOPs, got["h.1 forward"])
			require.EqualValues(t, part.In[draw.Backward].FLOPs, got["h.1 backward"])
		}
	}
	require.Contains(t, got, "h.0/attn forward", "the first block is open")
	require.NotContains(t, got, "h.1/attn forward")
	p.look("graph")
	p.set("#panel-graph .tools label:nth-of-type(2) select", "ops")
	got = p.values()
	drawn := 0
	for _, n := range data.Nodes {
		if n.Drawn {
			drawn++
			require.EqualValues(t, n.FLOPs, got[n.Name], n.Name)
		}
	}
	require.Len(t, got, drawn)
	p.set("#panel-graph .tools label:nth-of-type(3) select", "bytes")
	for _, n := range data.Nodes {
		if n.Drawn {
			require.EqualValues(t, n.Read+n.Written, p.values()[n.Name], n.Name)
			break
		}
	}

	// Folding by keyboard.
	p.set("#panel-graph .tools label:nth-of-type(2) select", "blocks")
	p.focusBox("h.1 forward")
	p.press("Enter")
	p.until(`document.querySelector('.graph-facts h2').textContent === 'h.1'`)
	p.press("Enter")
	p.until(`document.querySelectorAll('[data-key="h.1.attn.attention"]').length === 1`)
	p.focusBox("h.1")
	p.press("Enter")
	p.until(`document.querySelectorAll('[data-key="h.1 forward"]').length === 1`)

	// Searching opens what holds the node, and shows its facts.
	p.set("#panel-graph input[type=search]", "h.1.attn.attention")
	_ = eval[bool](p, `(() => { document.querySelector('#panel-graph input[type=search]').focus(); return true })()`)
	p.press("Enter")
	p.until(`document.querySelector('.graph-facts h2').textContent === 'h.1.attn.attention'`)
	for _, n := range data.Nodes {
		if n.Name == "h.1.attn.attention" {
			sheet := strings.Join(p.texts(".graph-facts dd"), "\n")
			require.Contains(t, sheet, n.Shape)
			require.Contains(t, sheet, n.Kind)
			require.Equal(t, n.Equation, p.texts(".graph-facts .equation")[0])
		}
	}
	require.Equal(t, []string{"1 of 2"}, p.texts("#panel-graph output"))

	// Other graphs.
	for _, name := range m.Graphs() {
		p.set("#panel-graph select", name)
		title, nodes := graphOf(t, m, name)
		p.until(fmt.Sprintf(`document.querySelector('.graph-facts h2').textContent === %q`, title))
		require.Contains(t, p.texts(".graph-facts dd"), fmt.Sprint(len(nodes)))
	}

	// Measured times, which colour the graph.
	p.set("#panel-graph select", "forward")
	title, _ = graphOf(t, m, "forward")
	p.until(fmt.Sprintf(`document.querySelector('.graph-facts h2').textContent === %q`, title))
	p.click("#panel-graph .row button:not(.quiet)")
	p.until(`document.querySelector('#panel-graph .tools label:nth-of-type(3) select').value === 'time'`)
	require.Contains(t, strings.Join(p.texts("#panel-graph p, #panel-graph div"), "\n"), "the mean of 3 runs")
	p.set("#panel-graph .tools label:nth-of-type(2) select", "ops")
	require.Positive(t, p.values()["h.1.attn.attention"])
}

// graphOf returns the title and the nodes of a graph of a model.
func graphOf(t *testing.T, m *gorgpt.Model, name string) (title string, nodes []graph.Info) {
	t.Helper()
	d, err := m.Graph(name)
	require.NoError(t, err)
	nodes, err = d.Graph.Nodes()
	require.NoError(t, err)
	return d.Title, nodes
}

// A page of -html opens from the disk and shows the times of profile.csv.
func TestGraphFromADisk(t *testing.T) {
	p := open(t, serve.Options{}, models()...)
	m, _, err := checkpoint.ReadFolder(folder+"base", 0)
	require.NoError(t, err)
	lm := m.DeclareLM(1, m.NCtx, false)
	*lm.Count = float32(m.NCtx)
	times, err := draw.Measure(context.Background(), draw.Subject{Graph: lm.Graph}, 2)
	require.NoError(t, err)
	nodes, err := lm.Graph.Nodes()
	require.NoError(t, err)
	data := draw.NewData("forward", nodes, times)
	file := filepath.Join(t.TempDir(), "graph.html")
	var out bytes.Buffer
	require.NoError(t, page.WriteGraph(&out, data.Title, data))
	require.NoError(t, os.WriteFile(file, out.Bytes(), 0o600))

	p.file = "file://" + file
	p.run(chromedp.Navigate(p.file), chromedp.WaitVisible(chromedp.CSS("svg .box")))
	p.set(".tools label:nth-of-type(2) select", "ops")
	p.set(".tools label:nth-of-type(3) select", "time")
	got := p.values()
	for _, n := range data.Nodes {
		if n.Drawn {
			require.InDelta(t, n.Milliseconds, got[n.Name], 1e-9, n.Name)
		}
	}
	require.Contains(t, p.texts(".legend")[0], "the mean of 2 runs")
	p.look("graph-file")
	p.focusBox("h.1.attn.attention")
	p.press("Enter")
	p.until(`document.querySelector('.graph-facts h2').textContent === 'h.1.attn.attention'`)
}
