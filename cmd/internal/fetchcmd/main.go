// Package fetchcmd implements gorgpt fetch, which downloads models and datasets from the Hugging Face hub.
//
//	gorgpt fetch hf:org/name
package fetchcmd

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/cmd/internal/hubcli"
	"gorgpt/hub"
	"gorgpt/loaders/datasets"
)

// Run runs the command with its arguments and standard streams. It returns the exit status.
func Run(args []string, _ io.Reader, out, stderr io.Writer) int {
	stdout := cli.NewOutput(out)
	var names []string
	var set string
	parse := func() (err error) {
		names, set, err = parse(args, stdout)
		return err
	}
	return cli.Run("fetch", stdout, stderr, parse, func(ctx context.Context) error {
		for _, name := range names {
			dir, err := hubcli.Fetch(ctx, name, set, hubcli.Listener(stderr))
			if err != nil {
				return err
			}
			fmt.Fprintln(stdout, dir)
		}
		return nil
	})
}

// parse reads the command line: names, then flags.
func parse(args []string, help io.Writer) (names []string, set string, err error) {
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		names, args = append(names, args[0]), args[1:]
	}
	fs := cli.NewFlags("fetch")
	fs.StringVar(&set, "dataset", "", "")
	if _, err := cli.Parse(fs, args, usage, "names stand before flags", help); err != nil {
		return nil, "", err
	}
	if set != "" {
		if _, err := datasets.Find(set); err != nil {
			return nil, "", errors.WithMessage(err, "-dataset")
		}
		if len(names) == 0 {
			names = []string{hub.Scheme}
		}
	}
	switch {
	case len(names) == 0:
		return nil, "", errors.Errorf("nothing to fetch: name a model, %sorg/name, or a dataset", hub.Scheme)
	case set != "" && len(names) > 1:
		return nil, "", errors.New("-dataset has its files in one repository: name only that")
	}
	for _, name := range names {
		if !hubcli.Is(name) {
			return nil, "", errors.Errorf("%q is not a name of the hub: write %sorg/name", name, hub.Scheme)
		}
	}
	return names, set, nil
}
