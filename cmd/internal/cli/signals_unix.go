//go:build unix

package cli

import (
	"os"
	"syscall"
)

// stopSignals ask a command to stop. mpirun passes SIGUSR1 on to all ranks, and then waits as
// long as they need, which it does not after the others.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGUSR1}
