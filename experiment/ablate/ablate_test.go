package ablate

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/internal/results"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

var update = flag.Bool("update", false, "write the golden files anew")

// minuteBase returns a model with a vocabulary of two dozen words and random weights.
func minuteBase(t *testing.T) *finetune.Base {
	t.Helper()
	dir := t.TempDir()
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 100, MinFrequency: 1})
	trainer.Add("the film was good . the film was bad . it rains and it is wet or dry")
	tok, err := trainer.Train()
	require.NoError(t, err)
	m, err := gpt1.New(gpt1.Config{
		NLayer: 1, NHead: 2, NEmbd: 16, NCtx: 16, VocabSize: tok.Size(),
		EmbdPDrop: 0.1, AttnPDrop: 0.1, ResidPDrop: 0.1, LayerNormEps: 1e-5, InitRange: 0.3,
	})
	require.NoError(t, err)
	m.Init(7) // the runs do not use this seed
	require.NoError(t, checkpoint.WriteModel(dir, m))
	vocab, err := tok.VocabJSON()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "vocab.json"), vocab, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "merges.txt"), tok.MergesTXT(), 0o600))
	b, err := finetune.ReadBase(dir)
	require.NoError(t, err)
	return b
}

// films returns a set with the given number of training rows, whose labels depend on one word.
func films(t *testing.T, kind heads.Kind, n int) *Set {
	t.Helper()
	rows := func(n int, seed uint64) (all []loaders.Row) {
		rng := rand.New(rand.NewPCG(seed, 0))
		for i := range n {
			right := rng.IntN(2)
			word := []string{"bad", "good"}[right]
			row := loaders.Row{Path: "films", Line: i + 1, Texts: []string{"the film was " + word}, Label: loaders.Label{Text: word}}
			if kind == heads.Regression {
				row.Texts = append(row.Texts, "it was wet")
				row.Label = loaders.Label{Text: fmt.Sprintf("%d.5", right), Form: loaders.Float}
			}
			all = append(all, row)
		}
		return all
	}
	d := &finetune.Data{Name: "films", Train: rows(n, 1), Dev: rows(10, 2), Test: rows(20, 3)}
	var err error
	d.Spec, err = finetune.Learn(kind, d.Train)
	require.NoError(t, err)
	s := finetune.Defaults()
	s.Task, s.Epochs, s.Batch, s.LR = kind, 2, 8, 0.01
	return &Set{Name: string(kind), Options: s, Data: d}
}

func grid(t *testing.T, g Grid) *Grid {
	t.Helper()
	checked, err := NewGrid(g)
	require.NoError(t, err)
	return checked
}

// run runs the grid and returns the lines of progress.
func run(t *testing.T, g *Grid, dir string) []string {
	t.Helper()
	log, err := OpenLog(dir)
	require.NoError(t, err)
	var out bytes.Buffer
	lines := train.Listener{Report: func(e train.Event) {
		if p, isProgress := e.(train.Progress); isProgress {
			out.WriteString(p.String() + "\n")
		}
	}}
	require.NoError(t, g.Run(context.Background(), log, lines))
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}

func TestCompletedRunsAreSkipped(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ablate")
	g := Grid{
		Base: minuteBase(t), Sets: []*Set{films(t, heads.Classification, 24)}, Variants: Variants()[:3], Seeds: 2,
		Limits: []int{0, 9}, Updates: 10,
	}
	lines := run(t, grid(t, g), dir)
	require.Len(t, lines, 10, "3 variants of all rows, 2 of them of 9 rows, 2 seeds each")
	require.Contains(t, lines[0], "1/10  classification, pre-trained, seed 1: ")
	require.Contains(t, lines[3], "4/10  classification, pre-trained, limit 9, seed 1: ")
	require.Contains(t, lines[9], "10/10  classification, no pre-training, limit 9, seed 2: ")
	require.Contains(t, lines[9], "ETA 0s")
	first, err := os.ReadFile(filepath.Join(dir, results.File))
	require.NoError(t, err)

	require.Equal(t, []string{"runs already in " + filepath.Join(dir, results.File) + ": 10 of 10"}, run(t, grid(t, g), dir))
	again, err := os.ReadFile(filepath.Join(dir, results.File))
	require.NoError(t, err)
	require.Equal(t, first, again)

	t.Run("runs missing after an interruption", func(t *testing.T) {
		lines := strings.SplitAfter(string(first), "\n")
		require.NoError(t, os.WriteFile(filepath.Join(dir, results.File), []byte(strings.Join(lines[:7], "")), 0o600))
		lines = run(t, grid(t, g), dir)
		require.Len(t, lines, 4)
		require.Contains(t, lines[0], ": 7 of 10")
		require.Contains(t, lines[1], "8/10  classification, no pre-training, seed 2: ")
		log, err := OpenLog(dir)
		require.NoError(t, err)
		all, err := log.All()
		require.NoError(t, err)
		require.Len(t, all, 10)
	})
	t.Run("files may move", func(t *testing.T) {
		moved := *g.Sets[0]
		moved.Options.Train, moved.Options.Model = "elsewhere", "elsewhere"
		h := g
		h.Sets = []*Set{&moved}
		require.Len(t, run(t, grid(t, h), dir), 1)
	})
	for name, change := range map[string]func(h *Grid, s *Set){
		"another recipe": func(_ *Grid, s *Set) { s.Options.LR = 0.02 },
		"other rows": func(_ *Grid, s *Set) {
			d := *s.Data
			d.Test = d.Test[1:]
			s.Data = &d
		},
		"another model": func(h *Grid, _ *Set) {
			b := *h.Base
			var err error
			h.Base, err = b.Random(2, train.Listener{})
			require.NoError(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, s := g, *g.Sets[0]
			h.Seeds, h.Limits, h.Variants, h.Sets = 1, nil, []Variant{Full}, []*Set{&s}
			change(&h, &s)
			require.Contains(t, run(t, grid(t, h), dir)[0], "1/1  classification, pre-trained, seed 1: ")
		})
	}
}

