package datasets

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders/ledger"
)

// writeQQP writes a training file of so many pairs in the layout of QQP, with questions as
// long as there.
func writeQQP(tb testing.TB, path string, pairs int) int64 {
	tb.Helper()
	words := []string{"how", "what", "is", "the", "best", "way", "to", "learn", "a", "language", "without", "any", "money", "India", "why", "do", "people"}
	rng := rand.New(rand.NewPCG(1, 1))
	f, err := os.Create(path)
	require.NoError(tb, err)
	w := bufio.NewWriter(f)
	question := func() {
		for range 7 + rng.IntN(9) {
			fmt.Fprintf(w, "%s ", words[rng.IntN(len(words))])
		}
		fmt.Fprintf(w, "%d?", rng.IntN(5000))
	}
	fmt.Fprintln(w, "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate")
	for i := range pairs {
		fmt.Fprintf(w, "%d\t%d\t%d\t", i, 2*i, 2*i+1)
		question()
		fmt.Fprint(w, "\t")
		question()
		fmt.Fprintf(w, "\t%d\n", rng.IntN(2))
	}
	require.NoError(tb, w.Flush())
	info, err := f.Stat()
	require.NoError(tb, err)
	require.NoError(tb, f.Close())
	return info.Size()
}

// BenchmarkQQP reads a file as large as QQP's.
func BenchmarkQQP(b *testing.B) {
	const pairs = 360_000
	dir := b.TempDir()
	b.SetBytes(writeQQP(b, filepath.Join(dir, "train.tsv"), pairs))
	d, err := Find("QQP")
	require.NoError(b, err)
	for b.Loop() {
		data, err := d.Read(dir, ledger.Tolerance{Strict: true})
		require.NoError(b, err)
		require.Len(b, data.Train, pairs)
	}
}
