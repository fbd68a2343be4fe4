package heads

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint/golden"
	"gorgpt/gpt1"
	"gorgpt/optim"
)

// goldenKind returns the kind of a fine-tuning file. It follows from the head, or from the examples
// for classification and entailment, which have the same head.
func goldenKind(t *testing.T, set *golden.Set, f *golden.File) Kind {
	t.Helper()
	switch f.Head {
	case "similarity_class":
		return Similarity
	case "similarity_score":
		return Regression
	case "choice":
		return MultipleChoice
	}
	require.Equal(t, "classify", f.Head)
	if set.Examples(t).Tasks[f.Task][0][0].Text != nil {
		return Classification
	}
	return Entailment
}

// goldenTuner builds the model of a fine-tuning file as the command does: the pre-trained model with
// three more token embeddings and a head.
func goldenTuner(t *testing.T, set *golden.Set, f *golden.File) *Tuner {
	t.Helper()
	kind := goldenKind(t, set, f)
	pre, err := gpt1.New(gpt1.Config{
		NLayer: set.Config.NLayer, NHead: set.Config.NHead, NEmbd: set.Config.NEmbd, NCtx: set.Config.NCtx,
		VocabSize: set.Config.VocabSize, LayerNormEps: float32(set.Config.LayerNormEpsilon),
	})
	require.NoError(t, err)
	weights := set.Weights(t, f.Name)
	for _, p := range pre.Store.Params() {
		copy(p.Value, weights[p.Name].Data)
	}
	m, err := Attach(pre, AttachOptions{Rows: set.Config.VocabSize + 3, Outputs: f.NOut, Blocks: pre.NLayer, Seed: 1})
	require.NoError(t, err)
	rows := set.Float32(t, f.Name, "init.special_rows")
	copy(m.Store.Param("tokens_embed.weight").Value[set.Config.VocabSize*set.Config.NEmbd:], rows.Data)
	for _, name := range []string{"head.weight", "head.bias"} {
		copy(m.Store.Param(name).Value, set.Float32(t, f.Name, "init."+name).Data)
	}
	h, err := New(kind, m, 0)
	require.NoError(t, err)
	return &Tuner{Model: m, Head: h, Lambda: float32(f.Hyper.LMCoef), Micro: 64}
}

// goldenBatches formats the raw examples of a task.
func goldenBatches(t *testing.T, set *golden.Set, f *golden.File) [][]Encoded {
	t.Helper()
	kind := goldenKind(t, set, f)
	format := Formatter{
		Kind: kind, NCtx: set.Config.NCtx,
		Specials: Specials{Start: f.SpecialIDs.Start, Delimiter: f.SpecialIDs.Delimiter, Classify: f.SpecialIDs.Classify},
	}
	var batches [][]Encoded
	for _, step := range set.Examples(t).Tasks[f.Task] {
		var batch []Encoded
		for _, e := range step {
			x := Example{Target: Target{Label: int32(e.Label), Score: float32(e.Label)}, Answers: e.Answers}
			switch kind {
			case Classification:
				x.A = e.Text
			case Entailment:
				x.A, x.B = e.Premise, e.Hypothesis
			case MultipleChoice:
				x.A, x.B = e.Context, e.Question
			default:
				x.A, x.B = e.A, e.B
			}
			seqs, err := format.Sequences(x)
			require.NoError(t, err)
			batch = append(batch, Encoded{Sequences: seqs, Target: x.Target})
		}
		batches = append(batches, batch)
	}
	return batches
}

func finetuneFiles(set *golden.Set) []*golden.File { return set.Files("finetune_") }

func TestGoldenFormat(t *testing.T) {
	for _, set := range golden.Sets(t) {
		for _, f := range finetuneFiles(set) {
			t.Run(set.Name+"/"+f.Name, func(t *testing.T) {
				tokens, mask := set.Int32(t, f.Name, "tokens"), set.Float32(t, f.Name, "mask")
				width := tokens.Shape[3]
				row := 0
				for _, batch := range goldenBatches(t, set, f) {
					for _, e := range batch {
						require.Len(t, e.Sequences, f.SequencesPerExample)
						for _, seq := range e.Sequences {
							ids, live := tokens.Data[row*width:(row+1)*width], mask.Data[row*width:(row+1)*width]
							require.Equal(t, ids[:len(seq)], seq)
							for i := range live {
								require.Equal(t, i < len(seq), live[i] == 1, "row %d, position %d", row, i)
							}
							row++
						}
					}
				}
				require.Equal(t, len(tokens.Data), row*width, "every sequence was formatted")
			})
		}
	}
}