// The same grid gives the same scores, and different variants give different scores.
func TestScoresAreDeterministic(t *testing.T) {
	figures := func() map[ID]Result {
		dir := t.TempDir()
		run(t, grid(t, Grid{
			Base: minuteBase(t), Sets: []*Set{films(t, heads.Classification, 24), films(t, heads.Regression, 24)},
			Variants: Variants()[:3], Seeds: 2,
		}), dir)
		log, err := OpenLog(dir)
		require.NoError(t, err)
		all, err := log.All()
		require.NoError(t, err)
		for id, r := range all {
			require.Greater(t, r.Seconds, 0.0)
			r.Seconds = 0
			all[id] = r
		}
		return all
	}
	one := figures()
	require.Len(t, one, 12)
	require.Equal(t, one, figures())
	losses := map[float64]bool{}
	for _, r := range one {
		require.Equal(t, 24, r.Rows)
		require.Equal(t, 6, r.Options.Steps, "2 epochs of 24 rows in batches of 8")
		require.NotEmpty(t, r.Dev)
		require.False(t, losses[float64(r.Test["loss"])], "all runs differ")
		losses[float64(r.Test["loss"])] = true
		if r.Options.Task == heads.Classification {
			require.Equal(t, r.Test["acc"], r.Score)
			require.Equal(t, r.Test["majority_acc"], r.Baseline)
		} else {
			require.Equal(t, r.Test["pearson"], r.Score)
		}
	}
}

func TestTrials(t *testing.T) {
	g := grid(t, Grid{
		Base: minuteBase(t), Sets: []*Set{films(t, heads.Classification, 100)}, Variants: []Variant{NoLM}, Seeds: 1,
		Limits: []int{100, 16, 0, 5000}, Updates: 20,
	})
	trials, err := g.trials()
	require.NoError(t, err)
	type want struct {
		variant              string
		limit, rows, updates int
		lambda               float64
		scratch              bool
	}
	var got []want
	for _, r := range trials {
		s := r.id.Options
		require.Zero(t, s.EvalEvery)
		got = append(got, want{r.variant.Name, s.Limit, len(r.data.Train), s.Steps, s.Lambda, s.Scratch})
	}
	require.Equal(t, []want{
		{"no-lm", 0, 100, 25, 0, false},
		{"full", 16, 16, 20, 0.5, false},
		{"scratch", 16, 16, 20, 0.5, true},
		{"full", 0, 100, 25, 0.5, false},
		{"scratch", 0, 100, 25, 0.5, true},
	}, got, "all rows once, whatever they are called")
}

