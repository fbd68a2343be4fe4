package gorgpt_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/finetune"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// texts are inputs of many lengths for the classifier in the folder.
func texts(n int) (all []gorgpt.Input) {
	words := strings.Fields("the boy saw a gull and the sea was calm so the girl was glad")
	for i := range n {
		var text []string
		for k := range 1 + i*5%14 {
			text = append(text, words[(i+k*k)%len(words)])
		}
		all = append(all, gorgpt.Text(strings.Join(text, " ")))
	}
	return all
}

// A prediction has the same bits alone, in a batch, and beside others.
func TestPredictionsDoNotDependOnWhatIsPredictedBeside(t *testing.T) {
	m, ctx, inputs := open(t), context.Background(), texts(48)
	var alone []gorgpt.Prediction
	for _, in := range inputs {
		p, err := m.Predict(ctx, in)
		require.NoError(t, err)
		require.Len(t, p.Probabilities, len(m.Labels()))
		require.Contains(t, m.Labels(), p.Label)
		alone = append(alone, p)
	}
	require.NotEqual(t, alone[0].Probabilities, alone[1].Probabilities)
	together, err := m.PredictAll(ctx, inputs)
	require.NoError(t, err)
	require.Equal(t, alone, together)

	var wait sync.WaitGroup
	got, errs := make([]gorgpt.Prediction, len(inputs)), make([]error, len(inputs))
	for i, in := range inputs {
		wait.Go(func() { got[i], errs[i] = m.Predict(ctx, in) })
	}
	wait.Wait()
	for i := range got {
		require.NoError(t, errs[i])
		require.Equal(t, alone[i], got[i])
	}
}

// Predictions have the bits of those of gorgpt finetune -predict.
func TestPredictionsAreThoseOfTheCommand(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(filepath.Dir(folder), "new.jsonl"))
	require.NoError(t, err)
	var inputs []gorgpt.Input
	var rows []loaders.Row
	for line := range bytes.Lines(data) {
		var row struct{ Text string }
		require.NoError(t, json.Unmarshal(line, &row))
		inputs = append(inputs, gorgpt.Text(row.Text))
		rows = append(rows, loaders.Row{Texts: []string{row.Text}})
	}
	got, err := open(t).PredictAll(context.Background(), inputs)
	require.NoError(t, err)

	base, err := finetune.ReadTuned(folder, "")
	require.NoError(t, err)
	o := finetune.Defaults()
	o.Predict = "new.jsonl"
	outcome, err := o.Judge(context.Background(), base, rows, nil, o.Predict, train.Listener{})
	require.NoError(t, err)
	require.Len(t, got, len(outcome.Predictions))
	for i, p := range outcome.Predictions {
		require.Equal(t, p.Predicted, got[i].Label)
		require.Equal(t, p.Probabilities, got[i].Probabilities)
	}
}

func TestInputsThatCannotBePredicted(t *testing.T) {
	m, ctx := open(t), context.Background()
	var task *gorgpt.TaskError
	_, err := m.Predict(ctx, gorgpt.Pair("a boy", "a girl"))
	require.ErrorAs(t, err, &task)
	require.Equal(t, gorgpt.TaskError{Task: "classification", Want: "Text"}, *task)
	_, err = m.Predict(ctx, gorgpt.Input{})
	require.ErrorAs(t, err, &task)

	var empty *gorgpt.EmptyError
	_, err = m.Predict(ctx, gorgpt.Text(" \n"))
	require.ErrorAs(t, err, &empty)
	require.EqualError(t, err, "the text is empty: it must have at least one word")
	var which *gorgpt.InputError
	_, err = m.PredictAll(ctx, []gorgpt.Input{gorgpt.Text("the boy"), gorgpt.Text("")})
	require.ErrorAs(t, err, &which)
	require.Equal(t, 1, which.Index)
	require.ErrorAs(t, err, &empty)

	long := gorgpt.Text(strings.Repeat("the boy ", m.Context()))
	var length *gorgpt.LengthError
	_, err = m.Predict(ctx, long)
	require.ErrorAs(t, err, &length)
	require.Equal(t, m.Context(), length.Limit)
	require.Greater(t, length.Tokens, 2*m.Context())
	cut, err := gorgpt.Open(folder, gorgpt.CutLong())
	require.NoError(t, err)
	p, err := cut.Predict(ctx, long)
	require.NoError(t, err)
	require.True(t, p.Cut)
	p, err = cut.Predict(ctx, gorgpt.Text("the boy"))
	require.NoError(t, err)
	require.False(t, p.Cut)

	none, err := m.PredictAll(ctx, nil)
	require.NoError(t, err)
	require.Empty(t, none)

	base, err := gorgpt.Open(filepath.Join(filepath.Dir(folder), "base"))
	require.NoError(t, err)
	require.Empty(t, base.Task())
	_, err = base.Predict(ctx, gorgpt.Text("the boy"))
	require.ErrorAs(t, err, &task)
	require.ErrorContains(t, err, "was not fine-tuned")
}

