// Command finetune fine-tunes a pre-trained GPT-1 on labelled rows: section 3.2 of
// Radford et al. 2018. It is gorgpt finetune.
//
//	go run ./cmd/finetune -task classification -train FILE -dev FILE
package main

import (
	"gorgpt/cmd/internal/cli"
	"gorgpt/cmd/internal/finetunecmd"
)

func main() { cli.Main("finetune", finetunecmd.Run) }
