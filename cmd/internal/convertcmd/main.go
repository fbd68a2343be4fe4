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

	"github.com/gofrs/flock"
	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/checkpoint/safetensors"
	"gorgpt/cmd/internal/cli"
	"gorgpt/graph"
	"gorgpt/internal/outfile"
	"gorgpt/internal/regular"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// settings holds the settings on the command line.
type settings struct {
	model, out, dtype, pipeline string
	force                       bool
	ctx                         int
	form                        checkpoint.Form
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
	return cli.Run("convert", stdout, stderr, parse, func(context.Context) error { return s.convert(stdout) })
}

// parse reads the command line.
func parse(args []string, help io.Writer) (*settings, error) {
	s := &settings{dtype: "float32"}
	fs := cli.NewFlags("convert")
	fs.StringVar(&s.model, "model", "", "")
	fs.StringVar(&s.out, "out", "", "")
	fs.BoolVar(&s.force, "force", false, "")
	fs.StringVar(&s.dtype, "dtype", s.dtype, "")
	fs.BoolVar(&s.form.DoubleHeads, "double-heads", false, "")
	fs.IntVar(&s.ctx, "ctx", 0, "")
	fs.StringVar(&s.pipeline, "pipeline", "", "")
	given, err := cli.Parse(fs, args, usage, "folders are named with -model and -out", help)
	if err != nil {
		return nil, err
	}
	known := false
	s.form.DType, known = dtypes[s.dtype]
	switch {
	case s.model == "":
		return nil, errors.New("-model is missing: name the folder of a model")
	case s.out == "":
		return nil, errors.New("-out is missing: name a folder to write")
	case !known:
		return nil, errors.Errorf("-dtype must be float32, float16, bfloat16 or int8, not %q", s.dtype)
	case s.form.DoubleHeads && s.form.DType == safetensors.I8:
		return nil, errors.New("-double-heads cannot be combined with -dtype int8, which Hugging Face's tools do not read")
	case given["pipeline"]:
		if _, err := tokenizer.ParsePipeline(s.pipeline); err != nil {
			return nil, errors.Errorf("-pipeline must be %s or %s, not %q", tokenizer.Bert, tokenizer.Original, s.pipeline)
		}
	}
	return s, given.CheckInts(cli.Int{Name: "ctx", Value: s.ctx, Least: 1})
}

// convert reads the model and writes it.
func (s *settings) convert(w io.Writer) error {
	if err := s.checkFolders(); err != nil {
		return err
	}
	in := graph.Float32
	if s.form.DType == safetensors.I8 {
		in = graph.Int8
	}
	m, tok, notes, err := checkpoint.ReadFolderAs(s.model, s.ctx, in)
	if err != nil {
		return err
	}
	for _, note := range notes {
		fmt.Fprintf(w, "note: %s\n", note)
	}
	if s.pipeline != "" {
		p, err := tokenizer.ParsePipeline(s.pipeline)
		if err != nil {
			return err
		}
		tok = tok.WithPipeline(p)
	}
	if s.form.Task, err = regular.ReadFile(filepath.Join(s.model, checkpoint.TaskFile), "task", 16<<20); err != nil && !errors.Is(err, os.ErrNotExist) {
		return errors.Wrap(err, "reading the task of the model")
	}
	if err := os.MkdirAll(s.out, 0o755); err != nil {
		return errors.Wrap(err, "-out")
	}
	unlock, err := lock(s.out)
	if err != nil {
		return err
	}
	defer unlock()
	if err := checkpoint.WriteFolder(s.out, m, tok, s.form); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d parameters, %s, context %d, in %s\n", m.Store.Len(), s.dtype, m.NCtx, s.out)
	if note := tok.Note(); note != "" {
		fmt.Fprintf(w, "note: %s\n", note)
	}
	return nil
}

// checkFolders returns an error if the output folder cannot or must not be written to.
func (s *settings) checkFolders() error {
	from, err := os.Stat(s.model)
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
	for _, name := range checkpoint.FolderFiles() {
		outputs = append(outputs, outfile.Name{Flag: "-out", Path: filepath.Join(s.out, name)})
		inputs = append(inputs, outfile.Name{Flag: "-model", Path: filepath.Join(s.model, name)})
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
