package generate

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/checkpoint/golden"
	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
)

// byHand is a model in plain loops and float64, from its tensors alone.
type byHand struct {
	gpt1.Config
	w map[string][]float32
}

// linear computes x·W + b. [T in] → [T out]
func (m byHand) linear(x [][]float64, name string) [][]float64 {
	w, b := m.w[name+".weight"], m.w[name+".bias"]
	y := make([][]float64, len(x))
	for i := range x {
		y[i] = make([]float64, len(b))
		for j := range b {
			y[i][j] = float64(b[j])
			for k := range x[i] {
				y[i][j] += x[i][k] * float64(w[k*len(b)+j])
			}
		}
	}
	return y
}

// residual computes LN(x + y). 2 × [T C] → [T C]
func (m byHand) residual(x, y [][]float64, name string) [][]float64 {
	out := make([][]float64, len(x))
	for i := range x {
		out[i] = make([]float64, m.NEmbd)
		mean, variance := 0.0, 0.0
		for k := range x[i] {
			out[i][k] = x[i][k] + y[i][k]
			mean += out[i][k] / float64(m.NEmbd)
		}
		for _, z := range out[i] {
			variance += (z - mean) * (z - mean) / float64(m.NEmbd)
		}
		for k, z := range out[i] {
			out[i][k] = (z-mean)/math.Sqrt(variance+float64(m.LayerNormEps))*float64(m.w[name+".weight"][k]) + float64(m.w[name+".bias"][k])
		}
	}
	return out
}

// attention adds the weights of a block to all. [T C] → [T C]
func (m byHand) attention(x [][]float64, name string, all *[][]float64) [][]float64 {
	qkv, d := m.linear(x, name+".c_attn"), m.NEmbd/m.NHead
	y, weights := make([][]float64, len(x)), make([]float64, m.NHead*len(x)*len(x))
	for i := range x {
		y[i] = make([]float64, m.NEmbd)
	}
	for h := range m.NHead {
		for i := range x {
			p, total := weights[(h*len(x)+i)*len(x):][:len(x)], 0.0
			for j := range i + 1 {
				dot := 0.0
				for k := range d {
					dot += qkv[i][h*d+k] * qkv[j][m.NEmbd+h*d+k]
				}
				p[j] = math.Exp(dot / math.Sqrt(float64(d)))
				total += p[j]
			}
			for j := range i + 1 {
				p[j] /= total
				for k := range d {
					y[i][h*d+k] += p[j] * qkv[j][2*m.NEmbd+h*d+k]
				}
			}
		}
	}
	*all = append(*all, weights)
	return m.linear(y, name+".c_proj")
}

// read returns the states before the first block and after each, and the attention weights. 1 + blocks × [T C], blocks × [H T T]
func (m byHand) read(ids []int32) (states [][][]float64, weights [][]float64) {
	h := make([][]float64, len(ids))
	for i, id := range ids {
		for k := range m.NEmbd {
			h[i] = append(h[i], float64(m.w["tokens_embed.weight"][int(id)*m.NEmbd+k])+float64(m.w["positions_embed.weight"][i*m.NEmbd+k]))
		}
	}
	states = append(states, h)
	for l := range m.NLayer {
		block := fmt.Sprintf("h.%d", l)
		n := m.residual(h, m.attention(h, block+".attn", &weights), block+".ln_1")
		f := m.linear(n, block+".mlp.c_fc")
		for _, row := range f {
			for k, z := range row {
				row[k] = 0.5 * z * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(z+0.044715*z*z*z)))
			}
		}
		h = m.residual(n, m.linear(f, block+".mlp.c_proj"), block+".ln_2")
		states = append(states, h)
	}
	return states, weights
}

// logits reads a state with the output matrix. [C] → [V]
func (m byHand) logits(state []float64) []float32 {
	z := make([]float32, m.VocabSize)
	for id := range z {
		sum := 0.0
		for k, x := range state {
			sum += x * float64(m.w["tokens_embed.weight"][id*m.NEmbd+k])
		}
		z[id] = float32(sum)
	}
	return z
}

