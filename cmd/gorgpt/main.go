// Command gorgpt pre-trains, fine-tunes and uses GPT-1.
//
//	gorgpt train -data BOOKS
//	gorgpt finetune -task classification -train FILE -dev FILE
//	gorgpt generate -prompt TEXT
//
// Without arguments it lists its commands; gorgpt COMMAND -h lists the flags of one.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"gorgpt/cmd/internal/ablatecmd"
	"gorgpt/cmd/internal/cli"
	"gorgpt/cmd/internal/convertcmd"
	"gorgpt/cmd/internal/finetunecmd"
	"gorgpt/cmd/internal/generatecmd"
	"gorgpt/cmd/internal/traincmd"
	"gorgpt/cmd/internal/zeroshotcmd"
)

// commands are listed in the order in which a new user meets them.
var commands = []struct {
	name, what string
	run        cli.RankCommand
}{
	{"train", "pre-train a model on books", traincmd.Run},
	{"finetune", "fine-tune a model on labelled rows, evaluate it and predict", finetunecmd.Run},
	{"generate", "write text, score texts, show where the model looks", cli.Alone(generatecmd.Run)},
	{"convert", "export a model to Hugging Face, or change its type", cli.Alone(convertcmd.Run)},
	{"ablate", "compare with and without pre-training, auxiliary loss and labels", cli.Alone(ablatecmd.Run)},
	{"zeroshot", "test a pre-trained model on tasks without fine-tuning", cli.Alone(zeroshotcmd.Run)},
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage())
		os.Exit(2)
	}
	name := os.Args[1]
	for _, c := range commands {
		if c.name == name {
			os.Args = append(os.Args[:1], os.Args[2:]...)
			cli.Main(c.name, c.run)
		}
	}
	os.Exit(other(name, os.Stdout, os.Stderr))
}

// other answers what is not the name of a command.
func other(name string, stdout, stderr io.Writer) int {
	switch name {
	case "help", "-h", "-help", "--help":
		if _, err := fmt.Fprint(stdout, usage()); err != nil {
			return 1
		}
		return 0
	}
	fmt.Fprintf(stderr, "gorgpt: unknown command %q\n\n%s", name, usage())
	return 2
}

func usage() string {
	var b strings.Builder
	b.WriteString("usage: gorgpt COMMAND [flags]\n\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "  %-10s %s\n", c.name, c.what)
	}
	b.WriteString("\ngorgpt COMMAND -h lists the flags of a command.\n")
	return b.String()
}
