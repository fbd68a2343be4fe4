package checkpoint

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/checkpoint/npy"
	"gorgpt/gpt1"
)

// The files of OpenAI's release (openai/finetune-transformer-lm, folder model): the shapes of all
// tensors, and their values as one stream of float32, split into ten arrays at arbitrary positions.
const (
	shapesFile = "params_shapes.json"
	arrays     = 10
	inBlock    = 12 // tensors
)

// arrayFile is the name of the i-th array.
func arrayFile(i int) string { return fmt.Sprintf("params_%d.npy", i) }

// headWidth is D in the released model. The files do not contain the number of heads.
const headWidth = 64

// openRelease opens the files. The tensors are, in order: positions, tokens, and the twelve of
// each block in the order of gpt1.Config.Params, matrices with a leading axis of 1. A
// config.json in their folder sets what the shapes do not determine, such as the number of heads.
func openRelease(dir string) (_ *source, err error) {
	shapes, err := readShapes(filepath.Join(dir, shapesFile))
	if err != nil {
		return nil, err
	}
	s := &source{where: dir, implied: shapesFile, release: true}
	if s.config, err = releaseConfig(dir, shapes); err != nil {
		return nil, err
	}
	var r stream
	s.close = r.close
	defer func() {
		if err != nil {
			_ = r.close() // the first error is the one to report
		}
	}()
	for i := range arrays {
		f, err := npy.Open(filepath.Join(dir, arrayFile(i)))
		if err != nil {
			return nil, err
		}
		r = append(r, f)
	}
	s.close = r.close
	params, at := s.config.Params(), 0
	params[0], params[1] = params[1], params[0] // position rows first
	for i, shape := range shapes {
		if len(shape) == 3 && shape[0] == 1 {
			shape = shape[1:]
		}
		from, n := at, 1
		for _, d := range shape {
			n *= d
		}
		at += n
		s.tensors = append(s.tensors, tensor{
			name: params[i].Name, from: fmt.Sprintf("tensor %d of %s, %s,", i, shapesFile, params[i].Name), shape: shape,
			read: func(dst []float32, at int) error { return r.read(dst, from+at) },
			file: func(i int) string { return filepath.Join(dir, r.file(from+i)) },
		})
	}
	if got := r.len(); got != at {
		return nil, errors.Errorf("%s: %s and the following files have %d numbers, but %s requires %d", dir, arrayFile(0), got, shapesFile, at)
	}
	return s, nil
}

// mostNumbers is the maximum number of values, in one tensor and in all: far more than fit into memory,
// but so few that neither their sum nor their size in bytes overflows an int.
const mostNumbers = min(1<<40, math.MaxInt/8)

// readShapes reads the list of shapes.
func readShapes(path string) ([][]int, error) {
	data, err := readText(path)
	if err != nil {
		return nil, errors.Wrap(err, "reading the model's shapes")
	}
	var shapes [][]int
	if err := json.Unmarshal(data, &shapes); err != nil {
		return nil, errors.Wrapf(err, "%s: it must be a list of shapes", path)
	}
	if n := len(shapes); n < 2+inBlock || (n-2)%inBlock != 0 {
		return nil, errors.Errorf("%s: %d shapes: there must be two of embeddings and %d for each block", path, n, inBlock)
	}
	total := 1
	for i, shape := range shapes {
		n := 1
		for _, d := range shape {
			if d < 1 || d > 1<<24 || n > mostNumbers/d {
				return nil, errors.Errorf("%s: shape %d is %.60s: the tensor must fit into memory", path, i, fmt.Sprint(shape))
			}
			n *= d
		}
		if total += n; total > mostNumbers {
			return nil, errors.Errorf("%s: the tensors do not fit into memory", path)
		}
	}
	if len(shapes[0]) != 2 || len(shapes[1]) != 2 || shapes[0][1] != shapes[1][1] {
		return nil, errors.Errorf("%s: the first two shapes are %v and %v: they must be positions [T C] and tokens [V C]", path, shapes[0], shapes[1])
	}
	return shapes, nil
}

// releaseConfig derives the model's shape from that of its tensors.
func releaseConfig(dir string, shapes [][]int) (gpt1.Config, error) {
	switch c, _, err := readConfig(dir); {
	case err == nil && c.IsLSTM():
		return c, errors.Errorf("%s describes an LSTM, but %s a Transformer", filepath.Join(dir, ConfigFile), shapesFile)
	case err == nil:
		if implied := 2 + inBlock*c.NLayer; implied != len(shapes) {
			return c, errors.Errorf("%s implies %d tensors, %s has %d", filepath.Join(dir, ConfigFile), implied, shapesFile, len(shapes))
		}
		return c, nil
	case !errors.Is(err, os.ErrNotExist):
		return c, err
	}
	c, err := gpt1.Preset("gpt1")
	if err != nil {
		return c, err
	}
	c.NLayer, c.NCtx, c.VocabSize, c.NEmbd = len(shapes)/inBlock, shapes[0][0], shapes[1][0], shapes[1][1]
	if c.NEmbd%headWidth != 0 {
		return c, errors.Errorf("%s: the width %d is not a multiple of %d, so the number of heads is unknown: add a %s with n_head", filepath.Join(dir, shapesFile), c.NEmbd, headWidth, ConfigFile)
	}
	c.NHead = c.NEmbd / headWidth
	return c, errors.Wrap(c.Validate(), filepath.Join(dir, shapesFile))
}

// stream is a sequence of arrays.
type stream []*npy.File

func (r stream) len() int {
	n := 0
	for _, f := range r {
		n += f.Len()
	}
	return n
}

// file is the name of the array with the number at a position.
func (r stream) file(at int) string {
	for i, f := range r {
		if at < f.Len() {
			return arrayFile(i)
		}
		at -= f.Len()
	}
	return arrayFile(len(r) - 1)
}

// read fills dst with the numbers from position at on, from one array or several.
func (r stream) read(dst []float32, at int) error {
	for _, f := range r {
		if at >= f.Len() {
			at -= f.Len()
			continue
		}
		n := min(len(dst), f.Len()-at)
		if err := f.Float32(dst[:n], at); err != nil {
			return err
		}
		if dst, at = dst[n:], 0; len(dst) == 0 {
			return nil
		}
	}
	return errors.Errorf("%s and the following files end too early", arrayFile(0))
}

// close closes all files.
func (r stream) close() (err error) {
	for _, f := range slices.Backward(r) {
		if e := f.Close(); e != nil {
			err = e
		}
	}
	return err
}
