// Package convertcmd implements gorgpt convert, which writes a model in the format of Hugging
// Face's tools. The model may be trained here, come from those tools, or be OpenAI's release of
// 2018.
//
//	gorgpt convert -model DIR -out DIR
package convertcmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/checkpoint/safetensors"
	"gorgpt/cmd/internal/cli"
	"gorgpt/cmd/internal/hubcli"
	"gorgpt/export"
	"gorgpt/gpt1"
	"gorgpt/internal/outfile"
	"gorgpt/internal/regular"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// settings holds the settings on the command line.
type settings struct {
	out, dtype                         string
	force, doubleHeads, classification bool
	o                                  export.Options
}

// dtypes maps PyTorch's names to types.
var dtypes = map[string]safetensors.DType{"float32": safetensors.F32, "float16": safetensors.F16, "bfloat16": safetensors.BF16, "int8": safetensors.I8}

// Run runs the command with its arguments and standard streams. It returns the exit status.
func Run(args []string, _ io.Reader, out, stderr io.Writer) int {
	stdout := cli.NewOutput(out)
	var s *settings
	parse := func() (err error) {
		s, err = parse(args, stdout)
		return err
	}
	return cli.Run("convert", stdout, stderr, parse, func(ctx context.Context) error { return s.convert(ctx, stdout, stderr) })
}

// parse reads the command line.
func parse(args []string, help io.Writer) (*settings, error) {
	s := &settings{dtype: "float32"}
	fs := cli.NewFlags("convert")
	fs.StringVar(&s.o.Model, "model", "", "")
	fs.StringVar(&s.out, "out", "", "")
	fs.BoolVar(&s.force, "force", false, "")
	fs.StringVar(&s.dtype, "dtype", s.dtype, "")
	fs.BoolVar(&s.doubleHeads, "double-heads", false, "")
	fs.BoolVar(&s.classification, "classification", false, "")
	fs.Func("shard", "", func(v string) (err error) { s.o.Shard, err = parseSize(v); return err })
	fs.IntVar(&s.o.Ctx, "ctx", 0, "")
	fs.StringVar(&s.o.Pipeline, "pipeline", "", "")
	given, err := cli.Parse(fs, args, usage, "folders are named with -model and -out", help)
	if err != nil {
		return nil, err
	}
	known := false
	s.o.DType, known = dtypes[s.dtype]
	form := ""
	switch {
	case s.doubleHeads:
		form, s.o.Architecture = "-double-heads", gpt1.DoubleHeadsModel
	case s.classification:
		form, s.o.Architecture = "-classification", gpt1.ClassificationModel
	}
	switch {
	case s.o.Model == "":
		return nil, errors.New("-model is missing: name the folder of a model")
	case s.out == "":
		return nil, errors.New("-out is missing: name a folder to write")
	case !known:
		return nil, errors.Errorf("-dtype must be float32, float16, bfloat16 or int8, not %q", s.dtype)
	case s.doubleHeads && s.classification:
		return nil, errors.New("-double-heads and -classification cannot be combined: each is for another class")
	case form != "" && s.o.DType == safetensors.I8:
		return nil, errors.Errorf("%s cannot be combined with -dtype int8, which Hugging Face's tools do not read", form)
	case given["pipeline"]:
		if _, err := tokenizer.ParsePipeline(s.o.Pipeline); err != nil {
			return nil, errors.Errorf("-pipeline must be %s or %s, not %q", tokenizer.Bert, tokenizer.Original, s.o.Pipeline)
		}
	}
	return s, given.CheckInts(cli.Int{Name: "ctx", Value: s.o.Ctx, Least: 1})
}

// parseSize reads a size in bytes, as in 500MB or 2GB.
func parseSize(v string) (int64, error) {
	for unit, bytes := range map[string]int64{"KB": 1e3, "MB": 1e6, "GB": 1e9} {
		digits, found := strings.CutSuffix(v, unit)
		if n, err := strconv.ParseInt(digits, 10, 32); found && err == nil && n > 0 {
			return n * bytes, nil
		}
	}
	return 0, errors.New("it must be a whole number with KB, MB or GB, as in 2GB")
}

// convert reads the model and writes it.
func (s *settings) convert(ctx context.Context, w, stderr io.Writer) (err error) {
	if s.o.Model, _, err = hubcli.Model(ctx, s.o.Model, hubcli.Listener(stderr)); err != nil {
		return errors.WithMessage(err, "-model")
	}
	if err := s.checkFolders(); err != nil {
		return err
	}
	made, err := mkdir(s.out)
	if err != nil {
		return errors.Wrap(err, "-out")
	}
	unlock, err := lock(s.out)
	if err != nil {
		return err
	}
	r, err := export.Write(s.out, s.o)
	unlock()
	if err != nil {
		if made {
			_ = os.Remove(s.out) // if it is empty
		}
		return err
	}
	for _, note := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", note)
	}
	fmt.Fprintf(w, "%d parameters, %s, context %d, in %s\n", r.Parameters, s.dtype, r.Ctx, s.out)
	return nil
}

// mkdir makes a folder, and those above it, unless it exists.
func mkdir(dir string) (made bool, err error) {
	if _, err := os.Stat(dir); err == nil {
		return false, nil
	}
	return true, os.MkdirAll(dir, 0o755)
}

// checkFolders returns an error if the output folder cannot or must not be written to.
func (s *settings) checkFolders() error {
	from, err := os.Stat(s.o.Model)
	if err != nil {
		return errors.Wrap(err, "-model")
	}
	if to, err := os.Stat(s.out); err == nil && os.SameFile(from, to) {
		return errors.Errorf("-out %s is the folder of the model: name another folder", s.out)
	}
	if err := outfile.CheckModelFolder("-out", s.out); err != nil {
		return err
	}
	var outputs, inputs []outfile.Name
	for _, name := range append(checkpoint.FolderFiles(), "README.md") {
		outputs = append(outputs, outfile.Name{Flag: "-out", Path: filepath.Join(s.out, name)})
		inputs = append(inputs, outfile.Name{Flag: "-model", Path: filepath.Join(s.o.Model, name)})
	}
	if err := outfile.Apart(outputs, inputs); err != nil {
		return err
	}
	return train.CheckFolder(s.out, s.force)
}

// lockFile exists while a folder is written.
const lockFile = ".gorgpt-convert.lock"

// lock keeps other processes of this command from writing into a folder.
func lock(dir string) (unlock func(), err error) {
	path := filepath.Join(dir, lockFile)
	if info, err := os.Lstat(path); err == nil {
		if err := regular.Check(path, info); err != nil {
			return nil, errors.WithMessage(err, "-out")
		}
	}
	for l := flock.New(path); ; {
		locked, err := l.TryLock()
		switch {
		case err != nil:
			return nil, errors.Wrap(err, "-out")
		case !locked:
			return nil, errors.Errorf("-out %s is in use by another process: wait until it has ended, or name another folder", dir)
		}
		mine, errMine := l.Stat()
		there, errThere := os.Lstat(path)
		if errMine == nil && errThere == nil && os.SameFile(mine, there) {
			return func() { _, _ = os.Remove(path), l.Unlock() }, nil // if it remains, the next process locks it
		}
		_ = l.Unlock() // its owner has just removed the file: try again
	}
}