func TestFoldersWithoutAModel(t *testing.T) {
	var folder *gorgpt.FolderError
	for _, dir := range []string{t.TempDir(), "no/such/folder", "gorgpt.go"} {
		_, err := gorgpt.Open(dir)
		require.ErrorAs(t, err, &folder, dir)
		require.Equal(t, dir, folder.Dir)
		require.ErrorContains(t, err, dir)
	}
}

func TestAModelLargerThanMemory(t *testing.T) {
	before := debug.SetMemoryLimit(1 << 20)
	defer debug.SetMemoryLimit(before)
	_, err := gorgpt.Open(folder)
	var memory *gorgpt.MemoryError
	require.ErrorAs(t, err, &memory)
	require.Positive(t, memory.Need)
}

func TestClose(t *testing.T) {
	m, ctx := open(t), context.Background()
	require.NoError(t, m.Close())
	require.NoError(t, m.Close())
	_, err := m.Predict(ctx, gorgpt.Text("the boy"))
	require.ErrorIs(t, err, gorgpt.ErrClosed)
	_, err = write(ctx, m, "the boy", gorgpt.Sampling{})
	require.ErrorIs(t, err, gorgpt.ErrClosed)
	_, err = m.Score(ctx, "the boy", 0)
	require.ErrorIs(t, err, gorgpt.ErrClosed)
	_, err = m.Tokenizer()
	require.ErrorIs(t, err, gorgpt.ErrClosed)
	require.Zero(t, m.Context())
}

// heap is the memory in use after garbage collection.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}

func TestClosedModelsLeaveNothingBehind(t *testing.T) {
	n := 1000
	if testing.Short() {
		n = 50
	}
	ctx := context.Background()
	use := func() {
		m := open(t)
		_, err := m.Predict(ctx, gorgpt.Text("the boy saw"))
		require.NoError(t, err)
		require.NoError(t, m.Close())
	}
	for range 10 {
		use()
	}
	before, goroutines := heap(), runtime.NumGoroutine()
	for range n {
		use()
	}
	require.Less(t, heap()-before, int64(1<<20))
	require.LessOrEqual(t, runtime.NumGoroutine(), goroutines+1)
}

// A call that gives up returns at once and leaves nothing waiting; the others get what they asked for.
func TestCallsThatGiveUp(t *testing.T) {
	m, inputs := open(t), texts(400)
	want, err := m.PredictAll(context.Background(), inputs)
	require.NoError(t, err)
	goroutines := runtime.NumGoroutine()
	var wait sync.WaitGroup
	for i := range 16 {
		wait.Go(func() {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			if i%2 == 0 {
				go cancel()
			}
			got, err := m.PredictAll(ctx, inputs)
			if i%2 == 0 && err != nil {
				assert.ErrorIs(t, err, context.Canceled)
				return
			}
			assert.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
	wait.Wait()
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= goroutines+1 }, 10*time.Second, time.Millisecond)

	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = m.PredictAll(gone, inputs)
	require.ErrorIs(t, err, context.Canceled)
}

func TestScore(t *testing.T) {
	m, ctx := open(t), context.Background()
	plain, err := m.Score(ctx, "The boy saw the gull.", 0)
	require.NoError(t, err)
	tokens, err := m.Score(ctx, "The boy saw the gull.", 5)
	require.NoError(t, err)
	require.Len(t, tokens, len(plain))
	var text strings.Builder
	for i, token := range tokens {
		text.WriteString(token.Text)
		require.Equal(t, plain[i].ID, token.ID)
		if i == 0 {
			require.True(t, math.IsNaN(token.LogProb))
			require.Empty(t, token.Alternatives)
			continue
		}
		require.Equal(t, plain[i].LogProb, token.LogProb)
		require.Negative(t, token.LogProb)
		require.Len(t, token.Alternatives, 5)
		sum := 0.0
		for k, a := range token.Alternatives {
			sum += math.Exp(a.LogProb)
			if k > 0 {
				require.LessOrEqual(t, a.LogProb, token.Alternatives[k-1].LogProb)
			}
			if a.ID == token.ID {
				require.InDelta(t, token.LogProb, a.LogProb, 1e-5)
			}
		}
		require.LessOrEqual(t, sum, 1.0001)
		require.GreaterOrEqual(t, token.Alternatives[0].LogProb, token.LogProb-1e-5)
	}
	require.Equal(t, "the boy saw the gull .", text.String())

	tok, err := m.Tokenizer()
	require.NoError(t, err)
	all, err := m.Score(ctx, "the boy", tok.Size())
	require.NoError(t, err)
	sum := 0.0
	for _, a := range all[1].Alternatives {
		sum += math.Exp(a.LogProb)
	}
	require.InDelta(t, 1, sum, 1e-4, "all tokens together")
	_, err = m.Score(ctx, "the boy", tok.Size()+1)
	require.ErrorContains(t, err, "alternatives")
	_, err = m.Score(ctx, "the boy", -1)
	require.ErrorContains(t, err, "alternatives")
	_, err = m.Score(ctx, "", 0)
	var empty *gorgpt.EmptyError
	require.ErrorAs(t, err, &empty)
}

// busy is a context that counts the calls which are asking whether it has ended, and keeps them for a while.
type busy struct {
	context.Context
	calls, most *atomic.Int64
}

func (b busy) Err() error {
	n := b.calls.Add(1)
	defer b.calls.Add(-1)
	for most := b.most.Load(); n > most && !b.most.CompareAndSwap(most, n); most = b.most.Load() {
	}
	time.Sleep(20 * time.Millisecond)
	return nil
}

// Calls that score and inspect compute two at a time on two cores, since each needs memory. A call that waits for them ends with
// its context.
func TestScoringIsBounded(t *testing.T) {
	before := runtime.GOMAXPROCS(2)
	defer runtime.GOMAXPROCS(before)
	m, ctx := open(t), busy{context.Background(), new(atomic.Int64), new(atomic.Int64)}
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			_, err := m.Score(ctx, "the boy saw", 1)
			assert.NoError(t, err)
		})
		wait.Go(func() {
			_, err := m.Inspect(ctx, gorgpt.Text("the boy saw"))
			assert.NoError(t, err)
		})
	}
	require.Eventually(t, func() bool { return ctx.calls.Load() > 0 }, 10*time.Second, time.Millisecond)
	short, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	_, err := m.Score(short, "the boy saw", 1)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	wait.Wait()
	require.Equal(t, int64(2), ctx.most.Load())
}