// The LSTM is fine-tuned from its own weights. A different vocabulary is an error.
func TestLSTM(t *testing.T) {
	base := minuteBase(t)
	c := base.Model.Config
	c.NHead, c.NUnits = 1, 8
	m, err := gpt1.New(c)
	require.NoError(t, err)
	m.Init(7)
	g := Grid{Base: base, LSTM: &finetune.Base{Model: m, Tok: base.Tok}, Sets: []*Set{films(t, heads.Classification, 24)}, Variants: Variants(), Seeds: 2}
	dir := t.TempDir()
	lines := run(t, grid(t, g), dir)
	require.Len(t, lines, 8)
	require.Contains(t, lines[3], "classification, LSTM, pre-trained, seed 1: ")
	log, err := OpenLog(dir)
	require.NoError(t, err)
	table, err := grid(t, g).Markdown(log)
	require.NoError(t, err)
	require.Regexp(t, `\| LSTM w/ aux LM +\| +[0-9.]+ \| +[0-9.]+ \([0-9.]+ – [0-9.]+\) \|`, table)

	g.LSTM = nil
	_, err = NewGrid(g)
	require.EqualError(t, err, "the variant lstm needs a pre-trained LSTM: name one with LSTM")
	g.LSTM = base
	_, err = NewGrid(g)
	require.ErrorContains(t, err, "LSTM must name an LSTM, not a Transformer")
	tok, err := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 30, MinFrequency: 1}).Train()
	if err == nil {
		g.LSTM = &finetune.Base{Model: m, Tok: tok}
		_, err = NewGrid(g)
	}
	require.Error(t, err)
}

// The number of transferred blocks goes from 0 to all, which is the full variant.
func TestTransfer(t *testing.T) {
	g := Grid{Base: minuteBase(t), Sets: []*Set{films(t, heads.Classification, 24)}, Variants: []Variant{Full}, Seeds: 1, Transfer: true}
	dir := t.TempDir()
	lines := run(t, grid(t, g), dir)
	require.Len(t, lines, 2, "the model has one block")
	require.Contains(t, lines[1], "classification, first 0 blocks, seed 1: ")
	log, err := OpenLog(dir)
	require.NoError(t, err)
	table, err := grid(t, g).Markdown(log)
	require.NoError(t, err)
	require.Contains(t, table, "| blocks | classification |\n")
	var svg bytes.Buffer
	require.NoError(t, grid(t, g).TransferCurve(log, "svg", &svg))
	require.Contains(t, svg.String(), "blocks transferred")
}

func TestMedian(t *testing.T) {
	g := &Grid{Seeds: 3}
	require.Equal(t, "50.0 (10.0 – 90.0)", g.spread(summary{scores: []float64{0.9, 0.1, 0.5}}))
	require.Equal(t, "40.0 (30.0 – 50.0) (2 of 3 seeds)", g.spread(summary{scores: []float64{0.5, 0.3}}))
	require.Equal(t, missing, g.spread(summary{}))
}

func TestKeep(t *testing.T) {
	dir := t.TempDir()
	run(t, grid(t, Grid{
		Base: minuteBase(t), Sets: []*Set{films(t, heads.Classification, 24)}, Variants: []Variant{Scratch}, Seeds: 1, Keep: dir,
	}), dir)
	kept := filepath.Join(dir, "classification-scratch-all-1")
	_, err := checkpoint.ReadModel(kept)
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(kept, "predictions.tsv"))
}

// A kept run replaces only an earlier version of itself. Other runs and other files stay.
func TestKeepReplacesNoOtherRun(t *testing.T) {
	dir := t.TempDir()
	again := func(lr float64) error {
		set := films(t, heads.Classification, 24)
		set.Options.LR = lr
		g := grid(t, Grid{Base: minuteBase(t), Sets: []*Set{set}, Variants: []Variant{Scratch}, Seeds: 1, Keep: dir})
		log, err := OpenLog(dir)
		require.NoError(t, err)
		return g.Run(context.Background(), log, train.Listener{})
	}
	require.NoError(t, again(0.01))
	kept := filepath.Join(dir, "classification-scratch-all-1")
	require.NoError(t, os.MkdirAll(filepath.Join(kept, "samples"), 0o700))
	for _, name := range []string{"notes.txt", "samples/a.txt", "sample.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(kept, name), []byte("precious"), 0o600))
	}
	weights, err := os.ReadFile(filepath.Join(kept, checkpoint.WeightsFile))
	require.NoError(t, err)
	require.EqualError(t, again(0.02), kept+" has another run, whose lr is 0.01, not 0.02: move it, or name another folder with Out")
	require.NoError(t, os.Remove(filepath.Join(dir, results.File)))
	require.NoError(t, again(0.01), "the same run once more")
	got, err := os.ReadFile(filepath.Join(kept, checkpoint.WeightsFile))
	require.NoError(t, err)
	require.Equal(t, weights, got)
	for _, name := range []string{"notes.txt", "samples/a.txt", "sample.txt"} {
		data, err := os.ReadFile(filepath.Join(kept, name))
		require.NoError(t, err)
		require.Equal(t, "precious", string(data))
	}
}

