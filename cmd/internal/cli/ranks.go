package cli

import (
	"context"
	"fmt"
	"hash/crc64"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/pkg/errors"

	"gorgpt/dist"
	"gorgpt/internal/simd"
	"gorgpt/train"
)

// RankCommand runs a command. Its arguments are the ranks, the command line after the name, and the
// standard streams. It returns the exit status.
type RankCommand func(g *dist.Group, args []string, stdin io.Reader, stdout, stderr io.Writer) int

// Alone returns a command that refuses to run on several ranks.
func Alone(run func(args []string, stdin io.Reader, stdout, stderr io.Writer) int) RankCommand {
	return func(g *dist.Group, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
		if g.Size() > 1 {
			fmt.Fprintf(stderr, "%s: this command runs in one process, not on %d ranks: start it without mpirun\n", g.Name(), g.Size())
			return 2
		}
		status := run(args, stdin, stdout, stderr)
		if err := g.Close(); err != nil {
			fmt.Fprintln(stderr, err)
			return max(status, 1)
		}
		return status
	}
}

// Main is the main function of a command. It does not return.
func Main(name string, run RankCommand) {
	g, err := dist.Start()
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
	stdout := io.Writer(os.Stdout)
	if !g.First() {
		stdout = io.Discard
	}
	os.Exit(run(g, os.Args[1:], os.Stdin, stdout, os.Stderr))
}

// patience is how long the other ranks wait before they report an error: rank 0 may report the same
// error and end the job.
const patience = 3 * time.Second

// RunRank does the work of [Run] on one of several ranks. All ranks must run the same program with
// the same flags. If they are asked to stop, the first reports it. Any other error of a rank ends
// the job, and is reported once.
func RunRank(g *dist.Group, name string, args []string, stdout *Output, stderr io.Writer, parse func() error, work func(ctx context.Context) error) int {
	if g.Size() == 1 {
		status := Run(name, stdout, stderr, parse, work)
		if err := g.Close(); err != nil {
			fmt.Fprintf(stderr, "%s: %v\n", name, err)
			return max(status, 1)
		}
		return status
	}
	notes := stderr
	if !g.First() {
		notes = io.Discard
	}
	err, status := same(g, args), 2
	if err == nil {
		status, err = stdout.check(attempt(func(s os.Signal) {
			if s != syscall.SIGTERM { // launchers also send SIGTERM when another rank has died
				fmt.Fprintf(notes, "%v: all ranks stop as soon as possible\n", s)
			}
		}, parse, work))
	}
	if errors.As(err, new(train.Interrupted)) {
		fmt.Fprintf(notes, "%s: %s\n", name, message(err))
		if err = g.Close(); err == nil && !g.First() {
			return 0 // the job has the status of the first
		}
		return status
	}
	if err == nil {
		err = g.Close()
	}
	if err == nil {
		return status
	}
	if !g.First() {
		time.Sleep(patience)
		name += ": " + g.Name()
	}
	fmt.Fprintf(stderr, "%s: %s\n", name, printable(message(err)))
	g.Abort(max(status, 1))
	return max(status, 1)
}

// same returns an error unless all ranks run the same program with the same flags and vector
// instructions.
func same(g *dist.Group, args []string) error {
	sum, err := programSum()
	if err != nil {
		return err
	}
	if err := g.Same("program code", sum); err != nil {
		return err
	}
	if err := g.Same("vector instructions (GORGPT_CPU sets them)", simd.ISA()); err != nil {
		return err
	}
	return g.Same("flags", strings.Join(args, " "))
}

// programSum returns a checksum of this program's executable.
func programSum() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", errors.Wrap(err, "finding this program")
	}
	f, err := os.Open(path)
	if err != nil {
		return "", errors.Wrap(err, "reading this program")
	}
	defer f.Close() // opened for reading only
	sum := crc64.New(crc64.MakeTable(crc64.ECMA))
	if _, err := io.Copy(sum, f); err != nil {
		return "", errors.Wrap(err, "reading this program")
	}
	return fmt.Sprintf("checksum %016x", sum.Sum64()), nil
}

// Settled returns an error unless all ranks have the same settings. It prints the number of ranks
// and their hosts.
func Settled(g *dist.Group, settings any, con *Console) error {
	if g.Size() == 1 {
		return nil
	}
	if err := g.SameObject("settings", settings); err != nil {
		return err
	}
	fmt.Fprintln(con.err, g)
	return nil
}
