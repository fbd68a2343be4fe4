//go:build !unix

package cli

import (
	"os"
	"syscall"
)

// stopSignals are the signals that stop a command.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}
