//go:build !mpi

package dist

import (
	"os"
	"strconv"

	"github.com/pkg/errors"
)

// sizes are the variables in which launchers tell a process how many they have started.
var sizes = []string{"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}

// Start returns nil, a process on its own: this is the build without Open MPI. It is an error
// if the process was started as one of several, as each would do the whole work.
func Start() (*Group, error) {
	for _, name := range sizes {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 1 {
			return nil, errors.Errorf("this process was started as one of %d ranks (%s), but it was built for a single one: build it with -tags mpi", n, name)
		}
	}
	return nil, nil
}
