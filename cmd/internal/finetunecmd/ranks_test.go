package finetunecmd

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/dist"
	"gorgpt/dist/disttest"
)

// The command gives the same results on several ranks as on one, including the weights of the best
// evaluation and the predictions. It also evaluates and predicts rows.
func TestRanks(t *testing.T) {
	dir := cinema(t)
	t.Chdir(dir)
	ranks := func(n int, args ...string) string {
		var stdout, stderr bytes.Buffer
		for rank, err := range disttest.Errors(n, func(g *dist.Group) error {
			out, told := io.Writer(io.Discard), io.Writer(io.Discard)
			if g.First() {
				out, told = &stdout, &stderr
			}
			if status := Run(g, args, nil, out, told); status != 0 {
				return errors.Errorf("status %d", status)
			}
			return nil
		}) {
			require.NoError(t, err, "rank %d: %s", rank, stderr.String())
		}
		return stdout.String()
	}
	flags := append(append([]string{}, learn...), "-eval-every", "3", "-steps", "12")
	status, _, stderr := command(t, dir, append(flags, "-out", "one")...)
	require.Zero(t, status, stderr)
	for _, n := range []int{2, 3} {
		out := ranks(n, append(flags, "-force", "-out", "many")...)
		require.Equal(t, 1, strings.Count(out, "saved the model to many"))
		labels := func(name string) (all []string) {
			for line := range strings.Lines(read(t, dir, name+"/predictions.tsv")) {
				all = append(all, strings.Split(line, "\t")[1])
			}
			return all
		}
		require.Equal(t, labels("one"), labels("many"))
		want := ranks(1, "-model", "many", "-eval", "data/SST-2/dev.tsv")
		require.Contains(t, want, "20 examples: acc ")
		require.Equal(t, want, ranks(n, "-model", "many", "-eval", "data/SST-2/dev.tsv"))
	}
}
