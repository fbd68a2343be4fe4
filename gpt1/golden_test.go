package gpt1_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint/golden"
	"gorgpt/gpt1"
	"gorgpt/graph"
)

// model returns the golden set's model with the weights that file starts from.
func model(t *testing.T, set *golden.Set, file string) *gpt1.Model {
	t.Helper()
	m, err := gpt1.New(gpt1.Config{
		NLayer: set.Config.NLayer, NHead: set.Config.NHead, NEmbd: set.Config.NEmbd, NCtx: set.Config.NCtx,
		VocabSize: set.Config.VocabSize, LayerNormEps: float32(set.Config.LayerNormEpsilon),
	})
	require.NoError(t, err)
	weights := set.Weights(t, file)
	for _, p := range m.Store.Params() {
		w, found := weights[p.Name]
		require.True(t, found, p.Name)
		require.Equal(t, w.Shape, p.Shape, p.Name)
		copy(p.Value, w.Data)
	}
	return m
}

func TestGoldenForward(t *testing.T) {
	for _, set := range golden.Sets(t) {
		t.Run(set.Name, func(t *testing.T) {
			const file = "lm_forward.safetensors"
			m := model(t, set, file)
			tokens := set.Int32(t, file, "tokens")
			b, n := tokens.Shape[0], tokens.Shape[1]

			g := graph.New(false)
			ids, in := g.Ints("ids", b, n)
			copy(in, tokens.Data)
			hidden := m.Hidden(ids)
			logits := m.Logits(hidden)
			machine, err := g.Compile(new(graph.Arena), hidden, logits)
			require.NoError(t, err)
			require.NoError(t, machine.Run())
			set.Check(t, file, "hidden", hidden.Values())
			set.Check(t, file, "logits", unpad(logits.Values(), m.VocabSize))

			// The loss predicts tokens 1…T−1 from 0…T−2.
			m.Store.AllocateGradients()
			lm, err := m.NewLM(new(graph.Arena), b, n-1, true)
			require.NoError(t, err)
			for i := range b {
				lm.Fill(i, tokens.Data[i*n:(i+1)*n])
			}
			*lm.Count = float32(b * (n - 1))
			loss, err := lm.Run()
			require.NoError(t, err)
			set.Check(t, file, "loss", []float32{float32(loss)})
			checked := 0
			for _, name := range set.File(t, file).Expected("grad.") {
				p := m.Store.Param(strings.TrimPrefix(name, "grad."))
				require.NotNil(t, p, name)
				set.Check(t, file, name, p.Grad)
				checked++
			}
			require.Equal(t, len(m.Store.Params()), checked, "every parameter has a reference gradient")
		})
	}
}

// unpad drops the columns of each row beyond v.
func unpad(rows []float32, v int) []float32 {
	stride := graph.LogitsStride(v)
	var out []float32
	for at := 0; at < len(rows); at += stride {
		out = append(out, rows[at:at+v]...)
	}
	return out
}