// Continue writes what Generate writes, with the log-probabilities that Score gives the text.
func TestContinue(t *testing.T) {
	m, ctx := open(t), context.Background()
	tok, err := m.Tokenizer()
	require.NoError(t, err)
	prompt := tok.Encode("the boy saw")
	s := gorgpt.Sampling{Tokens: 8, Temperature: 0.8, Seed: 3, Alternatives: 4}
	want, err := write(ctx, m, "the boy saw", s)
	require.NoError(t, err)
	var text strings.Builder
	var tokens []gorgpt.Token
	ids := prompt
	for token, err := range m.Continue(ctx, prompt, s) {
		require.NoError(t, err)
		text.WriteString(token.Text)
		tokens, ids = append(tokens, token), append(ids, token.ID)
	}
	require.Equal(t, want, text.String())
	scored, err := m.ScoreTokens(ctx, ids, 4)
	require.NoError(t, err)
	for i, token := range tokens {
		same := scored[len(prompt)+i]
		require.Equal(t, same.ID, token.ID)
		require.Equal(t, same.Text, token.Text)
		require.InDelta(t, same.LogProb, token.LogProb, 1e-5)
		require.Len(t, token.Alternatives, 4)
		for k, a := range token.Alternatives {
			require.Equal(t, same.Alternatives[k].ID, a.ID)
			require.InDelta(t, same.Alternatives[k].LogProb, a.LogProb, 1e-5)
		}
	}

	// Next has all of it, but for special tokens.
	all, err := m.Next(ctx, prompt)
	require.NoError(t, err)
	require.Len(t, all, tok.Size())
	require.InDelta(t, tokens[0].LogProb, all[tokens[0].ID], 1e-12)
	for _, a := range tokens[0].Alternatives {
		require.InDelta(t, a.LogProb, all[a.ID], 1e-12)
	}
	sum := 0.0
	for _, x := range all {
		sum += math.Exp(x)
	}
	require.Less(t, sum, 1.0)
	require.Greater(t, sum, 0.9)
	start, found := tok.ID(tokenizer.Start)
	require.True(t, found)
	require.True(t, math.IsInf(all[start], -1))
	_, err = m.Next(ctx, nil)
	require.Error(t, err)

	// A bias of 100 makes a token certain, and one of -100 impossible.
	the, found := tok.ID("the</w>")
	require.True(t, found)
	for token, err := range m.Continue(ctx, prompt, gorgpt.Sampling{Tokens: 3, Temperature: 1, Bias: map[int32]float64{the: 100}}) {
		require.NoError(t, err)
		require.Equal(t, the, token.ID)
		require.Less(t, token.LogProb, -0.01, "that of the model")
		require.Empty(t, token.Alternatives)
	}
	for token, err := range m.Continue(ctx, prompt, gorgpt.Sampling{Tokens: 20, Bias: map[int32]float64{the: -100}}) {
		require.NoError(t, err)
		require.NotEqual(t, the, token.ID)
	}
	bias := map[int32]float64{the: 100} // which the caller may change while the text is written ahead
	for token, err := range m.Continue(ctx, prompt, gorgpt.Sampling{Tokens: 40, Bias: bias}) {
		require.NoError(t, err)
		require.Equal(t, the, token.ID)
		bias[the], bias[prompt[0]+1] = -100, 100
	}
	for _, wrong := range []gorgpt.Sampling{{Bias: map[int32]float64{-1: 1}}, {Bias: map[int32]float64{the: 101}}, {Alternatives: tok.Size() + 1}} {
		for _, err := range m.Continue(ctx, prompt, wrong) {
			require.Error(t, err)
		}
	}
	for _, err := range m.Continue(ctx, nil, s) {
		require.ErrorContains(t, err, "empty")
	}
}
