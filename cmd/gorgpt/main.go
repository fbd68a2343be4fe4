// Command gorgpt pre-trains, fine-tunes and uses GPT-1.
//
//	gorgpt train -data BOOKS
//	gorgpt finetune -task classification -train FILE -dev FILE
//	gorgpt generate -prompt TEXT
//
// Without arguments it lists its commands; gorgpt help COMMAND describes one.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/agnivade/levenshtein"

	"gorgpt/cmd/internal/ablatecmd"
	"gorgpt/cmd/internal/cli"
	"gorgpt/cmd/internal/comparecmd"
	"gorgpt/cmd/internal/convertcmd"
	"gorgpt/cmd/internal/fetchcmd"
	"gorgpt/cmd/internal/finetunecmd"
	"gorgpt/cmd/internal/generatecmd"
	"gorgpt/cmd/internal/hubcli"
	"gorgpt/cmd/internal/servecmd"
	"gorgpt/cmd/internal/traincmd"
	"gorgpt/cmd/internal/zeroshotcmd"
)

// command is a command of the program.
type command struct {
	name, what string
	run        cli.RankCommand
}

// commands are listed in the order in which a new user meets them.
var commands = []command{
	{"train", "pre-train a model on books", traincmd.With(hubcli.Folder)},
	{"finetune", "fine-tune a model on labelled rows, evaluate it and predict", finetunecmd.Run},
	{"generate", "write text, score texts, export attention weights", cli.Alone(generatecmd.Run)},
	{"serve", "answer HTTP requests, and a page in the browser", cli.Alone(servecmd.Run)},
	{"fetch", "download models and datasets from the Hugging Face hub", cli.Alone(fetchcmd.Run)},
	{"compare", "compare training runs", cli.Alone(comparecmd.Run)},
	{"convert", "export a model to Hugging Face, or change its type", cli.Alone(convertcmd.Run)},
	{"ablate", "compare with and without pre-training, auxiliary loss and labels", cli.Alone(ablatecmd.Run)},
	{"zeroshot", "test a pre-trained model on tasks without fine-tuning", cli.Alone(zeroshotcmd.Run)},
}

func main() {
	name, args := "", os.Args[1:]
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	if isHelp(name) && len(args) > 0 { // help train: train -h
		name, args = args[0], []string{"-h"}
	}
	if c, found := find(name); found {
		os.Args = append(os.Args[:1], args...)
		cli.Main(c.name, c.run)
	}
	os.Exit(other(name, os.Stdout, os.Stderr))
}

// find returns the command of that name.
func find(name string) (command, bool) {
	for _, c := range commands {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

// isHelp reports whether an argument asks for help.
func isHelp(arg string) bool {
	return arg == "help" || arg == "-h" || arg == "-help" || arg == "--help"
}

// other answers an argument that is not the name of a command. It returns the exit status.
func other(name string, stdout, stderr io.Writer) int {
	answer := ""
	switch {
	case isHelp(name):
		answer = usage()
	case name == "version" || name == "-version" || name == "--version":
		answer = version()
	case name == "":
		fmt.Fprint(stderr, usage())
		return 2
	default:
		fmt.Fprintf(stderr, "gorgpt: unknown command %q%s\n\n%s", name, suggestion(name), usage())
		return 2
	}
	if _, err := io.WriteString(stdout, answer); err != nil {
		fmt.Fprintf(stderr, "gorgpt: writing to standard output: %v\n", err)
		return 1
	}
	return 0
}

// suggestion names the command that a misspelled name is closest to, if one is close.
func suggestion(name string) string {
	const far = 4 // edits
	best, least := "", far
	for _, c := range append(commands, command{name: "help"}, command{name: "version"}) {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), c.name); d < least && d < len(c.name) {
			best, least = c.name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}

func usage() string {
	var b strings.Builder
	b.WriteString("usage: gorgpt COMMAND [flags]\n\n")
	for _, c := range append(commands, command{"version", "print the version of this program", nil}) {
		fmt.Fprintf(&b, "  %-10s %s\n", c.name, c.what)
	}
	b.WriteString("\ngorgpt help COMMAND describes a command and its flags.\n")
	return b.String()
}
