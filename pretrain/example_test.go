package pretrain_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gorgpt/pretrain"
	"gorgpt/train"
)

// Example pre-trains a model on one small book for two updates.
func Example() {
	dir, err := os.MkdirTemp("", "pretrain")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	book := filepath.Join(dir, "book.txt")
	if err := os.WriteFile(book, []byte(strings.Repeat("It rains, and the road is wet.\n", 50)), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	s, err := pretrain.Defaults("tiny")
	if err != nil {
		fmt.Println(err)
		return
	}
	s.Data, s.Out, s.Vocab, s.Ctx, s.Batch, s.Steps, s.Epochs = []string{book}, filepath.Join(dir, "run"), 60, 8, 2, 2, 0
	s.Cache = filepath.Join(dir, "tokens")
	run, err := pretrain.Run(context.Background(), s, train.Listener{})
	if err != nil {
		fmt.Println(err)
		return
	}
	files, err := os.ReadDir(run.Dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range files {
		fmt.Println(f.Name())
	}
	// Output:
	// .lock
	// checkpoints
	// config.json
	// merges.txt
	// metrics.jsonl
	// model.safetensors
	// run.json
	// sample.txt
	// tokenizer.json
	// tokenizer_config.json
	// vocab.json
}
