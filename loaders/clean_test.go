package loaders

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestCleanCharset(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{"ASCII", "plain", "plain"},
		{"UTF-8", "café “no”", "café “no”"},
		{"UTF-8 with mark", "\xEF\xBB\xBFcafé", "café"},
		{"UTF-16, little end first", "\xFF\xFEn\x00o\x00\x3D\xD8\x00\xDE", "no😀"},
		{"UTF-16, big end first", "\xFE\xFF\x00n\x00o\x20\x1C", "no“"},
		{"UTF-16 with an odd byte", "\xFF\xFEn\x00o\x00!", "no"},
		{"UTF-16 with half a pair", "\xFF\xFEn\x00\x3D\xD8", "n\uFFFD"},
		{"ISO-8859-1", "caf\xE9 na\xEFve", "café naïve"},
		{"Windows-1252", "\x93no\x94 \x97 \x80", "“no” — €"},
		{"UTF-8 with a bad byte", "“caf\xE9” and “no”", "“caf\uFFFD” and “no”"},
		{"few control characters", strings.Repeat("text ", 50) + "\x1A", strings.Repeat("text ", 50) + "\x1A"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := clean([]byte(c.raw))
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestCleanParagraphs(t *testing.T) {
	long := strings.Repeat("word ", 30) + "end."
	for _, c := range []struct{ name, raw, want string }{
		{"wrapped", "One\ntwo\nthree.\n\nFour\nfive.\n", "One two three.\nFour five."},
		{"CR LF", "One\r\ntwo.\r\n\r\nThree\r\nfour.\r\n", "One two.\nThree four."},
		{"CR alone", "One\rtwo.\r\rThree.", "One two.\nThree."},
		{"many blank lines", "\n\n\nOne.\n\n \t\n\nTwo.\n\n\n", "One.\nTwo."},
		{"indented", "    One\n  two.\n\n    Three.", "One two.\nThree."},
		{"hyphens stay", "after-\nnoon\n\nend", "after- noon\nend"},
		{"one sentence a line", "one .\ntwo .\nthree .\n", "one .\ntwo .\nthree ."},
		{"one paragraph a line, with blank lines", long + "\n\n" + long + "\n", long + "\n" + long},
		{
			"one paragraph a line, blank lines between chapters",
			"CHAPTER I\n\n" + long + "\n" + long + "\n\nCHAPTER II\n\n" + long, "CHAPTER I\n" + long + "\n" + long + "\nCHAPTER II\n" + long,
		},
		{
			"one sentence a line, blank lines between chapters",
			strings.Repeat("a line .\n", 60) + "\n" + strings.Repeat("a line .\n", 60),
			strings.TrimSuffix(strings.Repeat("a line .\n", 120), "\n"),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := clean([]byte(c.raw))
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestCleanGutenberg(t *testing.T) {
	const (
		header = "The Project Gutenberg EBook of A Walk\n\nTitle: A Walk\n\n"
		start  = "*** START OF THIS PROJECT GUTENBERG EBOOK A WALK ***\n\n"
		end    = "\n*** END OF THIS PROJECT GUTENBERG EBOOK A WALK ***\n\nLicence\n"
		body   = "We went\nout.\n\nWe came\nback.\n"
		want   = "We went out.\nWe came back."
	)
	for _, c := range []struct{ name, raw, want string }{
		{"header and footer", header + start + body + end, want},
		{"no footer", header + start + body, want},
		{"no header", body + end, want},
		{"newer wording", header + "*** START OF THE PROJECT GUTENBERG EBOOK A WALK ***\n" + body + "*** END OF THE PROJECT GUTENBERG EBOOK A WALK ***\nLicence", want},
		{"no space", header + "***START OF THE PROJECT GUTENBERG EBOOK A WALK***\n" + body + "***END OF THE PROJECT GUTENBERG EBOOK A WALK***\nLicence", want},
		{"e-text", header + "*** START OF THE PROJECT GUTENBERG ETEXT A WALK ***\n" + body + "End of the Project Gutenberg Etext of A Walk\nLicence", want},
		{"plain ending line before the other", header + start + body + "\nEnd of Project Gutenberg's A Walk, by Nobody\n\n" + end, want},
		{"title over two lines", header + "*** START OF THE PROJECT GUTENBERG EBOOK A WALK,\nOR MORE ***\n\n" + body + end, want},
		{"title never closed", header + "*** START OF THE PROJECT GUTENBERG EBOOK A WALK\n\n" + body + end, want},
		{"small print", header + "***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***\nblah\n*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\n\n" + body, want},
		{"small print behind the starting line", header + start + "blah\n*END THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*END*\n" + body + end, want},
		{"two books in a file", header + start + body + end + header + start + "Once\nmore.\n\nYes." + end, want + "\nOnce more.\nYes."},
		{"credit", header + start + "\n\nProduced by A. Nobody and\nothers\n\n\n" + body + end, want},
		{"credits", header + start + "E-text prepared by A. Nobody\n\nTranscribed from the 1900 edition by B. Nobody\n\n" + body + end, want},
		{"credit without a frame", "Produced by A. Nobody and the\nDistributed Proofreaders\n\n" + body, want},
		{"the book's own words", "Produced by hand,\nit was dear.\n\n" + body, "Produced by hand, it was dear.\n" + want},
		{"credit that does not end", start + "Produced by A. Nobody\n" + strings.Repeat("One line.\n", 30) + end, "Produced by A. Nobody\n" + strings.TrimSuffix(strings.Repeat("One line.\n", 30), "\n")},
		{"nothing inside", header + start + end, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := clean([]byte(c.raw))
			require.NoError(t, err)
			require.Equal(t, c.want, got)
			got, _, err = clean([]byte(strings.ReplaceAll(c.raw, "\n", "\r\n")))
			require.NoError(t, err)
			require.Equal(t, c.want, got, "with CR LF")
		})
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{
		"", "One\ntwo.\r\n\r\nThree.", "\xEF\xBB\xBFa", "\xFF\xFEa\x00", "\xFE\xFF\x00", "caf\xE9", "“\xE9”",
		"*** START OF THIS PROJECT GUTENBERG EBOOK X\n\nProduced by Y\n\nZ\n*** END OF THE PROJECT GUTENBERG",
		"*END*THE SMALL PRINT\n*** START OF THE PROJECT GUTENBERG EBOOK ***\r*** END OF THE PROJECT GUTENBERG EBOOK",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := string(raw)
		text, _, err := clean(raw)
		require.Equal(t, before, string(raw), "the input changed")
		if err != nil {
			require.Empty(t, text)
			return
		}
		require.True(t, utf8.ValidString(text))
		require.Equal(t, strings.TrimSpace(text), text)
		require.NotContains(t, text, "\n\n")
		require.NotContains(t, text, "\r")
	})
}
