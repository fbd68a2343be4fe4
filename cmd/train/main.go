// Command train pre-trains GPT-1 on books: section 3.1 of Radford et al. 2018. It is gorgpt train.
//
//	go run ./cmd/train -data BOOKS
package main

import (
	"gorgpt/cmd/internal/cli"
	"gorgpt/cmd/internal/traincmd"
)

func main() { cli.Main("train", traincmd.Run) }
