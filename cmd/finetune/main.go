// Command finetune fine-tunes a pre-trained GPT-1 on labelled rows: section 3.2 of
// Radford et al. 2018.
//
//	go run ./cmd/finetune -task classification -train FILE -dev FILE
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/pkg/errors"

	"gorgpt/train"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings as arguments. It returns the exit status: 1
// when the work failed, 2 when the command line is wrong, 128 and the signal when
// a person stopped it.
func run(args []string, stdout, stderr io.Writer) int {
	s, err := parse(args, stderr)
	switch {
	case errors.Is(err, errHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "finetune: %v (-h lists the flags)\n", err)
		return 2
	}
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	go func() {
		select {
		case caught := <-signals:
			signal.Stop(signals) // the second one ends the process at once
			fmt.Fprintf(stderr, "%v: stopping at the next micro-batch; once more to exit at once\n", caught)
			stop(stopped{caught})
		case <-ctx.Done():
		}
	}()

	err = tune(ctx, s, stdout, isTerminal(stderr), stderr)
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "finetune: %v\n", err)
	var by stopped
	if !errors.As(err, new(train.Interrupted)) || !errors.As(context.Cause(ctx), &by) {
		return 1
	}
	if by.Signal == syscall.SIGTERM {
		return 143
	}
	return 130
}

// stopped is the cause of a context that a signal ended.
type stopped struct{ os.Signal }

func (s stopped) Error() string { return s.String() }
