package loaders

import (
	"crypto/sha256"
	"io"
	"os"

	"github.com/pkg/errors"

	"gorgpt/internal/regular"
)

// Source is a book that is read on demand.
// A Source is safe for concurrent use as long as nothing changes it.
type Source struct {
	Name string

	// Size is the number of bytes that Read reads, for progress reports.
	Size int64

	// Read reads the book. It is safe for concurrent use.
	Read func() (Book, error)

	// Sum is the SHA-256 digest of the bytes that Read reads.
	Sum func() ([sha256.Size]byte, error)
}

// FindSources lists the books that the paths name. A path is a .txt or .txt.gz file, a folder that
// is searched with all its subfolders, or a glob pattern in the syntax of [filepath.Match]. A file
// or folder whose name begins with a dot is found only by its full name. others are the files of
// folders and patterns that were skipped, since their names are not names of books.
//
// Files come in the order of the paths, sorted by name within a folder or a pattern. A file that
// is found twice counts once. It is an error if a path leads to no book, if a book is a device, a
// pipe or a socket, or if there are no paths.
func FindSources(paths []string) (sources []Source, others []string, err error) {
	found, err := search(paths)
	if err != nil {
		return nil, nil, err
	}
	sources = make([]Source, len(found.files))
	for i, path := range found.files {
		info, err := os.Stat(path)
		if err != nil {
			return nil, nil, errors.Wrap(err, "looking for books")
		}
		sources[i] = Source{
			Name: path, Size: info.Size(),
			Read: func() (Book, error) { return ReadBook(path) },
			Sum:  func() ([sha256.Size]byte, error) { return sumFile(path) },
		}
	}
	return sources, found.others, nil
}

// sumFile returns the digest of a file.
func sumFile(path string) (sum [sha256.Size]byte, err error) {
	f, _, err := regular.Open(path, "book")
	if err != nil {
		return sum, err
	}
	defer f.Close() // only read from: nothing is lost if this fails
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return sum, errors.Wrapf(err, "reading book %s", path)
	}
	h.Sum(sum[:0])
	return sum, nil
}

// Source returns the book as a source.
func (b Book) Source() Source {
	return Source{
		Name: b.Name, Size: int64(len(b.Text)),
		Read: func() (Book, error) { return b, nil },
		Sum:  func() ([sha256.Size]byte, error) { return sha256.Sum256([]byte(b.Text)), nil },
	}
}
