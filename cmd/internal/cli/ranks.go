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

// RankCommand is a command with its surroundings as arguments: the ranks that run it, the command line
// behind its name, and the standard files. It returns the exit status.
type RankCommand func(g *dist.Group, args []string, stdin io.Reader, stdout, stderr io.Writer) int

// Alone is a command that several ranks cannot share.
func Alone(run func(args []string, stdin io.Reader, stdout, stderr io.Writer) int) RankCommand {
	return func(g *dist.Group, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
		if g.Size() > 1 {
			fmt.Fprintf(stderr, "%s: this command runs in one process, not in %d ranks: start it without mpirun\n", g.Name(), g.Size())
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

// patience is how long the other ranks wait until they tell of an error: rank 0 may have met the
// same, and ends the job at once.
const patience = 3 * time.Second

// RunRank is [Run] for one of several ranks. They must have been started with the same program
// and flags. If they were stopped together, the first tells so. Any other error of a rank ends
// the job, which tells of it once.
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
			if s != syscall.SIGTERM { // which launchers also send when another rank has died
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

// same makes sure that all ranks do the same in the same way.
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

// programSum tells builds of this program apart.
func programSum() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", errors.Wrap(err, "finding this program")
	}
	f, err := os.Open(path)
	if err != nil {
		return "", errors.Wrap(err, "reading this program")
	}
	defer f.Close() // only read from
	sum := crc64.New(crc64.MakeTable(crc64.ECMA))
	if _, err := io.Copy(sum, f); err != nil {
		return "", errors.Wrap(err, "reading this program")
	}
	return fmt.Sprintf("checksum %016x", sum.Sum64()), nil
}

// Settled says how many ranks there are and where, and makes sure that all have the same
// settings, wherever these come from.
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