func TestGoldenFinetune(t *testing.T) {
	for _, set := range golden.Sets(t) {
		for _, f := range finetuneFiles(set) {
			t.Run(set.Name+"/"+f.Name, func(t *testing.T) { goldenFinetune(t, set, f) })
		}
	}
}

func goldenFinetune(t *testing.T, set *golden.Set, f *golden.File) {
	ctx := context.Background()
	tuner := goldenTuner(t, set, f)
	batches := goldenBatches(t, set, f)
	check := func(tensor string, values ...float32) {
		if _, expected := f.Tensors[tensor]; expected {
			set.Check(t, f.Name, tensor, values)
		}
	}
	total := func(l Losses) float32 { return float32(l.Total) }
	logits := func(rows [][]float32) (flat, centred []float32) {
		for _, r := range rows {
			mean := float32(0)
			for _, v := range r {
				mean += v / float32(len(r))
			}
			for _, v := range r {
				flat, centred = append(flat, v), append(centred, v-mean)
			}
		}
		return flat, centred
	}

	l, rows, err := tuner.Evaluate(ctx, batches[0])
	require.NoError(t, err)
	flat, _ := logits(rows)
	check("first.logits", flat...)
	check("first.clf_loss", float32(l.Task))
	check("first.lm_loss", float32(l.LM))
	check("first.total_loss", total(l))
	check("first.lm_loss_per_seq", lmPerSequence(t, tuner, batches[0])...)

	h := f.Hyper
	opt, err := optim.New(tuner.Model.Store, optim.Config{B1: h.B1, B2: h.B2, Eps: h.E, L2: h.L2, Clip: h.MaxGradNorm})
	require.NoError(t, err)
	schedule := optim.WarmupLinear{Peak: h.LR, Warmup: h.Warmup, Total: h.TTotal}
	var clf, lm, sum, norm, lr, lrt []float32
	for n := 1; n <= h.Steps; n++ {
		l, err := tuner.Accumulate(ctx, n, batches[n-1], atOnce)
		require.NoError(t, err)
		if n == 1 {
			for _, name := range f.Expected("grad.") {
				check(name, tuner.Model.Store.Param(strings.TrimPrefix(name, "grad.")).Grad...)
			}
		}
		rate := schedule.Rate(n)
		require.NoError(t, opt.Step(rate))
		clf, lm, sum = append(clf, float32(l.Task)), append(lm, float32(l.LM)), append(sum, total(l))
		norm, lr, lrt = append(norm, float32(opt.Norm())), append(lr, float32(rate)), append(lrt, float32(opt.Corrected(rate, n)))
	}
	check("steps.clf_loss", clf...)
	check("steps.lm_loss", lm...)
	check("steps.total_loss", sum...)
	check("steps.grad_norm", norm...)
	check("steps.lr", lr...)
	check("steps.lrt", lrt...)
	for _, p := range tuner.Model.Store.Params() {
		require.Contains(t, f.Tensors, "final."+p.Name)
		check("final."+p.Name, p.Value...)
	}
	l, rows, err = tuner.Evaluate(ctx, batches[0])
	require.NoError(t, err)
	flat, centred := logits(rows)
	check("after.logits", flat...)
	check("after.logits_centred", centred...)
	check("after.clf_loss", float32(l.Task))
	check("after.lm_loss", float32(l.LM))
}

// lmPerSequence returns the language model's loss of each sequence, in order.
func lmPerSequence(t *testing.T, tuner *Tuner, batch []Encoded) []float32 {
	var out []float32
	lane := tuner.wide.Take()
	for _, e := range batch {
		c, err := tuner.Cut([]Encoded{e})
		require.NoError(t, err)
		st, err := tuner.filled(lane, c, 0, judges)
		require.NoError(t, err)
		require.NoError(t, st.machine.Run())
		losses := st.lmLosses.Values()
		for r := range e.Sequences {
			sum := 0.0
			for i := r * st.t; i < (r+1)*st.t; i++ {
				sum += float64(st.weights[i] * losses[i])
			}
			out = append(out, float32(sum))
		}
	}
	return out
}
