package pretrain

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/plural"
	"gorgpt/loaders"
	"gorgpt/loaders/charset"
	"gorgpt/loaders/shards"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// survey removes the books without text, and reports in one line what it found in the files.
func (o Options) survey(ctx context.Context, books []loaders.Source, others []string, field string, to train.Listener) ([]loaders.Source, error) {
	p, err := o.textPipeline()
	if err != nil {
		return nil, err
	}
	all, err := shards.Survey(ctx, o.Group, books, p)
	if errors.Is(err, context.Canceled) {
		err = errors.WithMessage(err, "reading the books: stopped")
	}
	if err != nil {
		return nil, err
	}
	var kept []loaders.Source
	var r survey
	for _, name := range others {
		r.others.add(name)
	}
	for i, book := range books {
		one := all[i]
		r.add(book, one)
		switch {
		case one.Empty:
			continue
		case one.Cleaning.Revised || one.Long > 0:
			book = shards.Revise(book)
		}
		kept = append(kept, book)
	}
	if len(kept) == 0 {
		return nil, train.BadOption("{"+field+"}: no text in %s: %s", plural.Of(len(books), "book"), &r.empty)
	}
	if line := r.String(); line != "" {
		if field == "Valid" {
			line = "for validation: " + line
		}
		to.Note("%s", line)
	}
	return kept, nil
}

// survey summarizes what books contain other than their text.
type survey struct {
	framed, doubtful, invalid, empty, long, others group
	removed, doubtfulBytes, badBytes, cuts         int
	most                                           int // most bytes removed from one book
	mostOf                                         string
	encodings                                      [charset.Windows1252 + 1]int
}

// add counts a book.
func (r *survey) add(book loaders.Source, one shards.Surveyed) {
	c := one.Cleaning
	if one.Empty {
		r.empty.add(book.Name)
	}
	if c.Removed > 0 {
		r.framed.add(book.Name)
		r.removed += c.Removed
		if c.Removed > r.most {
			r.most, r.mostOf = c.Removed, baseName(book.Name)
		}
	}
	if one.Long > 0 {
		r.long.add(book.Name)
		r.cuts += one.Long
	}
	if c.Doubtful > 0 {
		r.doubtful.add(book.Name)
		r.doubtfulBytes += c.Doubtful
	}
	if c.Found.Invalid > 0 {
		r.invalid.add(book.Name)
		r.badBytes += c.Found.Invalid
	}
	r.encodings[c.Found.Encoding]++
}

// String returns the line. It is empty if the files contain only text.
func (r *survey) String() string {
	var parts []string
	if r.framed.count > 0 {
		parts = append(parts, fmt.Sprintf("removed %d bytes of headers, licences and credits from %s, at most %d from one (%s)",
			r.removed, plural.Of(r.framed.count, "book"), r.most, r.mostOf))
	}
	if r.doubtful.count > 0 {
		parts = append(parts, fmt.Sprintf("kept %d bytes outside the Project Gutenberg markers that do not look like a header or licence, in %s (%s)",
			r.doubtfulBytes, plural.Of(r.doubtful.count, "book"), &r.doubtful))
	}
	for encoding, n := range r.encodings {
		if n > 0 && charset.Encoding(encoding) != charset.UTF8 {
			parts = append(parts, fmt.Sprintf("%s read as %s", plural.Of(n, "book"), charset.Encoding(encoding)))
		}
	}
	if r.invalid.count > 0 {
		parts = append(parts, fmt.Sprintf("invalid bytes, read as U+FFFD: %d in %s (%s)", r.badBytes, plural.Of(r.invalid.count, "book"), &r.invalid))
	}
	if r.long.count > 0 {
		parts = append(parts, fmt.Sprintf("splits of words longer than %d bytes: %d in %s (%s)", tokenizer.MaxWord, r.cuts, plural.Of(r.long.count, "book"), &r.long))
	}
	if r.empty.count > 0 {
		parts = append(parts, fmt.Sprintf("skipped %s without text (%s)", plural.Of(r.empty.count, "book"), &r.empty))
	}
	if n := r.others.count; n > 0 {
		parts = append(parts, fmt.Sprintf("skipped %s, not .txt or .txt.gz (%s)", plural.Of(n, "file"), &r.others))
	}
	return strings.Join(parts, "; ")
}

// group counts books and has the names of the first few.
type group struct {
	count int
	names []string
}

func (g *group) add(name string) {
	if g.count++; g.count <= 3 {
		g.names = append(g.names, baseName(name))
	}
}

// String returns the names, separated by commas.
func (g *group) String() string {
	if g.count > len(g.names) {
		return strings.Join(g.names, ", ") + ", …"
	}
	return strings.Join(g.names, ", ")
}

// baseName returns the name of a file without its folder, quoted if it is not printable.
func baseName(path string) string {
	name := filepath.Base(path)
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` {
		return quoted
	}
	return name
}
