//go:build unix

package cli

import (
	"bytes"
	"io"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// SIGUSR1, which launchers of ranks pass on, stops a command like Ctrl-C.
func TestUserSignalStops(t *testing.T) {
	var stderr bytes.Buffer
	status := Run("cmd", NewOutput(io.Discard), &stderr, func() error { return nil }, signalled(t, syscall.SIGUSR1))
	require.Equal(t, 128+int(syscall.SIGUSR1), status)
	require.Equal(t, "user defined signal 1: stopping as soon as possible; repeat to exit immediately\ncmd: context canceled\n", stderr.String())
}
