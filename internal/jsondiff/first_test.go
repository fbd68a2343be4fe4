package jsondiff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFirst(t *testing.T) {
	for _, c := range []struct{ a, b, key, inA, inB string }{
		{`{"a":1,"b":2}`, `{"b":2,"a":1}`, "", "", ""},
		{`{"a":1,"b":2,"c":3}`, `{"a":1,"b":"x","c":4}`, "b", "2", `"x"`},
		{`{"b":2}`, `{"a":1,"b":2}`, "a", notSet, "1"},
		{`{"a":[1],"b":2}`, `{"b":2}`, "a", "[1]", notSet},
		{`{}`, `{}`, "", "", ""},
	} {
		key, inA, inB, err := First([]byte(c.a), []byte(c.b))
		require.NoError(t, err)
		require.Equal(t, []string{c.key, c.inA, c.inB}, []string{key, inA, inB}, c.a)
	}
	key, _, _, err := First([]byte(`{"a":1,"b":2,"c":3}`), []byte(`{"b":4,"c":5}`), "a", "b")
	require.NoError(t, err)
	require.Equal(t, "c", key)
	_, _, _, err = First([]byte(`{`), []byte(`{}`))
	require.Error(t, err)
	_, _, _, err = First([]byte(`{}`), []byte(`[]`))
	require.Error(t, err)
}
