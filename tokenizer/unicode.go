package tokenizer

import (
	"sync"
	"unicode"

	"golang.org/x/text/unicode/rangetable"
)

// class has the properties of a character for the bert pipeline.
type class uint8

const (
	removed   class = 1 << iota // dropped by the cleaning step
	space                       // separates words
	ideograph                   // a word of its own, cut off before decomposition
	punct                       // a word of its own, cut off after decomposition
	mark                        // an accent, dropped after decomposition
	late                        // newer than Unicode 8.0: has no category and never decomposes
)

// classTable holds the class of each code point.
type classTable [unicode.MaxRune + 1]class

// classes builds the table when the first text is encoded.
//
// The pipeline was defined by a library whose general categories are those of
// Unicode 8.0, whose decompositions are not much newer, and whose lower-case mapping is
// recent. Go's tables are newer than 8.0, so a character that 8.0 had not assigned is
// kept out of every category, and the few that were put into another category since
// then are put back.
var classes = sync.OnceValue(func() *classTable {
	t := new(classTable)
	for r := range t {
		t[r] = late
	}
	rangetable.Visit(rangetable.Assigned("8.0.0"), func(r rune) { t[r] = 0 })
	t.markCategories()
	t.restoreCategories()

	rangetable.Visit(unicode.White_Space, func(r rune) {
		if !unicode.Is(unicode.Cc, r) {
			t[r] = space
		}
	})
	t['\t'], t['\n'], t['\r'] = space, space, space // the other controls are removed
	t[unicode.ReplacementChar] = removed
	for r := '!'; r <= '~'; r++ {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			t[r] = punct // also the symbols, such as $ and +
		}
	}
	rangetable.Visit(ideographs, func(r rune) { t[r] |= ideograph })
	return t
})

// markCategories sets the general categories that the pipeline uses.
func (t *classTable) markCategories() {
	for _, c := range []struct {
		category *unicode.RangeTable
		class    class
	}{
		{unicode.Cc, removed},
		{unicode.Cf, removed},
		{unicode.Co, removed},
		{unicode.P, punct},
		{unicode.Mn, mark},
	} {
		rangetable.Visit(c.category, func(r rune) {
			if t[r] != late {
				t[r] = c.class
			}
		})
	}
}

// restoreCategories undoes the changes of category made since Unicode 8.0.
func (t *classTable) restoreCategories() {
	t[0x1734] = mark   // Hanunoo pamudpod, now a spacing mark
	t[0x1885] = 0      // Mongolian baludas, then letters
	t[0x1886] = 0      //
	t[0xA9BD] = 0      // Javanese keret, then a spacing mark
	t[0x166D] = punct  // Canadian syllabics chi sign, now a symbol
	t[0x111C9] = punct // Sharada sandhi mark, now a nonspacing mark
}

// ideographs are the blocks that BERT's cleaning treats as Chinese. They are blocks,
// not a property: unassigned code points in them count, and U+2B820–U+2B91F do
// not, by a slip of the original that vocabularies now depend on.
var ideographs = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x3400, Hi: 0x4DBF, Stride: 1},
		{Lo: 0x4E00, Hi: 0x9FFF, Stride: 1},
		{Lo: 0xF900, Hi: 0xFAFF, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x20000, Hi: 0x2A6DF, Stride: 1},
		{Lo: 0x2A700, Hi: 0x2B81F, Stride: 1},
		{Lo: 0x2B920, Hi: 0x2CEAF, Stride: 1},
		{Lo: 0x2F800, Hi: 0x2FA1F, Stride: 1},
	},
}

// lower maps code points to lower case as of Unicode 17: Go's own tables, and the
// capitals that came with Unicode 16 and 17.
var lower = unicode.SpecialCase{
	lowerRange(0x1C89, 0x1C89, 0x1C8A),
	lowerRange(0xA7CB, 0xA7CB, 0x0264),
	lowerRange(0xA7CC, 0xA7CC, 0xA7CD),
	lowerRange(0xA7CE, 0xA7CE, 0xA7CF),
	lowerRange(0xA7D2, 0xA7D2, 0xA7D3),
	lowerRange(0xA7D4, 0xA7D4, 0xA7D5),
	lowerRange(0xA7DA, 0xA7DA, 0xA7DB),
	lowerRange(0xA7DC, 0xA7DC, 0x019B),
	lowerRange(0x10D50, 0x10D65, 0x10D70), // Garay
	lowerRange(0x16EA0, 0x16EB8, 0x16EBB), // Beria Erfe
}

// lowerRange maps the capitals lo to hi to as many small letters from first on.
func lowerRange(lo, hi uint32, first rune) unicode.CaseRange {
	mapping := unicode.CaseRange{Lo: lo, Hi: hi}
	mapping.Delta[unicode.LowerCase] = first - rune(lo)
	return mapping
}
