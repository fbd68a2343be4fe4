package finetunecmd

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// review returns rows, of which one in a given number is Chinese.
func review(rows, every int) string {
	var out strings.Builder
	for i := range rows {
		text := [2]string{"the film was bad", "the film was good"}[i%2]
		if every > 0 && i%every == 0 {
			text = "这 部 电 影 很 好"
		}
		fmt.Fprintf(&out, "{\"text\": %q, \"label\": %d}\n", text, i%2)
	}
	return out.String()
}

// TestRowsOfAnotherScript covers texts in each set that the vocabulary cannot spell.
func TestRowsOfAnotherScript(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	writeModel(t, "model")
	write(t, dir, "good.jsonl", review(40, 0))
	write(t, dir, "some.jsonl", review(40, 20))
	write(t, dir, "few.jsonl", review(1400, 1400))
	write(t, dir, "all.jsonl", review(40, 1))
	flags := func(train, dev, test string, more ...string) []string {
		return append([]string{
			"-task", "classification", "-model", "model", "-train", train, "-dev", dev, "-test", test, "-steps", "2", "-out", "out", "-force",
		}, more...)
	}
	status, stdout, stderr := command(t, dir, flags("good.jsonl", "some.jsonl", "few.jsonl")...)
	require.Zero(t, status, stderr)
	require.NotContains(t, stdout, "training rows:")
	require.Contains(t, stdout, "warning: development rows: 12 of 164 tokens (7.3 %) are <unk>, most often for the characters 好 ×2, 影 ×2")
	require.Contains(t, stdout, "\ntest rows: 6 of 5602 tokens (0.11 %) are <unk>, most often for the characters")
	for name, args := range map[string][]string{
		"training rows":    flags("all.jsonl", "good.jsonl", "good.jsonl"),
		"development rows": flags("good.jsonl", "all.jsonl", "good.jsonl"),
		"test rows":        flags("good.jsonl", "good.jsonl", "all.jsonl"),
		"all.jsonl":        {"-model", "out", "-eval", "all.jsonl"},
	} {
		status, stdout, stderr := command(t, dir, args...)
		require.Equal(t, 1, status, stdout)
		require.Contains(t, stderr, "finetune: "+name+": 240 of 240 tokens (100.0 %) are <unk>, most often for the characters")
		require.Contains(t, stderr, "or set -allow-unknown")
	}
	status, stdout, stderr = command(t, dir, "-model", "out", "-predict", "all.jsonl", "-allow-unknown")
	require.Zero(t, status, stderr)
	require.Contains(t, stderr, "warning: all.jsonl: 240 of 240 tokens (100.0 %) are <unk>")
	require.NotEmpty(t, stdout)

	status, stdout, stderr = command(t, dir, flags("all.jsonl", "all.jsonl", "all.jsonl", "-allow-unknown")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "warning: training rows: 240 of 240 tokens")
	require.Contains(t, read(t, dir, "out/run.json"), `"allow_unknown": true`)
	status, _, stderr = command(t, dir, "-config", "out/run.json", "-out", "again")
	require.Zero(t, status, stderr)
}
