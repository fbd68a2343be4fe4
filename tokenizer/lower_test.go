package tokenizer

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLower(t *testing.T) {
	for word, want := range map[string]string{
		"":             "",
		"Hello":        "hello",
		"don't 1.5":    "don't 1.5",
		"ÉÅÑ":          "éåñ",
		"ПРИВЕТ":       "привет",
		"İSTANBUL":     "i\u0307stanbul",
		"Iı":           "iı",
		"STRAẞE ß":     "straße ß",
		"ǅ Ǆ":          "ǆ ǆ",
		"Ⅷ Ⓐ":          "ⅷ ⓐ",
		"ᲔᲘ":           "ეი",
		"\U00010400":   "\U00010428",
		"\u212a\u212b": "kå",
		"ὈΔΥΣΣΕΎΣ":     "ὀδυσσεύς",
		"ΟΔΟΣ":         "οδος",
		"ΟΔΟΣ.":        "οδος.",
		"ΟΔΟΣ'Α":       "οδοσ'α",
		"Σ":            "σ",
		"ΣΑ":           "σα",
		"ΑΣ1":          "ας1",
		"1Σ":           "1σ",
		"Α\u0301Σ":     "α\u0301ς",
		"ΑΣ\u0301":     "ας\u0301",
		"ΑΣ\u0301Β":    "ασ\u0301β",
		"ΣΣ":           "σς",
		"日本":           "日本",
	} {
		require.Equal(t, want, string(appendLower(nil, word)), "%q", word)
	}
}
