package pretrain

import (
	"context"
	"fmt"

	"gorgpt/loaders/shards"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// counted says how much of a book the vocabulary cannot spell.
type counted struct {
	name    string
	unknown tokenizer.Unknowns
}

// countedIn returns the counts of the books in a folder of tokens.
func countedIn(f *shards.Folder) []counted {
	var all []counted
	for _, books := range [][]shards.Book{f.Train, f.Valid} {
		for _, b := range books {
			all = append(all, counted{b.Name, b.Unknown})
		}
	}
	return all
}

// checkUnknown reports how much of the books the vocabulary cannot spell, and names the worst
// book; see [train.Options.CheckUnknown].
func (o Options) checkUnknown(books []counted, to train.Listener) error {
	var all tokenizer.Unknowns
	worst, several := counted{}, false
	for _, b := range books {
		all.Merge(&b.unknown)
		several = several || b.name != books[0].name // a single book has a training and a validation part
		if b.unknown.Share() > worst.unknown.Share() {
			worst = b
		}
	}
	what := "the books"
	if several && worst.unknown.Unknown > 0 {
		what = fmt.Sprintf("the books (the worst is %s with %.1f %%)", worst.name, 100*worst.unknown.Share())
	}
	return o.CheckUnknown(what, &all, to)
}

// checkPrepared does the work of checkUnknown for a prepared folder, on the first rank.
func (o Options) checkPrepared(ctx context.Context, to train.Listener) error {
	_, err := o.Group.Once(func() ([]byte, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := shards.Open(o.Prepare)
		if err != nil {
			return nil, err
		}
		err = o.checkUnknown(countedIn(f), to)
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
		return nil, err
	})
	return err
}
