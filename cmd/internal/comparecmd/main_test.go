package comparecmd

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/train/runs"
)

const folder = "../../../testdata/stability/c3479e4/"

func invoke(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = Run(args, nil, &out, &errs)
	return status, out.String(), errs.String()
}

// cells finds a line of a table by its first cell.
func cells(t *testing.T, table, name string) []string {
	t.Helper()
	for line := range strings.Lines(table) {
		parts := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		if parts[0] == name {
			return parts[1:]
		}
	}
	require.Fail(t, "no line "+name, table)
	return nil
}

func TestCompare(t *testing.T) {
	svg := filepath.Join(t.TempDir(), "losses.svg")
	status, out, errs := invoke(folder+"pretrained", "-svg", svg, folder+"tuned-done")
	require.Zero(t, status, errs)
	require.Empty(t, errs)
	f, err := runs.Open(folder)
	require.NoError(t, err)
	defer f.Close()
	a, b := f.Read("pretrained"), f.Read("tuned-done")
	m, err := f.Metrics("pretrained", 0)
	require.NoError(t, err)
	loss := m.Tables[0].Column("loss")
	require.Equal(t, []string{a.Command, b.Command}, cells(t, out, "command"))
	require.Equal(t, fmt.Sprintf("%.3f", loss[len(loss)-1]), cells(t, out, "last loss")[0])
	require.Equal(t, []string{fmt.Sprintf("%.3f", a.Unigram), "–"}, cells(t, out, "loss of unigrams"))
	require.Equal(t, []string{a.Settings["lr"], b.Settings["lr"]}, cells(t, out, "lr"))
	require.NotEqual(t, a.Settings["lr"], b.Settings["lr"])
	require.NotContains(t, out, "| seed", "it is the same")
	picture, err := os.ReadFile(svg)
	require.NoError(t, err)
	require.Contains(t, string(picture), ">tuned-done</text>")

	status, out, _ = invoke(folder + "pretrained")
	require.Zero(t, status)
	require.Equal(t, []string{a.Settings["seed"]}, cells(t, out, "seed"), "all settings of a single run")
}

// Results of classes, and folders whose texts would control the terminal.
func TestResults(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"run.json":      `{"command": "fine\u001b[2Jtune", "settings": {"a\u001b": "x|y"}}`,
		"metrics.jsonl": "{\"step\":1,\"loss\":2}\nno\n{\"step\":2,\"loss\":1}\n",
		"report.json":   `{"sets": [{"set": "test", "measures": [{"name": "acc", "value": 0.75}], "classes": [{"label": "\u001b]0;x", "f1": 0.5}]}]}`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	status, out, errs := invoke(dir, folder+"tuned-done")
	require.Zero(t, status, errs)
	require.Contains(t, errs, "1 lines of metrics.jsonl cannot be read")
	require.NotContains(t, out, "\x1b")
	require.Equal(t, []string{"0.750", "–"}, cells(t, out, "test acc"))
	require.Equal(t, "0.500", cells(t, out, "test ?]0;x")[0])
	require.Equal(t, "█▁", cells(t, out, "loss, from first to last")[0])
	require.Equal(t, "x?y", cells(t, out, "a?")[0])
}

// A run that has not begun to train, such as one that waits for other ranks, has no metrics.
func TestRunWithoutMetrics(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "run.json"), []byte(`{"command": "train", "settings": {"lr": 1}}`), 0o600))
	status, out, errs := invoke(dir, folder+"pretrained")
	require.Zero(t, status, errs)
	require.Equal(t, "train", cells(t, out, "command")[0])
	require.Equal(t, "–", cells(t, out, "last loss")[0])
	status, _, errs = invoke(dir, "-svg", filepath.Join(t.TempDir(), "losses.svg"))
	require.NotZero(t, status)
	require.Contains(t, errs, "-svg: no run has metrics yet")
}

func TestMistakes(t *testing.T) {
	for want, args := range map[string][]string{
		"there is no run to compare": {},
		"no such file or directory":  {filepath.Join(t.TempDir(), "none")},
		"is not the folder of a run": {t.TempDir()},
		"unknown flag -png":          {folder + "pretrained", "-png", "x"},
		"-svg":                       {folder + "pretrained", "-svg", folder + "pretrained/metrics.jsonl"},
	} {
		status, out, errs := invoke(args...)
		require.NotZero(t, status, args)
		require.Empty(t, out)
		require.Contains(t, errs, want)
	}
	status, out, _ := invoke("-h")
	require.Zero(t, status)
	require.Equal(t, usage, out)
}

func TestSpark(t *testing.T) {
	require.Equal(t, "▁█", spark([]float64{1, 2}))
	require.Equal(t, "▁▁", spark([]float64{1, 1}))
	require.Empty(t, spark(nil))
	require.Len(t, []rune(spark(make([]float64, 1000))), 20)
}
