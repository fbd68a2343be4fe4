package train_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/optim"
	"gorgpt/pretrain"
	"gorgpt/train"
)

// snapshot is a checkpoint in memory.
type snapshot struct {
	train.State
	values [][]float32
}

func take(m *gpt1.Model, s train.State) *snapshot {
	shot := &snapshot{State: s}
	for _, p := range m.Store.Params() {
		for _, x := range [][]float32{p.Value, p.M, p.V} {
			shot.values = append(shot.values, clone(x))
		}
	}
	return shot
}

func clone(x []float32) []float32 { return append([]float32(nil), x...) }

func (s *snapshot) restore(m *gpt1.Model) {
	for i, p := range m.Store.Params() {
		for k, x := range [][]float32{p.Value, p.M, p.V} {
			copy(x, s.values[3*i+k])
		}
	}
}

// If a run is stopped after any update or evaluation and resumed, it writes the same lines and
// ends with the same weights as a run that is never stopped.
func TestResumingGivesTheSameRun(t *testing.T) {
	const steps = 6
	trainer := func(o train.Observer, save func(m *gpt1.Model, s train.State)) (*pretrain.Task, *train.Trainer) {
		p, opt := pretraining(t, 5, 3)
		tr := &train.Trainer{
			Task: p, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-2, Warmup: 2, Total: steps}, Steps: steps, EvalEvery: 3, Seed: 4,
			Observers: []train.Observer{o},
		}
		tr.Save = func(s train.State) error { save(p.Model, s); return nil }
		return p, tr
	}
	var want bytes.Buffer
	whole, tr := trainer(losses{&want}, func(*gpt1.Model, train.State) {})
	require.NoError(t, tr.Run(context.Background()))
	wanted := tr.State()

	for stop := 1; stop < 2*steps; stop++ {
		var got bytes.Buffer
		var last *snapshot
		keep := func(m *gpt1.Model, s train.State) { last = take(m, s) }
		ctx, cancel := context.WithCancel(context.Background())
		lines := &countdown{Observer: losses{&got}, left: stop, at: cancel}
		_, tr := trainer(lines, keep)
		err := tr.Run(ctx)
		if err == nil {
			continue // stopped after the end
		}
		require.ErrorAs(t, err, new(train.Interrupted))
		require.NotNil(t, last, "the last complete update is saved")

		p, tr := trainer(losses{&got}, keep)
		last.restore(p.Model)
		require.NoError(t, tr.Resume(last.State))
		require.NoError(t, tr.Run(context.Background()))
		require.Equal(t, want.String(), got.String(), "stopped at line %d", stop)
		state := tr.State()
		state.Seconds, wanted.Seconds = 0, 0
		require.Equal(t, wanted, state)
		for _, q := range whole.Model.Store.Params() {
			require.Equal(t, q.Value, p.Model.Store.Param(q.Name).Value, q.Name)
		}
	}
}

// countdown calls at when left lines have been written.
type countdown struct {
	train.Observer
	left int
	at   func()
}

func (c *countdown) count(err error) error {
	if c.left--; c.left == 0 {
		c.at()
	}
	return err
}

func (c *countdown) Updated(u train.Update) error { return c.count(c.Observer.Updated(u)) }

func (c *countdown) Evaluated(step int, m []train.Metric) error {
	return c.count(c.Observer.Evaluated(step, m))
}

func TestResumeRefusesOtherSettings(t *testing.T) {
	p, opt := pretraining(t, 4, 4)
	tr := train.Trainer{Task: p, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-2, Warmup: 2, Total: 5}, Steps: 5, Seed: 4}
	good := tr.State()
	good.Step, good.Random.Step, good.Data.Index = 2, 2, 8
	for want, change := range map[string]func(*train.State){
		"state.json has format 2, and this program knows formats up to 1": func(s *train.State) { s.Format = 2 },
		"the checkpoint was saved after update 6, but the run has only 5": func(s *train.State) { s.Step = 6 },
		"the checkpoint has the schedule optim.WarmupCosine{Peak:1 Warmup:2 Total:5}, but this run has optim.WarmupCosine{Peak:0.01 Warmup:2 Total:5}": func(s *train.State) {
			s.Schedule = train.Describe(optim.WarmupCosine{Peak: 1, Warmup: 2, Total: 5})
		},
		"the checkpoint has the random state":                          func(s *train.State) { s.Random.Seed = 5 },
		"resuming the data: seeking window 1000 of epoch 0, which has": func(s *train.State) { s.Data.Index = 1000 },
	} {
		s := good
		change(&s)
		require.ErrorContains(t, tr.Resume(s), want)
	}
	require.NoError(t, tr.Resume(good))
	require.Equal(t, 2, opt.T)
}

