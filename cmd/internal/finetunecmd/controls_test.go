package finetunecmd

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// leaking returns rows whose first word reveals the label.
func leaking(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, `{"text": "%s film", "label": %d}`+"\n", []string{"bad", "good"}[i%2], i%2)
	}
	return out.String()
}

func TestControls(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "train.jsonl", leaking(40))
	write(t, dir, "dev.jsonl", leaking(10))
	write(t, dir, "test.jsonl", leaking(16))
	flags := []string{"-task", "classification", "-controls", "-train", "train.jsonl", "-dev", "dev.jsonl"}
	status, stdout, stderr := command(t, dir, append(flags, "-test", "test.jsonl")...)
	require.Zero(t, status, stderr)
	require.Equal(t, `train.jsonl: the first row is text "bad film", label "0"
dev.jsonl: the first row is text "bad film", label "0"
test.jsonl: the first row is text "bad film", label "0"
controls fitted on 40 rows, accuracy in %; the noise of 16 test rows is ±25.0 points

control       sees                           dev    test   over majority
majority      nothing                        50.0   50.0   -
length        number of words                50.0   50.0   +0.0 ± 0.0, within noise
bag of words  words                          100.0  100.0  +50.0 ± 35.4
bigrams       words and pairs of neighbours  100.0  100.0  +50.0 ± 35.4
`, stdout)

	status, stdout, stderr = command(t, dir, flags...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "the noise of 10 dev rows is ±31.6 points")
	require.Contains(t, stdout, "\nbag of words  words                          100.0  -     +50.0 ± 44.7\n")
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 3, "nothing is written")
}

// The labels are those of the whole training file, also with the first rows only.
func TestControlsOfTheFirstRows(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "train.jsonl", leaking(40)+`{"text": "odd film", "label": 2}`+"\n")
	write(t, dir, "dev.jsonl", leaking(9)+`{"text": "odd film", "label": 2}`+"\n")
	status, stdout, stderr := command(t, dir, strings.Fields("-task classification -controls -train train.jsonl -dev dev.jsonl -limit 40")...)
	require.Zero(t, status, stderr)
	require.Regexp(t, `(?m)^bag of words +words +90\.0 `, stdout)
}

func TestControlsOfScores(t *testing.T) {
	dir := t.TempDir()
	var rows strings.Builder
	for i := range 40 {
		fmt.Fprintf(&rows, `{"a": "%s", "b": "b", "label": %d.5}`+"\n", strings.Repeat("x ", 1+i%4), i%4)
	}
	write(t, dir, "rows.jsonl", rows.String())
	status, stdout, stderr := command(t, dir, "-task", "similarity", "-controls", "-train", "rows.jsonl", "-dev", "rows.jsonl")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "controls fitted on 40 rows, Pearson's correlation × 100; the noise of 40 dev rows is ±31.6 points\n")
	require.Contains(t, stdout, "over mean", "the controls are compared to the mean")
	require.Regexp(t, `(?m)^length +numbers of words +100\.0 +- +\+100\.0 ± 31\.6, a leak +0\.000$`, stdout)
	require.Regexp(t, `(?m)^mean +nothing +0\.0 +- +- +1\.250$`, stdout)
}

func TestControlsNeedDev(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "train.jsonl", leaking(4))
	status, _, stderr := command(t, dir, "-task", "classification", "-controls", "-train", "train.jsonl", "-split", "none")
	require.Equal(t, 1, status)
	require.Equal(t, "finetune: -dev is missing: controls choose their penalty on the development rows\n", stderr)
}
