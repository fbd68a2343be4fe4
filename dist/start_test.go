//go:build !mpi

package dist_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/dist"
)

// A build without Open MPI refuses to do the work of all ranks in each.
func TestStartRefusesRanksWithoutMPI(t *testing.T) {
	t.Setenv("OMPI_COMM_WORLD_SIZE", "4")
	_, err := dist.Start()
	require.EqualError(t, err, "this process was started as one of 4 ranks (OMPI_COMM_WORLD_SIZE), but it was built for a single one: build it with -tags mpi")
	t.Setenv("OMPI_COMM_WORLD_SIZE", "1")
	g, err := dist.Start()
	require.NoError(t, err)
	require.Nil(t, g)
}
