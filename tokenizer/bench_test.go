package tokenizer

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
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

// BenchmarkEncode encodes a book line by line, with one goroutine and with two that share the
// tokenizer and take half of the lines each. The original pipeline also gets the book as one
// text, and with curly quotes all over, which have to be repaired.
func BenchmarkEncode(b *testing.B) {
	text := opticks(b)
	tok, err := Load(goldenDir(b))
	require.NoError(b, err)
	lines := strings.Split(text, "\n")
	for _, pipeline := range []Pipeline{Bert, Original} {
		tok := tok.WithPipeline(pipeline)
		for name, workers := range map[string]int{"one": 1, "two": 2} {
			b.Run(pipeline.String()+"/"+name, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					encodeLines(tok, lines, workers)
				}
			})
		}
	}
	for name, text := range map[string]string{
		"whole":  text,
		"quotes": strings.ReplaceAll(text, "the ", "“the” "),
	} {
		b.Run("original/"+name, func(b *testing.B) {
			tok := tok.WithPipeline(Original)
			var ids []int32
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				ids = tok.AppendEncode(ids[:0], text)
			}
		})
	}
}

// encodeLines encodes all lines with some goroutines.
func encodeLines(tok *Tokenizer, lines []string, workers int) {
	var group sync.WaitGroup
	for worker := range workers {
		share := lines[worker*len(lines)/workers : (worker+1)*len(lines)/workers]
		group.Go(func() {
			var ids []int32
			for _, line := range share {
				ids = tok.AppendEncode(ids[:0], line)
			}
		})
	}
	group.Wait()
}
