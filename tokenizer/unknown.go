package tokenizer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/pkg/errors"
)

// Unknowns counts the tokens of texts, the [Unknown] tokens, and the characters that cause them. The zero
// value is ready to use. It is not safe for concurrent use.
type Unknowns struct {
	Tokens  int          // of all texts
	Unknown int          // of these
	Chars   map[rune]int // occurrences of characters that are not in the vocabulary

	t     *Tokenizer
	known map[rune]bool
	ascii [128]bool // known ones, which most texts consist of
}

// From the share warnUnknown of [Unknown] on, [Unknowns.Report] warns; from [refuseUnknown] on,
// [Unknowns.Check] fails.
const (
	warnUnknown   = 0.01
	refuseUnknown = 0.5
)

// Add counts a text with the ids that the tokenizer made of it.
func (u *Unknowns) Add(t *Tokenizer, text string, ids []int32) {
	u.Tokens += len(ids)
	unknown := 0
	for _, id := range ids {
		if id == t.unk {
			unknown++
		}
	}
	if unknown == 0 {
		return
	}
	u.Unknown += unknown
	if u.t != t {
		u.t, u.known, u.ascii = t, map[rune]bool{}, [128]bool{}
	}
	if t.pipeline == Bert {
		text = strings.ReplaceAll(text, Unknown, " ") // a literal Unknown is not unknown text
	}
	for _, r := range text {
		if r < 128 && u.ascii[r] || u.isKnown(r) {
			continue
		}
		if u.Chars == nil {
			u.Chars = map[rune]int{}
		}
		u.Chars[r]++
	}
}

// isKnown reports whether the vocabulary has a character both within a word and at its end.
func (u *Unknowns) isKnown(r rune) bool {
	known, seen := u.known[r]
	if !seen {
		known = !slices.Contains(u.t.Encode(string([]rune{r, r})), u.t.unk)
		u.known[r] = known
		if r < 128 {
			u.ascii[r] = known
		}
	}
	return known
}

// Merge adds the counts of other texts.
func (u *Unknowns) Merge(other *Unknowns) {
	u.Tokens += other.Tokens
	u.Unknown += other.Unknown
	if u.Chars == nil && len(other.Chars) > 0 {
		u.Chars = map[rune]int{}
	}
	for r, n := range other.Chars {
		u.Chars[r] += n
	}
}

// Share is the share of [Unknown] among the tokens.
func (u *Unknowns) Share() float64 { return float64(u.Unknown) / float64(max(u.Tokens, 1)) }

// Most returns the most frequent characters, at most n.
func (u *Unknowns) Most(n int) []rune {
	chars := slices.SortedFunc(maps.Keys(u.Chars), func(a, b rune) int {
		return cmp.Or(cmp.Compare(u.Chars[b], u.Chars[a]), cmp.Compare(a, b))
	})
	return chars[:min(n, len(chars))]
}

// String says how many tokens are unknown and which characters are the most frequent.
func (u *Unknowns) String() string {
	const most = 8
	text := fmt.Sprintf("%d of %d tokens (%s) are %s", u.Unknown, u.Tokens, percent(u.Share()), Unknown)
	if len(u.Chars) == 0 {
		return text
	}
	var chars []string
	for _, r := range u.Most(most) {
		name := string(r)
		if !unicode.IsGraphic(r) || unicode.IsMark(r) || unicode.IsSpace(r) {
			name = fmt.Sprintf("%U", r)
		}
		chars = append(chars, fmt.Sprintf("%s ×%d", name, u.Chars[r]))
	}
	if len(u.Chars) > most {
		chars = append(chars, "…")
	}
	return text + ", most often for the characters " + strings.Join(chars, ", ")
}

// percent is a share in percent, with enough digits to distinguish it from 0.
func percent(share float64) string {
	switch {
	case share > 0 && share < 0.0001:
		return "less than 0.01 %"
	case share < warnUnknown:
		return fmt.Sprintf("%.2f %%", 100*share)
	}
	return fmt.Sprintf("%.1f %%", 100*share)
}

// Report is a line about the unknown tokens of what: a warning from 1 % on, "" without any.
func (u *Unknowns) Report(what string) string {
	switch share := u.Share(); {
	case u.Unknown == 0:
		return ""
	case share >= warnUnknown:
		return fmt.Sprintf("warning: %s: %s", what, u)
	}
	return fmt.Sprintf("%s: %s", what, u)
}

// Check returns an error if the share is [refuseUnknown] or more. what names the text.
func (u *Unknowns) Check(what string) error {
	if u.Share() < refuseUnknown {
		return nil
	}
	return errors.Errorf("%s: %s: the vocabulary does not fit the text", what, u)
}
