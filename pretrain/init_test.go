package pretrain

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/train"
)

// further trains a small model on a book, and returns options to train it further on another.
func further(t *testing.T) Options {
	t.Helper()
	s := minute(t)
	s.Out, s.Cache = "first", ""
	_, err := Run(context.Background(), *s, quiet())
	require.NoError(t, err)
	put(t, ".", "other.txt", strings.Repeat("The boat is small. Anna sees a road, and it rains.\n", 60))
	o, err := From("first")
	require.NoError(t, err)
	require.Equal(t, [3]any{"tiny", "first", 8}, [3]any{o.Preset, o.Init, o.Ctx})
	o.Data, o.Cache, o.Batch, o.Micro, o.Steps, o.Epochs = []string{"other.txt"}, "", 2, 2, 4, 0
	return o
}

// A run that trains a model further begins with its weights, vocabulary and shape, and reports its measures before
// the first update.
func TestInit(t *testing.T) {
	o := further(t)
	o.Out, o.LR, o.L2, o.Dropout = "same", 0, 0, 0
	var out bytes.Buffer
	_, err := Run(context.Background(), o, notes(&out))
	require.NoError(t, err)
	first, tok, err := checkpoint.ReadFolder("first", 0)
	require.NoError(t, err)
	same, its, err := checkpoint.ReadFolder("same", 0)
	require.NoError(t, err)
	require.Equal(t, first.Store.Values(), same.Store.Values(), "the rate is 0")
	require.Equal(t, tok.Size(), its.Size())
	require.Equal(t, tok.MergesTXT(), its.MergesTXT())
	m := metricsOf(t, "same")
	require.Contains(t, out.String(), fmt.Sprintf("before the first update:  val_loss %.4f  val_ppl %.4f", m["val_loss"], m["val_ppl"]))
	require.Contains(t, out.String(), fmt.Sprintf("  val_bpb %.4f", m["val_bpb"]))

	o.Out, o.LR, o.Ctx = "learned", 1e-2, 6 // a context may be shorter than the model's
	_, err = Run(context.Background(), o, quiet())
	require.NoError(t, err)
	learned, _, err := checkpoint.ReadFolder("learned", 0)
	require.NoError(t, err)
	require.Equal(t, first.NCtx, learned.NCtx)
	require.Less(t, metricsOf(t, "learned")["val_loss"], m["val_loss"])
}

// A run that is interrupted continues to the same bits, and only from the same model.
func TestInitResumes(t *testing.T) {
	o := further(t)
	o.Out = "whole"
	_, err := Run(context.Background(), o, quiet())
	require.NoError(t, err)

	o.Out, o.SaveEvery = "half", train.Every{Updates: 1}
	ctx, cancel := context.WithCancel(context.Background())
	to := quiet()
	to.Observers = []train.Observer{stopAt{2, cancel}}
	_, err = Run(ctx, o, to)
	require.ErrorAs(t, err, new(train.Interrupted))
	o.Resume, o.Out = "half", ""

	weights := "first/" + checkpoint.WeightsFile
	kept, err := os.ReadFile(weights)
	require.NoError(t, err)
	m, _, err := checkpoint.ReadFolder("first", 0)
	require.NoError(t, err)
	m.Store.Values()[0]++
	require.NoError(t, checkpoint.WriteModel("first", m))
	_, err = Run(context.Background(), o, quiet())
	require.ErrorContains(t, err, "the data has changed since the run began")
	require.NoError(t, os.WriteFile(weights, kept, 0o600))

	_, err = Run(context.Background(), o, quiet())
	require.NoError(t, err)
	want, err := os.ReadFile("whole/" + checkpoint.WeightsFile)
	require.NoError(t, err)
	got, err := os.ReadFile("half/" + checkpoint.WeightsFile)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// stopAt cancels a run after an update.
type stopAt struct {
	step   int
	cancel func()
}

func (s stopAt) Updated(u train.Update) error {
	if u.Step == s.step {
		s.cancel()
	}
	return nil
}

func (stopAt) Evaluated(int, []train.Metric) error { return nil }

// A task head is left out.
func TestInitFromFinetuned(t *testing.T) {
	o := further(t)
	first, tok, err := checkpoint.ReadFolder("first", 0)
	require.NoError(t, err)
	m, err := gpt1.New(first.Config, graph.Param{Name: "head.weight", Shape: []int{first.NEmbd, 3}})
	require.NoError(t, err)
	copy(m.Store.Values(), first.Store.Values())
	require.NoError(t, os.Mkdir("tuned", 0o755))
	require.NoError(t, checkpoint.WriteFolder("tuned", m, tok, checkpoint.Form{}))
	o.Init, o.Out = "tuned", "from-tuned"
	var out bytes.Buffer
	_, err = Run(context.Background(), o, notes(&out))
	require.NoError(t, err)
	require.Contains(t, out.String(), "tuned: the 384 parameters of its task head are left out")
	got, _, err := checkpoint.ReadFolder("from-tuned", 0)
	require.NoError(t, err)
	require.Equal(t, first.Store.Len(), got.Store.Len())

	o.Init, o.Out = "first", "from-first"
	_, err = Run(context.Background(), o, quiet())
	require.NoError(t, err)
	want, _, err := checkpoint.ReadFolder("from-first", 0)
	require.NoError(t, err)
	require.Equal(t, want.Store.Values(), got.Store.Values())
}

func TestInitErrors(t *testing.T) {
	o := further(t)
	_, err := From("nowhere")
	require.ErrorIs(t, err, fs.ErrNotExist)
	for want, change := range map[string]func(*Options){
		"Ctx is 9, but the model of Init has a context of 8": func(o *Options) { o.Ctx = 9 },
		"one is an LSTM, the other a Transformer":            func(o *Options) { o.Arch = LSTM },
		"it cannot be combined with Tokenizer":               func(o *Options) { o.Tokenizer = "first" },
		"no such file":                                       func(o *Options) { o.Init = "nowhere" },
		"but the new run reads first":                        func(o *Options) { o.Out, o.Force = "first", true },
	} {
		x := o
		x.Out = "wrong"
		change(&x)
		_, err := Run(context.Background(), x, quiet())
		require.ErrorContains(t, err, want)
		require.NoDirExists(t, "wrong")
	}
}
