//go:build unix

package cli

import (
	"os"
	"syscall"
)

// stopSignals are the signals that stop a command. After SIGUSR1, unlike the others, mpirun waits
// until all ranks have ended. It passes the signal on to them.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGUSR1}
