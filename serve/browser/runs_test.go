package browser_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"gorgpt/serve"
	"gorgpt/train"
	"gorgpt/train/runs"
)

// runFolder has a pre-training, a fine-tuning, and two folders that nobody should trust.
func runFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"pretrained", "tuned-done"} {
		for _, file := range []string{"run.json", "config.json", "metrics.jsonl"} {
			data, err := os.ReadFile(filepath.Join(folder, name, file))
			require.NoError(t, err)
			write(t, filepath.Join(dir, name, file), string(data))
		}
	}
	write(t, filepath.Join(dir, "tuned-done", "report.json"),
		`{"sets": [{"set": "dev", "rows": 30, "measures": [{"name": "acc", "value": 0.5}], "classes": [{"label": "<b>sad</b>", "precision": 0.25, "recall": 0.5, "f1": 0.3333, "support": 12, "predicted": 9}]}]}`)
	evil := `<img src=x onerror=alert(1)>`
	write(t, filepath.Join(dir, evil, "run.json"), `{"command": "<script>alert(2)</script>", "completed": true, "settings": {"`+evil+`": "`+evil+`"}, "data": {}, "parameters": 1}`)
	write(t, filepath.Join(dir, evil, "metrics.jsonl"), `{"step":1,"loss":3}`+"\n"+`{"step":2,"loss":"<script>"}`+"\nnonsense\n")
	write(t, filepath.Join(dir, "broken", "run.json"), `{"command": "<script>`)
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

// choose checks or unchecks a run.
func (p *tab) choose(name string) {
	p.t.Helper()
	_ = eval[bool](p, fmt.Sprintf(`(() => { [...document.querySelectorAll('.runs input')].find((i) => i.dataset.run === %q).click(); return true })()`, name))
}

func TestRuns(t *testing.T) {
	dir := runFolder(t)
	f, err := runs.Open(dir)
	require.NoError(t, err)
	defer f.Close()
	p := open(t, serve.Options{Runs: dir})
	p.visit(`#runs?runs=["pretrained"]`, ".runs input")
	p.until(`document.querySelectorAll('.curve').length > 1`)
	require.Equal(t, 1, eval[int](p, `document.querySelectorAll('[role=tab]').length`), "without models, there are only runs")

	// The last values are those of the file, and the levels those of its settings.
	m, err := f.Metrics("pretrained", 0)
	require.NoError(t, err)
	loss := m.Tables[0].Column("loss")
	values := p.texts(".chart:nth-of-type(1) .values span")
	require.Contains(t, values[0], "loss "+short(loss[len(loss)-1]))
	r := f.Read("pretrained")
	require.NoError(t, r.Err)
	text := strings.Join(p.texts(".chart:nth-of-type(1) text"), "|")
	require.Contains(t, text, fmt.Sprintf("uniform %.2f", r.Uniform))
	require.Contains(t, text, fmt.Sprintf("unigrams %.2f", r.Unigram))
	p.look("runs-one")

	// Point, zoom, and back.
	p.run(chromedp.Focus(chromedp.CSS(".chart svg")), chromedp.KeyEvent("+"))
	steps := eval[int](p, `Number(document.querySelector('.chart path.curve').getAttribute('d').split('L').length)`)
	require.Less(t, steps, len(loss))
	p.run(chromedp.Focus(chromedp.CSS(".chart svg")), chromedp.KeyEvent("0"))
	require.Equal(t, len(loss), eval[int](p, `Number(document.querySelector('.chart path.curve').getAttribute('d').split('L').length)`))

	// Overlaid: a table of what differs.
	p.choose("tuned-done")
	p.until(`document.body.textContent.includes('Settings in which the runs differ')`)
	p.until(`[...document.querySelectorAll('.wide td')].some((d) => d.textContent === '0.250')`)
	require.Contains(t, p.texts(".wide th"), "<b>sad</b>")
	settings := map[string]bool{}
	for _, name := range p.texts(".wide[aria-label=Settings] th[scope=row]") {
		settings[name] = true
	}
	other := f.Read("tuned-done")
	for name, value := range r.Settings {
		require.Equal(t, value != other.Settings[name], settings[name], name)
	}
	p.look("runs-two")

	// A run that trains: new lines appear.
	path := filepath.Join(dir, "pretrained", "metrics.jsonl")
	write(t, filepath.Join(dir, "pretrained", "run.json"), strings.Replace(read(t, filepath.Join(dir, "pretrained", "run.json")), `"completed": true`, `"completed": false`, 1))
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	require.NoError(t, train.Metrics{W: file}.Updated(train.Update{Step: 500, Loss: 1.234, GradNorm: math.NaN(), Elapsed: time.Second}))
	require.NoError(t, file.Close())
	p.until(`document.querySelector('.chart .values').textContent.includes('loss 1.234 at 500')`)
	require.Contains(t, p.texts(".runs small"), "training")

	// Folders of others show their errors as text.
	p.choose("<img src=x onerror=alert(1)>")
	p.until(`document.body.textContent.includes('2 lines of the metrics cannot be read')`)
	require.Contains(t, strings.Join(p.texts(".runs label"), "|"), "damaged: run.json")
	require.Zero(t, eval[int](p, `document.querySelectorAll('main script, main img, main b').length`))
}

// A run of 100,000 updates is drawn within a second.
func TestLongRun(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "long", "run.json"), `{"command": "train", "completed": true, "settings": {}, "data": {}}`)
	file, err := os.Create(filepath.Join(dir, "long", "metrics.jsonl"))
	require.NoError(t, err)
	var b strings.Builder
	for step := range 100_000 {
		require.NoError(t, train.Metrics{W: &b}.Updated(train.Update{Step: step + 1, Loss: 3 + math.Sin(float64(step)/100), LR: 1e-4 / float64(step+1), GradNorm: 1.23456, Tokens: int64(step), TokS: 1234, Elapsed: time.Second}))
	}
	_, err = file.WriteString(b.String())
	require.NoError(t, err)
	require.NoError(t, file.Close())
	p := open(t, serve.Options{Runs: dir})
	p.visit("", ".runs input")
	p.until(`document.querySelectorAll('.curve').length === 4`)
	took := eval[float64](p, `(() => { const s = performance.now(); document.querySelector('.row button').click(); return performance.now() - s })()`)
	t.Logf("drawn in %.0f ms; from the start of the page: %.0f ms", took, eval[float64](p, `performance.now()`))
	require.Less(t, took, 1000.0)
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

// short is how the page writes a value.
func short(x float64) string { return fmt.Sprintf("%.4g", x) }
