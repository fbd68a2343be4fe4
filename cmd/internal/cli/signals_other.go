//go:build !unix

package cli

import (
	"os"
	"syscall"
)

// stopSignals ask a command to stop.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}
