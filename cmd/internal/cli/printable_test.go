package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestErrorsDoNotControlTheTerminal(t *testing.T) {
	require.Equal(t, `a\x1b[31mb\x00\a\r“é”`+"\n\t", printable("a\x1b[31mb\x00\a\r“é”\n\t"))
}
