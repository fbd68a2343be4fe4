//go:build !mpi

package dist

import (
	"os"
	"strconv"

	"github.com/pkg/errors"
)

// sizes are the environment variables in which launchers pass the number of processes.
var sizes = []string{"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}

// Start returns nil, a single process, because this is the build without Open MPI. It is an error if
// the process was started as one of several: each would do all the work.
func Start() (*Group, error) {
	for _, name := range sizes {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 1 {
			return nil, errors.Errorf("this process was started as one of %d ranks (%s), but it was built for a single one: build it with -tags mpi", n, name)
		}
	}
	return nil, nil
}
