package safetensors_test

import (
	"bytes"
	"fmt"
	"log"

	"gorgpt/checkpoint/safetensors"
)

func Example() {
	var buf bytes.Buffer
	err := safetensors.Write(&buf, []safetensors.Tensor{
		safetensors.NewFloat32("ln.weight", []int{3}, []float32{1, 2, 3}),
		safetensors.NewFloat32("ln.bias", []int{3}, []float32{0, 0, 0.5}),
	}, map[string]string{"format": "pt"})
	if err != nil {
		log.Fatal(err)
	}

	// A file on disk is opened with safetensors.Open.
	file, err := safetensors.New("memory", bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range file.Names() {
		info, _ := file.Info(name)
		values := make([]float32, info.Len())
		if err := file.Float32(name, values); err != nil {
			log.Fatal(err)
		}
		fmt.Println(name, info.DType, info.Shape, values)
	}
	// Output:
	// ln.bias F32 [3] [0 0 0.5]
	// ln.weight F32 [3] [1 2 3]
}
