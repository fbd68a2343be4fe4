package export_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"gorgpt/checkpoint"
	"gorgpt/checkpoint/safetensors"
	"gorgpt/export"
	"gorgpt/gpt1"
	"gorgpt/tokenizer"
)

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	tok, err := tokenizer.New([]string{tokenizer.Unknown, "a", "a</w>"}, nil)
	if err != nil {
		log.Fatal(err)
	}
	m, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 1, NEmbd: 4, NCtx: 8, VocabSize: tok.Size(), LayerNormEps: 1e-5})
	if err != nil {
		log.Fatal(err)
	}
	model, out := filepath.Join(dir, "model"), filepath.Join(dir, "exported")
	for _, path := range []string{model, out} {
		if err := os.Mkdir(path, 0o755); err != nil {
			log.Fatal(err)
		}
	}
	if err := checkpoint.WriteFolder(model, m, tok, checkpoint.Form{}); err != nil {
		log.Fatal(err)
	}
	if _, err := export.Write(out, export.Options{Model: model, DType: safetensors.F16}); err != nil {
		log.Fatal(err)
	}
	files, err := os.ReadDir(out)
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range files {
		fmt.Println(f.Name())
	}
	// Output:
	// README.md
	// config.json
	// generation_config.json
	// merges.txt
	// model.safetensors
	// special_tokens_map.json
	// tokenizer.json
	// tokenizer_config.json
	// vocab.json
}
