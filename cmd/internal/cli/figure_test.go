package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/train"
)

func TestProgressLines(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(&b, false, 10, 4)
	for step := 1; step <= 10; step++ {
		require.NoError(t, p.Updated(train.Update{Step: step, Loss: 2, Smoothed: 3, LR: 1e-3, GradNorm: 1, TokS: 100, Elapsed: time.Duration(step+4) * time.Second}))
	}
	require.NoError(t, p.Evaluated(10, []train.Metric{{Name: "val_loss", Value: 3}}))
	require.Equal(t, `step 1/10  loss 2.0000 (~3.0000)  lr 1.000e-03  grad_norm 1.000  100 tok/s  ETA 45s
step 4/10  loss 2.0000 (~3.0000)  lr 1.000e-03  grad_norm 1.000  100 tok/s  ETA 6s
step 8/10  loss 2.0000 (~3.0000)  lr 1.000e-03  grad_norm 1.000  100 tok/s  ETA 2s
step 10/10  loss 2.0000 (~3.0000)  lr 1.000e-03  grad_norm 1.000  100 tok/s  ETA 0s
step 10/10  val_loss 3.0000
`, b.String())
}

func TestFigure(t *testing.T) {
	dir := t.TempDir()
	m, err := train.OpenMetrics(dir)
	require.NoError(t, err)
	f := Figure{Dir: dir}
	require.NoError(t, f.Draw(), "nothing to draw yet")
	require.NoFileExists(t, filepath.Join(dir, "loss.svg"))
	for step := 1; step <= 2500; step++ {
		require.NoError(t, m.Updated(train.Update{Step: step, Loss: 5 / float64(step), LR: 1e-3 * float64(step)}))
	}
	require.NoError(t, m.Evaluated(2500, []train.Metric{{Name: "val_loss", Value: 1}}))
	require.NoError(t, m.Close())
	path := filepath.Join(dir, train.MetricsFileName)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append([]byte("{\"step\":1,\"lo\n"+strings.Repeat("x", 1<<20)+"\n"), data...), 0o600))
	var said bytes.Buffer
	f.Out = &said
	require.NoError(t, f.Draw())
	require.NoError(t, f.Draw())
	require.Equal(t, path+": line 1 is damaged (2 in total); the figure ignores damaged lines\n", said.String(), "reported once")
	svg, err := os.ReadFile(filepath.Join(dir, "loss.svg"))
	require.NoError(t, err)
	for _, text := range []string{"training", "smoothed", "validation", "loss in nats", "learning rate", "update"} {
		require.Contains(t, string(svg), ">"+text+"<")
	}
	require.Less(t, len(svg), 100_000, "thinned")
	png, err := os.ReadFile(filepath.Join(dir, "loss.png"))
	require.NoError(t, err)
	require.Equal(t, "\x89PNG", string(png[:4]))
}

// The figure is drawn at each evaluation, and at an update if it is a minute old. It shows the measure.
func TestFigureIsRenewed(t *testing.T) {
	dir := t.TempDir()
	m, err := train.OpenMetrics(dir)
	require.NoError(t, err)
	defer m.Close()
	f, path := Figure{Dir: dir, Measure: "dev_macro_f1"}, filepath.Join(dir, "loss.svg")
	drawn := func() bool {
		_, err := os.Stat(path)
		return os.Remove(path) == nil && err == nil
	}
	require.NoError(t, m.Updated(train.Update{Step: 1, Loss: 5, LR: 4.97e-4}))
	require.NoError(t, m.Updated(train.Update{Step: 2, Loss: 4, LR: 1e-4}))
	require.NoError(t, f.Updated(train.Update{Step: 1}))
	require.False(t, drawn(), "not a minute old")
	f.last = time.Now().Add(-figurePause)
	require.NoError(t, f.Updated(train.Update{Step: 1}))
	require.True(t, drawn())
	require.NoError(t, f.Updated(train.Update{Step: 1}))
	require.False(t, drawn())
	evaluation := []train.Metric{{Name: "dev_loss", Value: 1}, {Name: "dev_macro_f1", Value: 0.3}}
	require.NoError(t, m.Evaluated(1, evaluation))
	require.NoError(t, f.Evaluated(1, evaluation))
	svg, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, text := range []string{"development", "macro f1", "0.0002", "0.0004"} {
		require.Contains(t, string(svg), ">"+text+"<")
	}
}