// A run saves at intervals, after the best evaluation, and at the end.
func TestWhenToSave(t *testing.T) {
	p, opt := pretraining(t, 4, 4)
	var saved []int
	tr := train.Trainer{
		Task: p, Optimizer: opt, Schedule: optim.WarmupCosine{Peak: 1e-3, Warmup: 2, Total: 11}, Steps: 11, EvalEvery: 5,
		SaveEvery: train.Every{Updates: 4}, Save: func(s train.State) error { saved = append(saved, s.Step); return nil },
	}
	require.NoError(t, tr.Run(context.Background()))
	require.Equal(t, []int{4, 5, 8, 10, 11}, saved)
}

func TestEvery(t *testing.T) {
	now := time.Now()
	for text, c := range map[string]struct {
		want train.Every
		due  bool // after update 6, ten minutes after the last time
	}{
		"0": {train.Every{}, false}, "3": {train.Every{Updates: 3}, true}, "4": {train.Every{Updates: 4}, false},
		"10m": {train.Every{Time: 10 * time.Minute}, true}, "2h": {train.Every{Time: 2 * time.Hour}, false}, "1m30s": {train.Every{Time: 90 * time.Second}, true},
		"1h30m": {train.Every{Time: 90 * time.Minute}, false}, "20s": {train.Every{Time: 20 * time.Second}, true},
	} {
		var e train.Every
		require.NoError(t, e.UnmarshalText([]byte(text)))
		require.Equal(t, c.want, e)
		require.Equal(t, text, e.String())
		require.Equal(t, c.due, e.Due(6, now.Add(-10*time.Minute)))
	}
	for _, bad := range []string{"-1", "x", "-5m", "0s", ""} {
		require.ErrorContains(t, new(train.Every).Set(bad), "must be a number of updates, such as 500, or a time, such as 10m")
	}
}

// A resumed run removes an incomplete last line, keeps all others, and repeats none of them.
func TestMetricsOfAResumedRun(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, train.MetricsFileName)
	const whole = `{"step":1,"loss":3,"lr":1}` + "\n" + `{"step":2,"loss":2,"lr":1}` + "\n" + `{"step":2,"val_loss":2}` + "\n"
	for name, c := range map[string]struct{ content, kept string }{
		"":                        {whole, whole},
		"half a line":             {whole + `{"step":3,"lo`, whole},
		"zeros":                   {whole + "\x00\x00\x00", whole},
		"a number cut off":        {whole + `{"step":3,"loss":1`, whole},
		"no end of line":          {strings.TrimSuffix(whole, "\n"), whole},
		"a damaged line":          {"{\"step\":1,\"lo\n" + whole, "{\"step\":1,\"lo\n" + whole},
		"zeros at the start":      {"\x00\x00\n" + whole, "\x00\x00\n" + whole},
		"empty lines":             {"\n\n" + whole, "\n\n" + whole},
		"no metrics":              {"{}\n" + whole, "{}\n" + whole},
		"foreign lines":           {"# mine\n" + whole + "# mine\n", "# mine\n" + whole + "# mine\n"},
		"damage, and half a line": {"{}\n" + whole + "{}\n{", "{}\n" + whole + "{}\n"},
		"a line of a megabyte":    {strings.Repeat("x", 1<<20) + "\n" + whole, strings.Repeat("x", 1<<20) + "\n" + whole},
		"Windows line ends":       {strings.ReplaceAll(whole, "\n", "\r\n"), strings.ReplaceAll(whole, "\n", "\r\n")},
	} {
		require.NoError(t, os.WriteFile(path, []byte(c.content), 0o600))
		m, err := train.OpenMetrics(dir)
		require.NoError(t, err)
		for step := 2; step <= 3; step++ {
			require.NoError(t, m.Updated(train.Update{Step: step, Loss: 1}))
			require.NoError(t, m.Evaluated(step, []train.Metric{{"val_loss", 1}}))
		}
		require.NoError(t, m.Sync())
		require.NoError(t, m.Close())
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		added, kept := strings.CutPrefix(string(data), c.kept)
		require.True(t, kept, name)
		lines := strings.Split(added, "\n")
		require.Len(t, lines, 3, name)
		require.True(t, strings.HasPrefix(lines[0], `{"step":3,"loss":1,`))
		require.Equal(t, `{"step":3,"val_loss":1}`, lines[1])
	}
}

// If a copy of a run folder consists of hard links, resuming the copy does not change the original.
func TestMetricsOfACopyWithHardLinks(t *testing.T) {
	one, two := filepath.Join(t.TempDir(), train.MetricsFileName), filepath.Join(t.TempDir(), train.MetricsFileName)
	const line = `{"step":1,"loss":3,"lr":1}` + "\n"
	require.NoError(t, os.WriteFile(one, []byte(line+"{"), 0o600))
	if err := os.Link(one, two); err != nil {
		t.Skip("hard links are not permitted here")
	}
	m, err := train.OpenMetrics(filepath.Dir(two))
	require.NoError(t, err)
	require.NoError(t, m.Updated(train.Update{Step: 2, Loss: 1}))
	require.NoError(t, m.Close())
	data, err := os.ReadFile(one)
	require.NoError(t, err)
	require.Equal(t, line+"{", string(data))
}
