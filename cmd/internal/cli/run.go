package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"unicode"

	"github.com/pkg/errors"
	"golang.org/x/term"
)

// ErrHelp is the error of a command line that asked for help, which has been printed.
var ErrHelp = errors.New("help")

// Run parses the command line and does the work of a command. It returns the exit status: 1 if the
// work or writing to stdout fails, 2 if the command line is invalid, and 128 plus the signal's
// number if a signal stops the work.
//
// The first interrupt, termination signal or SIGUSR1, which launchers of ranks pass on, ends the
// context. Then work should return a [context.Canceled] error. A second signal ends the process.
func Run(name string, stdout *Output, stderr io.Writer, parse func() error, work func(ctx context.Context) error) int {
	caught := func(s os.Signal) {
		fmt.Fprintf(stderr, "%v: stopping as soon as possible; repeat to exit immediately\n", s)
	}
	status, err := stdout.check(attempt(caught, parse, work))
	if err != nil {
		fmt.Fprintf(stderr, "%s: %s\n", name, printable(message(err)))
	}
	return status
}

// printable escapes control characters, which may occur in file names and could control the
// terminal.
func printable(text string) string {
	var out strings.Builder
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			quoted := strconv.QuoteRune(r)
			out.WriteString(quoted[1 : len(quoted)-1])
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

// attempt does the work of Run, but leaves it to the caller to report the error and, in caught, a
// signal.
func attempt(caught func(os.Signal), parse func() error, work func(ctx context.Context) error) (status int, err error) {
	switch err := parse(); {
	case errors.Is(err, ErrHelp):
		return 0, nil
	case err != nil:
		return 2, errors.Errorf("%s (-h lists the flags)", message(err))
	}
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, stopSignals...)
	defer signal.Stop(signals)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			caught(s)
			stop(stopped{s})
		case <-ctx.Done():
		}
	}()
	err = work(ctx)
	var by stopped
	switch {
	case err == nil:
		return 0, nil
	case !errors.Is(err, context.Canceled) || !errors.As(context.Cause(ctx), &by):
		return 1, err
	}
	number := syscall.SIGINT
	if n, ok := by.Signal.(syscall.Signal); ok {
		number = n
	}
	return 128 + int(number), err
}

// stopped is the cause of a context that a signal ended.
type stopped struct{ os.Signal }

func (s stopped) Error() string { return s.String() }

// IsTerminal reports whether w is a terminal.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
