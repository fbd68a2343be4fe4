package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/pretrain"
)

func TestMeterLines(t *testing.T) {
	var out bytes.Buffer
	m := meter{w: &out}
	r := pretrain.Reading{Work: "tokenizing", Of: 2, Size: 8e6, Bytes: 1e6}
	m.show(r)
	require.Empty(t, out.String(), "too early")
	m.start, m.last = m.start.Add(-4*time.Second), m.last.Add(-4*time.Second)
	r.Books, r.Bytes, r.More = 1, 5e6, ", 7 tokens"
	m.show(r)
	require.Equal(t, "tokenizing: 1 of 2 books, 5.0 of 8.0 MB, 7 tokens, 1.0 MB/s, ETA 3s\n", out.String())
	r.Books, r.Bytes = 2, 8e6
	m.show(r)
	require.Equal(t, 1, strings.Count(out.String(), "\n"), "too early for another line")
	r.End = true
	m.show(r)
	require.Empty(t, m.work, "the next work starts a new meter")
}
