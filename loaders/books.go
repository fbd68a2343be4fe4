package loaders

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/pkg/errors"
)

// Book is a text and its name in reports.
// A Book is safe for concurrent use as long as nothing changes it.
type Book struct {
	Name string // the path of its file
	Text string // clean UTF-8, one paragraph a line

	Cleaning Cleaning // what was removed from the file
}

// ErrEmpty is the cause of an error about a file without any text.
var ErrEmpty = errors.New("no text")

// ReadBooks reads and cleans every book that the paths name; see [FindSources] for what a
// path may be, and [ReadBook] for the errors. Files without text are left out, unless no other
// is there.
func ReadBooks(paths []string) ([]Book, error) {
	files, err := findBooks(paths)
	if err != nil {
		return nil, err
	}
	var books []Book
	var empty error // the first
	for _, file := range files {
		book, err := ReadBook(file)
		switch {
		case err == nil:
			books = append(books, book)
		case !errors.Is(err, ErrEmpty):
			return nil, err
		case empty == nil:
			empty = err
		}
	}
	if len(books) == 0 {
		return nil, empty
	}
	return books, nil
}

// ReadBook reads and cleans one .txt or .txt.gz file. To go through more text than
// fits in memory, call it for one file of [FindSources] after the other.
//
// It is an error if the file cannot be read or unpacked, or is not text. It is [ErrEmpty] if there
// is no text in it, or none once the header and footer of Project Gutenberg are gone.
func ReadBook(path string) (Book, error) {
	raw, err := readFile(path)
	if err != nil {
		return Book{}, errors.Wrapf(err, "reading book %s", path)
	}
	text, did, err := clean(raw)
	switch {
	case err != nil:
		return Book{}, errors.Wrapf(err, "reading book %s", path)
	case hasText(text):
		return Book{Name: path, Text: text, Cleaning: did}, nil
	case did.Removed > 0 && len(bytes.TrimSpace(raw)) > 0:
		return Book{}, errors.Wrapf(ErrEmpty, "reading book %s: the file has no text of its own, only what Project Gutenberg adds to a book", path)
	}
	return Book{}, errors.Wrapf(ErrEmpty, "reading book %s: the file is empty", path)
}

// hasText reports whether a text has a visible character.
func hasText(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}
