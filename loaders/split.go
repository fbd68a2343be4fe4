package loaders

import (
	"math"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// maxHeldOut limits the validation books. A tenth of a large collection would take long to evaluate
// and hardly make the result more precise.
const maxHeldOut = 100

// splitStream is the random stream of the split. No epoch of the windows has this number.
const splitStream = math.MaxUint64

// SplitBooks holds out a tenth of the books for validation, at least one and at most a hundred. The
// choice depends only on the seed, and both parts keep the order of the books. Of a single book, the
// last tenth is held out, cut between paragraphs if possible. The parts share the texts with the books.
func SplitBooks(books []Book, seed uint64) (train, valid []Book) {
	if len(books) == 1 {
		first, last := splitBook(books[0])
		return []Book{first}, []Book{last}
	}
	return holdOut(books, seed)
}

// SplitSources is [SplitBooks] for books that are read later. It reads only a single book, which must
// be cut.
func SplitSources(sources []Source, seed uint64) (train, valid []Source, err error) {
	if len(sources) == 1 {
		book, err := sources[0].Read()
		if err != nil {
			return nil, nil, err
		}
		first, last := splitBook(book)
		return []Source{first.Source()}, []Source{last.Source()}, nil
	}
	train, valid = holdOut(sources, seed)
	return train, valid, nil
}

// splitBook cuts the last tenth off a book.
func splitBook(book Book) (first, last Book) {
	cut := cutNear(book.Text, len(book.Text)-len(book.Text)/10)
	first, last = book, book
	first.Text, last.Text = strings.TrimSpace(book.Text[:cut]), strings.TrimSpace(book.Text[cut:])
	return first, last
}

// holdOut chooses the books for validation.
func holdOut[B any](books []B, seed uint64) (train, valid []B) {
	rng := rand.New(rand.NewPCG(seed, splitStream))
	held := make([]bool, len(books))
	for _, i := range rng.Perm(len(books))[:min(maxHeldOut, (len(books)+9)/10)] {
		held[i] = true
	}
	for i, book := range books {
		if held[i] {
			valid = append(valid, book)
		} else {
			train = append(train, book)
		}
	}
	return train, valid
}

// cutNear returns where to cut a text: at the last line feed before at, or else at the last space, if
// one is near.
func cutNear(text string, at int) int {
	nearest := at - len(text)/20
	for _, separator := range []string{"\n", " "} {
		if cut := strings.LastIndex(text[:at], separator); cut >= nearest && cut > 0 {
			return cut
		}
	}
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}
