package regular

import (
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// zeros is a reader of many bytes.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestUnpackedLimitsTheExpansion(t *testing.T) {
	for _, c := range []struct {
		name        string
		packed, out int64
		fails       bool
	}{
		{"little in little", 10, 10, false},
		{"little in next to nothing", 1, freely, false},
		{"more in next to nothing", 1, freely + 1, true},
		{"a hundredth", 1 << 20, 100 << 20, false},
		{"less than a hundredth", 1 << 20, 100<<20 + 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, err := io.Copy(io.Discard, Unpacked(io.LimitReader(zeros{}, c.out), c.packed, "gzip"))
			if !c.fails {
				require.NoError(t, err)
				require.Equal(t, c.out, n)
				return
			}
			require.ErrorContains(t, err, "unpacking gzip: its "+strconv.FormatInt(c.packed, 10)+" bytes unpack to more than 64 MiB and 100 times their number")
			require.Equal(t, c.out-1, n)
		})
	}
	_, err := io.Copy(io.Discard, Unpacked(io.MultiReader(strings.NewReader("text"), brokenReader{}), 10, "gzip"))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, "unpacking gzip: ")
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
