package checkpoint_test

import (
	"fmt"
	"log"
	"os"

	"gorgpt/checkpoint"
	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
)

func Example() {
	m, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 2, NEmbd: 16, NCtx: 8, VocabSize: 20, LayerNormEps: 1e-5, InitRange: 0.02})
	if err != nil {
		log.Fatal(err)
	}
	m.Init(1)
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := checkpoint.WriteModelAs(dir, m, checkpoint.Form{DType: safetensors.BF16}); err != nil {
		log.Fatal(err)
	}
	back, err := checkpoint.ReadModelContext(dir, 4) // the first four positions only
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(back.NCtx, back.Store.Param("positions_embed.weight").Shape)
	// Output: 4 [4 16]
}
