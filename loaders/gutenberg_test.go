package loaders

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// story is a wrapped text of about 60 bytes a line, in paragraphs of four lines, and what
// becomes of it.
func story(name string, paragraphs int) (raw, clean string) {
	var in, out strings.Builder
	for i := range paragraphs {
		for j := range 4 {
			line := fmt.Sprintf("In the %d. night %s walked %d miles along the quiet river.", i, name, j)
			in.WriteString(line + "\n")
			out.WriteString(line + " ")
		}
		in.WriteString("\n")
	}
	return in.String(), strings.ReplaceAll(strings.TrimSpace(out.String()), "3 miles along the quiet river. ", "3 miles along the quiet river.\n")
}

// The parts of a file, written for the tests in the manner of Project Gutenberg's.
const (
	aTitle  = "The Project Gutenberg EBook of A Walk, by Nobody\n\nTitle: A Walk\n\nAuthor: Nobody\n\nLanguage: English\n\n"
	oldHead = "**The Project Gutenberg Etext of A Walk, by Nobody**\n\nCopyright laws are changing. Check those of your country\n" +
		"before posting these etexts.\n\nThese Etexts are prepared by volunteers and donations.\n\n"
	aPrint = "***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***\nWhy is this here? You know: lawyers.\nThey tell us you might sue us.\n" +
		"*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\n\n"
	aStart   = "*** START OF THE PROJECT GUTENBERG EBOOK A WALK ***\n\n"
	anEnd    = "*** END OF THE PROJECT GUTENBERG EBOOK A WALK ***\n\n"
	aLicence = "Updated editions will replace the previous one. Copyright and\ntrademark of the foundation: see its licence. Donate.\n"
)

func TestGutenbergFrames(t *testing.T) {
	raw, want := story("Ann", 40)
	other, more := story("Bob", 45)
	small, little := story("Cat", 2)
	for _, c := range []struct{ name, raw, want string }{
		{"copyrighted", aTitle + "*** START OF THE COPYRIGHTED PROJECT GUTENBERG EBOOK X ***\n\n" + raw + "*** END OF THE COPYRIGHTED PROJECT GUTENBERG EBOOK X ***\n" + aLicence, want},
		{"this copyrighted", "*** START OF THIS COPYRIGHTED PROJECT GUTENBERG EBOOK X ***\n" + raw + "*** END OF THIS COPYRIGHTED PROJECT GUTENBERG EBOOK X ***\n", want},
		{"without an article", "*** START OF PROJECT GUTENBERG EBOOK X ***\n" + raw + "*** END OF PROJECT GUTENBERG EBOOK X ***\n" + aLicence, want},
		{"no space behind the asterisks", aTitle + "***START OF THE PROJECT GUTENBERG EBOOK X***\n" + raw + "***END OF THE PROJECT GUTENBERG EBOOK X***\n", want},
		{"spaces before the asterisks", aTitle + "  *** START OF THE PROJECT GUTENBERG EBOOK X ***\n" + raw + "\t*** END OF THE PROJECT GUTENBERG EBOOK X ***\n", want},
		{"spaces among the asterisks", aTitle + "* * * START  OF THE PROJECT GUTENBERG EBOOK X * * *\n" + raw + "* * *\u00a0END OF THE PROJECT  GUTENBERG EBOOK X * * *\n", want},
		{"two or five asterisks", "** START OF THE PROJECT GUTENBERG EBOOK X **\n" + raw + "***** END OF THE PROJECT GUTENBERG EBOOK X *****\n", want},
		{"lower case", "*** Start of the Project Gutenberg eBook X ***\n" + raw + "*** End of the Project Gutenberg eBook X ***\n", want},
		{"German", aTitle + "*** ANFANG DIESES PROJECT GUTENBERG EBOOKS X ***\n" + raw + "*** ENDE DIESES PROJECT GUTENBERG EBOOKS X ***\n" + aLicence, want},
		{"German start, in English too", aTitle + "*** START DIESES PROJECT GUTENBERG EBOOKS X ***\n" + raw + "Ende dieses Projekt Gutenberg Etextes X, von Niemand\n" + aLicence, want},
		{"German, old", "Anfang des Projekt Gutenberg-DE Etextes\n" + raw + "Ende dieses Project Gutenberg Etextes X\n" + aLicence, want},
		{"French", aTitle + "*** DÉBUT DU PROJET GUTENBERG EBOOK X ***\n" + raw + "*** FIN DU PROJET GUTENBERG EBOOK X ***\n" + aLicence, want},
		{"French, long", "*** DÉBUT DE CE LIVRE ÉLECTRONIQUE DU PROJET GUTENBERG ***\n" + raw + "Fin de ce livre électronique du Projet Gutenberg\n" + aLicence, want},
		{"French name only", aStart + raw + "Fin du Project Gutenberg EBook de X\n\n" + anEnd + aLicence, want},
		{"an end without a start", raw + anEnd + aLicence, want},
		{"an end without a start, with a title", aTitle + raw + "End of the Project Gutenberg EBook of A Walk\n" + anEnd + aLicence, want},
		{"a start without an end", aTitle + aStart + raw, want},
		{"small print at the beginning", oldHead + aPrint + raw + "End of The Project Gutenberg Etext of A Walk\n", want},
		{"small print behind the start", aTitle + aStart + aPrint + raw + anEnd, want},
		{"small print before the start", oldHead + aPrint + aStart + raw + anEnd, want},
		{"small print behind the book", oldHead + raw + "End of the Project Gutenberg Etext of A Walk\n\n" + aPrint, want},
		{"the beginning of small print alone", oldHead + raw + "End of the Project Gutenberg Etext\n\n" + aPrint[:strings.Index(aPrint, "*END*")], want},
		{"two books", aTitle + aStart + raw + anEnd + aLicence + aTitle + aStart + other + anEnd + aLicence, want + "\n" + more},
		{"two books, the marks of one in German", aTitle + aStart + raw + "Ende dieses Project Gutenberg Etextes A\n" + aLicence + "\uFEFF" + aTitle + aStart + other + anEnd, want + "\n" + more},
		{"two books, the first without an end", aTitle + aStart + raw + aTitle + aStart + other + anEnd, want + "\n" + more},
		{"two books with small print", oldHead + aPrint + raw + "End of Project Gutenberg's Etext of A Walk\n" + oldHead + aPrint + other + "End of the Project Gutenberg Etext\n", want + "\n" + more},
		{"a small book", oldHead + strings.Repeat("Project Gutenberg needs your donations.\n", 200) + aPrint + small + anEnd + strings.Repeat(aLicence, 100), little},
		{"words of Project Gutenberg in a book", raw + "The Project Gutenberg eBook is read by Ann.\n\n" + other, want + "\nThe Project Gutenberg eBook is read by Ann.\n" + more},
		{"a transcriber's note outside a frame", "Transcriber's Note: spelling is kept.\n\nProduced by hand.\n\n" + raw, "Transcriber's Note: spelling is kept.\nProduced by hand.\n" + want},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, did, err := clean([]byte(c.raw))
			require.NoError(t, err)
			require.Equal(t, c.want, got)
			require.Zero(t, did.Doubtful)
			if c.want == want {
				require.InDelta(t, len(c.raw)-len(raw), did.Removed, 8, "blank lines around the book count as either")
			}
		})
	}
}

