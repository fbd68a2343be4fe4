// Package comparecmd implements gorgpt compare, which compares training runs.
//
//	gorgpt compare RUN RUN
package comparecmd

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/internal/atomicfile"
	"gorgpt/internal/outfile"
	"gorgpt/internal/results"
	"gorgpt/train"
	"gorgpt/train/runs"
)

// settings are the settings on the command line.
type settings struct {
	dirs []string
	svg  string
}

// Run runs the command with its arguments and standard streams. It returns the exit status.
func Run(args []string, _ io.Reader, out, stderr io.Writer) int {
	stdout := cli.NewOutput(out)
	var s *settings
	parse := func() (err error) {
		s, err = parse(args, stdout)
		return err
	}
	return cli.Run("compare", stdout, stderr, parse, func(context.Context) error { return s.compare(stdout, stderr) })
}

// parse reads the command line.
func parse(args []string, help io.Writer) (*settings, error) {
	s := &settings{}
	fs := cli.NewFlags("compare")
	fs.StringVar(&s.svg, "svg", "", "")
	var flags []string
	s.dirs, flags = split(args)
	if _, err := cli.Parse(fs, flags, usage, "", help); err != nil {
		return nil, err
	}
	if len(s.dirs) == 0 {
		return nil, errors.New("there is no run to compare: name the folders of runs")
	}
	if s.svg == "" {
		return s, nil
	}
	var inputs []outfile.Name
	for _, dir := range s.dirs {
		for _, name := range []string{train.RecordFile, train.MetricsFileName, "report.json"} {
			inputs = append(inputs, outfile.Name{Flag: dir, Path: filepath.Join(dir, name)})
		}
	}
	return s, outfile.Check([]outfile.Name{{Flag: "-svg", Path: s.svg}}, inputs)
}

// split divides arguments into folders and flags, which may come in any order.
func split(args []string) (dirs, flags []string) {
	for i := 0; i < len(args); i++ {
		if !strings.HasPrefix(args[i], "-") {
			dirs = append(dirs, args[i])
			continue
		}
		flags = append(flags, args[i])
		if name := strings.TrimLeft(args[i], "-"); name == "svg" && i+1 < len(args) {
			i++
			flags = append(flags, args[i])
		}
	}
	return dirs, flags
}

// run is a run with all that is compared.
type run struct {
	runs.Run
	metrics runs.Metrics
	report  runs.Report
}

// read reads the run in a folder.
func read(dir string) (r run, err error) {
	f, err := runs.Open(dir)
	if err != nil {
		return r, err
	}
	defer f.Close() //nolint:errcheck // only read from
	if r.Run = f.Read("."); r.Err != nil {
		return r, errors.WithMessagef(r.Err, "%s is not the folder of a run", dir)
	}
	r.Name = dir
	switch r.metrics, err = f.Metrics(".", 0); {
	case errors.Is(err, fs.ErrNotExist): // it has not begun to train
		err = nil
	case err == nil && r.metrics.More:
		err = errors.Errorf("%s is too large", train.MetricsFileName)
	}
	if err == nil {
		r.report, err = f.Report(".")
	}
	return r, errors.WithMessage(err, dir)
}

// compare prints the tables and draws the picture.
func (s *settings) compare(stdout, stderr io.Writer) error {
	all := make([]run, len(s.dirs))
	for i, dir := range s.dirs {
		var err error
		if all[i], err = read(dir); err != nil {
			return err
		}
		if n := all[i].metrics.Damaged; n > 0 {
			fmt.Fprintf(stderr, "%s: %d lines of %s cannot be read and are left out\n", dir, n, train.MetricsFileName)
		}
	}
	fmt.Fprint(stdout, results.Markdown(progress(all)))
	if lines := differences(all); len(lines) > 1 {
		fmt.Fprintf(stdout, "\n%s", results.Markdown(lines))
	}
	for _, lines := range [][][]string{measures(all), classes(all)} {
		if len(lines) > 1 {
			fmt.Fprintf(stdout, "\n%s", results.Markdown(lines))
		}
	}
	if s.svg == "" {
		return nil
	}
	sheet, err := picture(all)
	if err != nil {
		return err
	}
	if err := atomicfile.Write(s.svg, func(w io.Writer) error { return sheet.Write("svg", w) }); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "\ndrew the losses in %s\n", s.svg)
	return err
}