func TestBadGrids(t *testing.T) {
	base, set := minuteBase(t), films(t, heads.Classification, 24)
	set.Data.Train[0].Label, set.Data.Train[1].Label = set.Data.Train[2].Label, set.Data.Train[2].Label
	_, err := NewGrid(Grid{Base: base, Sets: []*Set{set}, Limits: []int{2}})
	require.ErrorContains(t, err, "classification: Limit is 2, which is too few rows: films: every label is")
	set.Data.Test = nil
	_, err = NewGrid(Grid{Base: base, Sets: []*Set{set}})
	require.ErrorContains(t, err, "classification has no labelled test rows")

	_, err = FindVariant("half")
	require.EqualError(t, err, `unknown variant "half": it must be one of full, no-lm, scratch, lstm`)
}

func TestInterruption(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	g := grid(t, Grid{Base: minuteBase(t), Sets: []*Set{films(t, heads.Classification, 24)}, Variants: Variants()[:3], Seeds: 1})
	log, err := OpenLog(t.TempDir())
	require.NoError(t, err)
	err = g.Run(ctx, log, train.Listener{})
	require.ErrorIs(t, err, context.Canceled)
	require.EqualError(t, err, "classification, pre-trained, seed 1: stopped after update 0 of 6")
	require.NoFileExists(t, log.Path)
}

// madeUp fills a log with scores that are better for more labels and for pre-training.
func madeUp(t *testing.T, g *Grid, last int) *Log {
	t.Helper()
	log, err := OpenLog(t.TempDir())
	require.NoError(t, err)
	trials, err := g.trials()
	require.NoError(t, err)
	for _, r := range trials[:len(trials)-last] {
		score := 1 - 0.8/math.Log(float64(len(r.data.Train)))
		spread := 0.01
		switch r.variant.Name {
		case Scratch.Name:
			score, spread = score-0.2, 0.04
		case NoLM.Name:
			score -= 0.0123
		}
		score += spread * float64(r.id.Options.Seed-2)
		require.NoError(t, log.Add(Result{ID: r.id, Rows: len(r.data.Train), Score: results.Number(score), Baseline: 0.5}))
	}
	return log
}

// shown returns a grid with everything that a table can have.
func shown(t *testing.T) *Grid {
	sets := []*Set{films(t, heads.Classification, 4000), films(t, heads.Regression, 1500)}
	sets[0].Controls = []Control{{"length", true, 0.5}, {"bag of words", false, 0.6123}}
	sets[1].Controls = []Control{{"length", true, 0.01}, {"second text only", true, 0.0456}, {"bag of words", false, 0.321}}
	return grid(t, Grid{Base: minuteBase(t), Sets: sets, Variants: Variants()[:3], Seeds: 3, Limits: []int{50, 200, 1000, 0}, Updates: 150})
}

func TestMarkdown(t *testing.T) {
	g := shown(t)
	for name, last := range map[string]int{"table": 0, "unfinished": 17} {
		t.Run(name, func(t *testing.T) {
			got, err := g.Markdown(madeUp(t, g, last))
			require.NoError(t, err)
			golden := filepath.Join("testdata", name+".md")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

func TestCurve(t *testing.T) {
	g := shown(t)
	log := madeUp(t, g, 0)
	var svg, again, png bytes.Buffer
	require.NoError(t, g.Curve(log, "svg", &svg))
	for _, text := range []string{"classification", "regression", "test accuracy (%)", "Pearson", "labelled training examples", "4,000", "1,000", "pre-trained", "no pre-training", "majority class", "sans-serif"} {
		require.Contains(t, svg.String(), text)
	}
	require.NoError(t, g.Curve(log, "svg", &again))
	require.Equal(t, svg.String(), again.String())
	require.NoError(t, g.Curve(log, "png", &png))
	require.True(t, bytes.HasPrefix(png.Bytes(), []byte("\x89PNG")))
	trials, err := g.trials()
	require.NoError(t, err)
	require.NoError(t, g.Curve(madeUp(t, g, len(trials)), "svg", &svg), "a log without runs")
}

// A run with a score that is not finite does not prevent the table and the picture of other runs.
func TestNonFiniteScoresAreKeptAndShown(t *testing.T) {
	g := shown(t)
	trials, err := g.trials()
	require.NoError(t, err)
	log := madeUp(t, g, len(trials))
	for i, r := range trials {
		nan := results.Number([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}[i%3])
		require.NoError(t, log.Add(Result{ID: r.id, Score: nan, Baseline: nan, Test: map[string]results.Number{"loss": nan}}))
	}
	done, err := log.All()
	require.NoError(t, err)
	require.Len(t, done, len(trials))
	table, err := g.Markdown(log)
	require.NoError(t, err)
	require.Contains(t, table, "NaN")
	require.NoError(t, g.Curve(log, "svg", new(bytes.Buffer)))
}
