package bench_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/loaders"
	"gorgpt/loaders/storyworld"
	"gorgpt/optim"
	"gorgpt/pretrain"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// curve keeps the losses of a run.
type curve []float64

func (c *curve) Updated(u train.Update) error {
	*c = append(*c, u.Loss)
	return nil
}

func (*curve) Evaluated(int, []train.Metric) error { return nil }

const (
	curveSteps, curveWarmup = 100, 20
	curvePeak, curveL2      = 3e-3, 0.01
)

// PyTorch, from the same weights, on the same windows, with the same recipe, has the same losses: those of 100 updates of tiny are
// equal to 1e-5. With dropout, the masks are others, and the curves agree in the mean of several seeds, here with small
// batches, which are faster.
func TestSameCurveInPyTorch(t *testing.T) {
	python := needTorch(t)
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 512})
	books := storyworld.Books(1 << 20)
	for _, book := range books {
		trainer.Add(book.Text)
	}
	tok, err := trainer.Train()
	require.NoError(t, err)
	ids := loaders.Encode(tok, books)

	got, want := curves(t, python, tok, ids, 8, 0, 1)
	most := 0.0
	for i := range want {
		most = max(most, math.Abs(got[i]-want[i]))
	}
	t.Logf("losses from %.4f to %.4f, at most %.1e apart", got[0], got[curveSteps-1], most)
	require.Less(t, most, 1e-5)

	const seeds = 4
	var ours, theirs [seeds]float64 // the mean of the last 20 losses
	for i := range seeds {
		got, want := curves(t, python, tok, ids, 2, 0.1, i+1)
		for k := curveSteps - 20; k < curveSteps; k++ {
			ours[i] += got[k] / 20
			theirs[i] += want[k] / 20
		}
	}
	a, aVar := moments(ours[:])
	b, bVar := moments(theirs[:])
	t.Logf("with dropout, the mean of the last 20 losses is %.3f %.3f, in PyTorch %.3f %.3f", a, ours, b, theirs)
	require.InDelta(t, a, b, 3*math.Sqrt((aVar+bVar)/seeds), "three standard errors")
}

// moments returns the mean and the variance of a sample.
func moments(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	return mean, variance
}

// curves returns the losses of training with this project and with PyTorch, whose dropout masks differ.
func curves(t *testing.T, python string, tok *tokenizer.Tokenizer, ids []loaders.Tokens, batch int, dropout float32, seed int) (got curve, want []float64) {
	t.Helper()
	c, err := gpt1.Preset("tiny")
	require.NoError(t, err)
	c.VocabSize, c.EmbdPDrop, c.AttnPDrop, c.ResidPDrop = tok.Size(), dropout, dropout, dropout
	m, err := gpt1.New(c)
	require.NoError(t, err)
	m.Init(1)
	dir := t.TempDir()
	require.NoError(t, checkpoint.WriteFolder(dir, m, tok, checkpoint.Form{}))
	windows := filepath.Join(dir, "windows.bin")
	require.NoError(t, os.WriteFile(windows, drawn(t, ids, c.NCtx, curveSteps*batch), 0o600))

	source, err := loaders.NewWindows(ids, c.NCtx, 1)
	require.NoError(t, err)
	task := &pretrain.Task{Model: m, Windows: source, Ctx: c.NCtx, Batch: batch, Micro: 2, Seed: int64(seed)}
	defer task.Close()
	adam := optim.Defaults()
	adam.L2 = curveL2
	opt, err := optim.New(m.Store, adam)
	require.NoError(t, err)
	run := &train.Trainer{
		Task: task, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: curvePeak, Warmup: curveWarmup, Total: curveSteps}, Steps: curveSteps,
		Seed: int64(seed), Observers: []train.Observer{&got},
	}
	require.NoError(t, run.Run(context.Background()))

	text := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	cmd := exec.Command(python, "torch_curve.py", dir, windows, "--batch", strconv.Itoa(batch), "--steps", strconv.Itoa(curveSteps),
		"--peak", text(curvePeak), "--warmup", strconv.Itoa(curveWarmup), "--l2", text(curveL2), "--dropout", text(float64(dropout)), "--seed", strconv.Itoa(seed))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	data, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	require.NoError(t, json.Unmarshal(data, &want))
	require.Len(t, got, curveSteps)
	require.Len(t, want, curveSteps)
	return got, want
}

// drawn returns the first n windows of an epoch in the bytes of the script.
func drawn(t *testing.T, ids []loaders.Tokens, ctx, n int) (data []byte) {
	t.Helper()
	source, err := loaders.NewWindows(ids, ctx, 1)
	require.NoError(t, err)
	window := make([]int32, ctx+1)
	for range n {
		require.NoError(t, source.Next(window))
		for _, id := range window {
			data = binary.LittleEndian.AppendUint32(data, uint32(id))
		}
	}
	return data
}
