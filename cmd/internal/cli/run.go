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

// ErrHelp says that the command line asked for help, which has been printed.
var ErrHelp = errors.New("help")

// Run is the body of a command: it parses the command line and does the work. It
// returns the exit status: 1 when the work or writing to stdout failed, 2 when the command line is
// wrong, 128 and its number when a signal stopped the work.
//
// At the first interrupt or termination signal, or SIGUSR1, which launchers of ranks pass on,
// the context ends, and work should return an error that is [context.Canceled]; the second one
// ends the process.
func Run(name string, stdout *Output, stderr io.Writer, parse func() error, work func(ctx context.Context) error) int {
	caught := func(s os.Signal) {
		fmt.Fprintf(stderr, "%v: stopping as soon as possible; once more to exit at once\n", s)
	}
	status, err := stdout.check(attempt(caught, parse, work))
	if err != nil {
		fmt.Fprintf(stderr, "%s: %s\n", name, printable(message(err)))
	}
	return status
}

// printable escapes what would move the cursor of a terminal or worse, as a file's name may.
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

// attempt does it, and leaves it to the caller to tell of the error, and of a signal.
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

// IsTerminal tells whether w is one.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
