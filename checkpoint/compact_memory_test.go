package checkpoint

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/graph"
)

// peak returns the most memory in KB that this process has had so far.
func peak(t *testing.T) (kb int) {
	t.Helper()
	data, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	for _, line := range strings.Split(string(data), "\n") {
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kb); err == nil {
			return kb
		}
	}
	t.Skip("the system does not say how much memory was used")
	return 0
}

// TestPeakChild is the process that [TestOpeningNeedsNoFloat32Copy] starts.
func TestPeakChild(t *testing.T) {
	dir := os.Getenv("GORGPT_PEAK_OF")
	if dir == "" {
		t.Skip("only started by another test")
	}
	before := peak(t)
	m, err := readAs(dir, graph.Dtype(os.Getenv("GORGPT_PEAK_AS")))
	require.NoError(t, err)
	fmt.Printf("\n%s opened with %d KB\n", m.Store.Dtype(), peak(t)-before)
}

// TestOpeningNeedsNoFloat32Copy opens a model in a process of its own, in little more memory than the
// opened model takes: all weights in float32, or a second copy of them, would be 40 MB.
func TestOpeningNeedsNoFloat32Copy(t *testing.T) {
	if runtime.GOOS != "linux" || testing.Short() {
		t.Skip("the peak is read from /proc, and the race detector needs memory of its own")
	}
	c, err := gpt1.Preset("mini")
	require.NoError(t, err)
	m, err := gpt1.New(c)
	require.NoError(t, err)
	m.Init(1)
	wide, narrow := t.TempDir(), t.TempDir()
	require.NoError(t, WriteModel(wide, m))
	require.NoError(t, m.Compact(graph.Int8))
	require.NoError(t, WriteModelAs(narrow, m, Form{DType: safetensors.I8}))
	for _, c := range []struct {
		dir string
		as  graph.Dtype
		mb  int // the opened model is 12, 21 or 40 MB
	}{
		{narrow, "", 22}, {wide, graph.Int8, 25}, {wide, graph.BFloat16, 40}, {wide, graph.Float32, 50},
	} {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestPeakChild$", "-test.v")
		cmd.Env = append(os.Environ(), "GORGPT_PEAK_OF="+c.dir, "GORGPT_PEAK_AS="+string(c.as), "GOGC=10") // garbage is not what is measured
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		var dtype string
		var kb int
		at := strings.Index(string(out), "opened with")
		require.Positive(t, at, "%s", out)
		_, err = fmt.Sscanf(string(out)[strings.LastIndex(string(out)[:at-1], "\n")+1:], "%s opened with %d KB", &dtype, &kb)
		require.NoError(t, err, "%s", out)
		t.Logf("%q: %s, %d KB", c.as, dtype, kb)
		require.LessOrEqual(t, kb, c.mb<<10, "as %q", c.as)
	}
}
