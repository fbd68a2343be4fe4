package loaders

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"strings"

	"github.com/pkg/errors"
)

// Book is one text, and what it is called in reports.
type Book struct {
	Name string // the path of its file
	Text string // clean UTF-8, one paragraph a line
}

// ReadBooks reads and cleans every book that the paths name; see [FindBooks] for what a
// path may be, and [ReadBook] for the errors.
func ReadBooks(paths []string) ([]Book, error) {
	files, err := FindBooks(paths)
	if err != nil {
		return nil, err
	}
	books := make([]Book, len(files))
	for i, file := range files {
		if books[i], err = ReadBook(file); err != nil {
			return nil, err
		}
	}
	return books, nil
}

// ReadBook reads and cleans one .txt or .txt.gz file. To go through more text than
// fits in memory, call it for one file of [FindBooks] after the other.
//
// It is an error if the file cannot be read or unpacked, is empty or not text, or if
// nothing is left of it once the header and footer of Project Gutenberg are gone.
func ReadBook(path string) (Book, error) {
	raw, err := readFile(path)
	if err != nil {
		return Book{}, errors.Wrapf(err, "reading book %s", path)
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return Book{}, errors.Errorf("reading book %s: the file is empty", path)
	}
	text, _, err := clean(raw)
	if err != nil {
		return Book{}, errors.Wrapf(err, "reading book %s", path)
	}
	if text == "" {
		return Book{}, errors.Errorf("reading book %s: the file has no text beside what Project Gutenberg adds to a book", path)
	}
	return Book{Name: path, Text: text}, nil
}

// readFile reads a whole file, unpacked if its name says that it is packed.
func readFile(path string) (data []byte, err error) {
	if !strings.HasSuffix(strings.ToLower(path), ".gz") {
		return os.ReadFile(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
	}()
	unpacked, err := gzip.NewReader(f)
	if err == nil {
		data, err = io.ReadAll(unpacked)
	}
	return data, errors.Wrap(err, "unpacking gzip")
}
