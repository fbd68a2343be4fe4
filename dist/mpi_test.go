//go:build mpi

package dist_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/dist"
)

// started is the group of this process, when a launcher has started it as a rank.
var started = sync.OnceValues(dist.Start)

// underMPI does a test as one of n ranks: the test program is started once more, by mpirun.
func underMPI(t *testing.T, n int, f func(g *dist.Group) error) {
	t.Helper()
	if os.Getenv("OMPI_COMM_WORLD_RANK") == "" {
		cmd := exec.Command("mpirun", "-n", fmt.Sprint(n), "--oversubscribe", os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		require.Equal(t, n, bytes.Count(out, []byte("--- PASS: "+t.Name())), string(out))
		return
	}
	g, err := started()
	require.NoError(t, err)
	require.Equal(t, n, g.Size())
	require.NoError(t, f(g))
	require.NoError(t, g.Close())
}

func TestOpenMPI(t *testing.T) {
	underMPI(t, 3, func(g *dist.Group) error { return checkGroup(t, g) })
}

// BenchmarkSum adds up as many float32 as GPT-1 has parameters. All ranks must do so equally
// often: mpirun -n 2 go test -tags mpi -run '^$' -bench Sum -benchtime 20x ./dist
func BenchmarkSum(b *testing.B) {
	if os.Getenv("OMPI_COMM_WORLD_RANK") == "" {
		b.Skip("this is for ranks that mpirun has started")
	}
	g, err := started()
	require.NoError(b, err)
	for _, millions := range []int{1, 117} {
		x := make([]float32, millions*1_000_000)
		b.Run(fmt.Sprintf("%dM", millions), func(b *testing.B) {
			b.SetBytes(int64(4 * len(x)))
			for b.Loop() {
				require.NoError(b, g.SumFloats(x))
			}
		})
	}
	require.NoError(b, g.Close())
}
