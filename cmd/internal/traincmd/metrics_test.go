package traincmd

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A damaged line of metrics does not affect other lines.
func TestDamagedMetricsStay(t *testing.T) {
	begin(t, workplace(t))
	data, err := os.ReadFile("out/metrics.jsonl")
	require.NoError(t, err)
	lines := strings.SplitAfter(string(data), "\n")
	lines[1] = "\x00\x00 not JSON\n"
	require.NoError(t, os.WriteFile("out/metrics.jsonl", []byte(strings.Join(lines, "")+`{"step":`), 0o600))
	status, stdout, stderr := commandHere("-resume", "out")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "out/metrics.jsonl: line 2 is damaged (1 in total); the figure ignores damaged lines\n")
	data, err = os.ReadFile("out/metrics.jsonl")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(data), strings.Join(lines, "")))
	require.Equal(t, 12, strings.Count(string(data), "\n"), "10 updates and 2 evaluations, one of them damaged")
	sameModel(t)
}
