package tokenizer

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// opticks is the book that comes with the Go distribution.
func opticks(t testing.TB) string {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skipf("no go command to say where the sample text is: %v", err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "src", "testdata", "Isaac.Newton-Opticks.txt"))
	if err != nil {
		t.Skipf("this Go distribution has no sample text: %v", err)
	}
	return string(data)
}

func BenchmarkEncode(b *testing.B) {
	text := opticks(b)
	tok, err := Load(goldenDir(b))
	require.NoError(b, err)
	lines := strings.Split(text, "\n")
	var ids []int32
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		for _, line := range lines {
			ids = tok.AppendEncode(ids[:0], line)
		}
	}
}
