package heads

import "github.com/pkg/errors"

// Long says what is done with a text that is too long for the model.
// A Long is safe for concurrent use.
type Long string

// The values of Long; "" is CutEnd.
const (
	CutEnd   Long = "cut-end"   // the end is cut
	HeadTail Long = "head-tail" // the middle is cut
	Windows  Long = "windows"   // the text is read in overlapping windows; see [Window]
)

// Check returns an error for an unknown value.
func (l Long) Check() error {
	switch l {
	case "", CutEnd, HeadTail, Windows:
		return nil
	}
	return errors.Errorf("must be %s, %s or %s, not %q", CutEnd, HeadTail, Windows, l)
}

// shorten returns n tokens of a longer text.
func (l Long) shorten(text []int32, n int) []int32 {
	if l != HeadTail {
		return text[:n]
	}
	head := n - n/2
	return append(text[:head:head], text[len(text)-n/2:]...)
}

// Window cuts a text into the fewest parts of at most n tokens that cover it. All have the same length and
// are spread evenly, so that neighbours overlap.
func Window(text []int32, n int) [][]int32 {
	if len(text) <= n || n < 1 {
		return [][]int32{text}
	}
	parts := make([][]int32, (len(text)+n-1)/n)
	for i := range parts {
		at := i * (len(text) - n) / (len(parts) - 1)
		parts[i] = text[at : at+n]
	}
	return parts
}
