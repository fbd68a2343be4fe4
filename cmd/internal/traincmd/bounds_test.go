//go:build unix

package traincmd

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNumbersOutOfRangeAreErrors(t *testing.T) {
	book := story(t, 400)
	for flags, want := range map[string]string{
		"-batch 9000000000000":                "-batch must be at most 1000000000, not 9000000000000",
		"-steps 9000000000000000000":          "-steps must be at most 1000000000, not 9000000000000000000",
		"-epochs 9223372036854775807":         "-epochs must be at most 1000000000, not 9223372036854775807",
		"-batch 1000000000 -steps 1":          "-batch 1000000000 with -ctx 16: it needs 136000 MB of memory",
		"-batch 6 -steps 1 -micro -1":         "-micro must be at least 1, not -1",
		"-lr NaN":                             "-lr must be between 0 and 1e6, not NaN",
		"-dropout +Inf":                       "-dropout must be at least 0 and less than 1, not +Inf",
		"-ctx 9000000000000000000":            "-ctx must be at most 1000000000, not 9000000000000000000",
		"-steps 0 -ctx 1000000000":            "n_ctx is 1000000000: it must be 1 to 16777216",
		"-history 9000000000000000000":        "-history must be at most 1000000000, not 9000000000000000000",
		"-warmup 9000000000000000000":         "-warmup must be at most 1000000000, not 9000000000000000000",
		"-dot x.dot -dot-profile -9999999999": "-dot-profile must be at least 1, not -9999999999",
	} {
		args := append([]string{"-data", book, "-ctx", "16", "-vocab", "120", "-cache", ""}, strings.Fields(flags)...)
		status, _, stderr := command(t, args...)
		require.NotZero(t, status, flags)
		require.Contains(t, stderr, want, flags)
	}
}

func TestLongRunsAreForecast(t *testing.T) {
	for _, flags := range [][]string{{"-epochs", "200000000"}, {"-epochs", "1000000000"}, {"-steps", "1000000000"}} {
		status, stdout, stderr := command(t, quick(t, "run", append(flags, "-dry-run")...)...)
		require.Zero(t, status, stderr)
		require.Contains(t, stdout, "without evaluations")
		require.NotContains(t, stdout, "-0")
		require.NotRegexp(t, ` -[0-9]`, stdout)
	}
}

func TestFilesThatAreNotBooksAreErrors(t *testing.T) {
	dir := filepath.Dir(story(t, 400))
	pipe := filepath.Join(dir, "pipe.txt")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for _, data := range []string{pipe, dir} {
		status, _, stderr := command(t, "-data", data, "-steps", "1")
		require.Equal(t, 1, status)
		require.Contains(t, stderr, pipe+": not a regular file, but a pipe")
	}
}

func TestLongWordsAreReported(t *testing.T) {
	path := filepath.Join(t.TempDir(), "long.txt")
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("a", 100_000)+strings.Repeat(" some words", 20_000)), 0o600))
	for _, cache := range []string{"", "tokens"} {
		status, stdout, stderr := command(t, "-data", path, "-ctx", "16", "-vocab", "120", "-batch", "2", "-cache", cache, "-steps", "1", "-out", "run")
		require.Zero(t, status, stderr)
		require.Contains(t, stdout, "splits of words longer than 16384 bytes: 6 in 1 book (long.txt)")
	}
}
