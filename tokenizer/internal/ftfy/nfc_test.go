package ftfy

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

// TestComposeMany checks the form made by its definition against that of the norm package,
// where there are few marks, and that many marks get nothing added.
func TestComposeMany(t *testing.T) {
	for _, text := range []string{
		"", "e\u0301", "q\u0307\u0323", "q\u0323\u0307", "a\u0315\u0300\u05ae\u0062", "\u1100\u1161\u11a8", "\uac00\u11a8",
		"\u212b\u2126", "\u0340\u0344", "\u0958", "\u1e9b\u0323", "e\u0315\u0301\u0301", "\u0301e", "が か\u3099", "\u0f71\u0f72\u0f74",
		"a\u0323b\u0301\u0323c", "a\u0305\u0301", "\u09c7\u09be", "\U0001d15e",
	} {
		require.Equal(t, norm.NFC.String(text), string(composeMany([]rune(text))), "%+q", text)
		require.Equal(t, norm.NFC.String(text), string(compose([]rune(text))), "%+q", text)
	}
	for _, marks := range []int{1, 19, 20, 21, 30, 31, 32, 100} {
		text := []rune("xe" + strings.Repeat("\u0301", marks) + "\u0323y")
		got := compose(slices.Clone(text))
		require.Equal(t, "x\u1eb9"+strings.Repeat("\u0301", marks)+"y", string(got), "%d marks", marks)
	}
}
