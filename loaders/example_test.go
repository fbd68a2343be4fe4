package loaders_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// Example goes from a folder of books to the windows of pre-training.
func Example() {
	if err := example(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 2 books to train on, 1 to validate with
	// an epoch has 68 windows, 0 books are too short
	// window 17 of epoch 1: in spain stays mainly .
}

func example() (err error) {
	dir, err := os.MkdirTemp("", "books")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for _, name := range []string{"a.txt", "b.txt", "c.txt"} {
		text := strings.Repeat("The rain in Spain\nstays mainly.\n\n", 20)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}

	books, err := loaders.ReadBooks([]string{dir})
	if err != nil {
		return err
	}
	const seed = 1
	train, valid := loaders.SplitBooks(books, seed)
	fmt.Println(len(train), "books to train on,", len(valid), "to validate with")

	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 60})
	for _, book := range train {
		trainer.Add(book.Text)
	}
	tok, err := trainer.Train()
	if err != nil {
		return err
	}

	const ctx = 4
	windows, err := loaders.NewWindows(loaders.Encode(tok, train), ctx, seed)
	if err != nil {
		return err
	}
	stats := windows.Stats()
	fmt.Println("an epoch has", stats.Windows, "windows,", stats.ShortBooks, "books are too short")

	if err := windows.Seek(loaders.Position{Epoch: 1, Index: 17}); err != nil {
		return err
	}
	ids := make([]int32, ctx+1)
	if err := windows.Next(ids); err != nil {
		return err
	}
	fmt.Println("window 17 of epoch 1:", tok.Decode(ids))
	return nil
}