// A mark at the wrong place does not cost the text on its other side.
func TestDoubtfulFramesAreKept(t *testing.T) {
	raw, want := story("Ann", 40)
	other, more := story("Bob", 2)
	legal := aPrint[strings.Index(aPrint, "\n")+1:]
	for _, c := range []struct{ name, raw, want string }{
		{"small print inside a book", oldHead + raw + aPrint + "Thirty-two bytes are all there is.\n", want + "\nThirty-two bytes are all there is."},
		{"small print behind a book without an end", oldHead + raw + aPrint, want},
		{"small print behind a book without a title", raw + aPrint, want},
		{"the end of small print behind a book", raw + legal, want + "\nWhy is this here? You know: lawyers. They tell us you might sue us."},
		{"a start behind the book", raw + aStart + other, want + "\n" + more},
		{"an end before the book", other + anEnd + raw, more + "\n" + want},
		{"an end before the book, with a licence", other + anEnd + aLicence + "\n" + raw, more + "\n" + want},
		{"small print within a frame", aTitle + aStart + raw + aPrint + other + anEnd, want + "\n" + more},
		{"two starts", aTitle + aStart + raw + aStart + other + anEnd, want + "\n" + more},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, did, err := clean([]byte(c.raw))
			require.NoError(t, err)
			require.Equal(t, c.want, got)
			require.Positive(t, did.Doubtful)
			require.True(t, did.Revised)
		})
	}
}

// Tokens in caches stay in use where the text of a book is what version 1 made of it.
func TestOnlyChangedBooksAreRevised(t *testing.T) {
	raw, _ := story("Ann", 40)
	for name, c := range map[string]struct {
		raw  string
		want bool
	}{
		"no frame":              {raw, false},
		"a frame":               {aTitle + aStart + "Produced by A. Nobody\n\n" + raw + "End of the Project Gutenberg EBook of X\n\n" + anEnd + aLicence, false},
		"small print":           {oldHead + aPrint + raw, false},
		"small print in frame":  {aTitle + aStart + aPrint + raw + anEnd, false},
		"an end":                {raw + anEnd, false},
		"two books":             {aTitle + aStart + raw + anEnd + aTitle + aStart + raw + anEnd, false},
		"two without an end":    {aTitle + aStart + raw + aTitle + aStart + raw + anEnd, true},
		"German":                {raw + "Ende dieses Project Gutenberg Etextes X\n", true},
		"a title and an end":    {aTitle + raw + anEnd, true},
		"small print elsewhere": {raw + aPrint, true},
	} {
		_, did, err := clean([]byte(c.raw))
		require.NoError(t, err, name)
		require.Equal(t, c.want, did.Revised, name)
	}
}