// requireInside compares everything that Look returns of a text.
func (m byHand) requireInside(t *testing.T, model *gpt1.Model, ids []int32) {
	t.Helper()
	got, err := Look(context.Background(), model, ids, model.VocabSize)
	require.NoError(t, err)
	states, weights := m.read(ids)
	require.Len(t, got.Attention, model.NLayer)
	for l, w := range weights {
		require.Len(t, got.Attention[l], len(w))
		for i := range w {
			require.InDelta(t, w[i], got.Attention[l][i], 1e-5, "block %d, weight %d", l, i)
		}
	}
	require.Len(t, got.Best, model.NLayer+1)
	for l, at := range got.Best {
		require.Len(t, at, len(ids))
		for i, best := range at {
			want := LogSoftmax(m.logits(states[l][i]))
			for k, r := range best {
				require.InDelta(t, want[r.ID], r.LogProb, 1e-4, "after block %d, position %d, token %d", l, i, r.ID)
				require.True(t, k == 0 || r.LogProb <= best[k-1].LogProb)
			}
		}
	}
}

// The output matrix reads each state as plain loops over the tensors of the folder do.
func TestLook(t *testing.T) {
	const folder = "../testdata/stability/c3479e4/base"
	model, tok, err := checkpoint.ReadFolder(folder, 0)
	require.NoError(t, err)
	file, err := safetensors.Open(filepath.Join(folder, "model.safetensors"))
	require.NoError(t, err)
	defer file.Close()
	hand := byHand{model.Config, map[string][]float32{}}
	for _, p := range model.Params() {
		hand.w[p.Name] = make([]float32, len(model.Store.Param(p.Name).Value))
		require.NoError(t, file.Float32(p.Name, hand.w[p.Name]))
	}
	for _, text := range []string{"the boy was glad", "one day the girl saw the lamp at the sea .", "a"} {
		hand.requireInside(t, model, tok.Encode(text))
	}

	ids := tok.Encode("the boy was glad")
	best, err := Look(context.Background(), model, ids, 3)
	require.NoError(t, err)
	_, want, err := NewScorer(model).Rank(context.Background(), append(ids, 0), 3)
	require.NoError(t, err)
	for i, last := range best.Best[model.NLayer] { // the last state is what the model says
		for k, r := range want[i] {
			require.Equal(t, r.ID, last[k].ID)
			require.InDelta(t, r.LogProb, last[k].LogProb, 1e-5)
		}
	}
	for _, n := range []int{0, model.VocabSize + 1} {
		_, err = Look(context.Background(), model, ids, n)
		require.ErrorContains(t, err, "the number must be from 1 to 80")
	}
	_, err = Look(context.Background(), model, []int32{80}, 1)
	require.ErrorContains(t, err, "which are 0 to 79")
	ended, end := context.WithCancel(context.Background())
	end()
	_, err = Look(ended, model, ids, 1)
	require.ErrorIs(t, err, context.Canceled)
}

// The plain loops are those of the reference, of which the logits after the last block are known.
func TestGoldenInside(t *testing.T) {
	for _, set := range golden.Sets(t) {
		for _, f := range set.Files("lm_forward") {
			t.Run(set.Name+"/"+f.Name, func(t *testing.T) {
				model, err := gpt1.New(gpt1.Config{
					NLayer: set.Config.NLayer, NHead: set.Config.NHead, NEmbd: set.Config.NEmbd, NCtx: set.Config.NCtx,
					VocabSize: set.Config.VocabSize, LayerNormEps: float32(set.Config.LayerNormEpsilon),
				})
				require.NoError(t, err)
				hand := byHand{model.Config, map[string][]float32{}}
				weights := set.Weights(t, f.Name)
				for _, p := range model.Store.Params() {
					copy(p.Value, weights[p.Name].Data)
					hand.w[p.Name] = weights[p.Name].Data
				}
				tokens := set.Int32(t, f.Name, "tokens")
				var logits []float32
				for row := range tokens.Shape[0] {
					ids := tokens.Data[row*tokens.Shape[1]:][:tokens.Shape[1]]
					hand.requireInside(t, model, ids)
					states, _ := hand.read(ids)
					for _, state := range states[model.NLayer] {
						logits = append(logits, hand.logits(state)...)
					}
				}
				set.Check(t, f.Name, "logits", logits)
			})
		}
	}
}
