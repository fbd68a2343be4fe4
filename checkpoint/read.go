package checkpoint

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/internal/parallel"
	"gorgpt/internal/regular"
)

// tensor is one tensor of a source under the name that its parameter has in a model.
type tensor struct {
	name  string // of the parameter
	from  string // what the source calls it, for errors
	shape []int
	bad   string                            // why the values cannot be read; empty if they can
	read  func(dst []float32, at int) error // len(dst) values from value at on; whole rows of an int8 tensor
	file  func(i int) string                // that of value i

	of     *safetensors.File // nil in OpenAI's release
	dtype  safetensors.DType // type in that file
	scales *tensor           // of an int8 tensor
}

// source is a model in files: its shape, and tensors that are read on demand.
type source struct {
	where   string // the file or folder, for errors
	implied string // the file that config comes from
	release bool   // OpenAI's of 2018
	config  gpt1.Config
	int8    bool          // config.json says that the matrices are int8
	head    []graph.Param // parameters beyond those that config implies
	tensors []tensor
	check   func(rows int) error // a final check of the values of that many tokens; may be nil
	close   func() error
	files   []*safetensors.File // if the folder is Hugging Face's
	notes   []string            // for the user
	rows    int                 // token embeddings that are read; 0: all
}

// ReadModel reads the model in the folder dir, with its task head if it has one. The folder is Hugging
// Face's or this program's, with config.json and model.safetensors, or OpenAI's release, with
// params_shapes.json and params_0.npy to params_9.npy.
//
// If tensors are missing, unexpected or of another shape or type, the error lists them. A value that
// is infinite or not a number is an error, too. The values are read on all cores, straight into the
// model's store: there is no second copy of them.
//
// All weights are float32, whatever the files hold. As the model may be trained, it must not have been
// quantized; see [ReadFolderAs].
func ReadModel(dir string) (*gpt1.Model, error) { return ReadModelContext(dir, 0) }

// ReadModelContext is ReadModel for a context of ctx positions; 0 means all positions of the weights.
// It keeps the first ctx positions, as the fine-tuning code of 2018 did.
func ReadModelContext(dir string, ctx int) (*gpt1.Model, error) {
	s, err := open(dir)
	if err != nil {
		return nil, err
	}
	defer s.close() //nolint:errcheck // only read from: nothing is lost if this fails
	return s.trainable(ctx)
}

// open opens dir as the kind of folder that its files show.
func open(dir string) (*source, error) {
	if isRelease(dir) {
		return openRelease(dir)
	}
	for _, name := range []string{ConfigFile, WeightsFile, indexFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return openHuggingFace(dir) // which reports missing files
		}
	}
	if err := checkForeign(dir); err != nil {
		return nil, err
	}
	return nil, errors.Errorf("no model in %s: it must contain %s and %s, or OpenAI's %s and %s to %s",
		dir, ConfigFile, WeightsFile, shapesFile, arrayFile(0), arrayFile(arrays-1))
}

// isRelease reports whether a folder has OpenAI's files and not Hugging Face's.
func isRelease(dir string) bool {
	_, release := os.Stat(filepath.Join(dir, shapesFile))
	_, weights := os.Stat(filepath.Join(dir, WeightsFile))
	return release == nil && weights != nil
}

// trainable reads everything into a new model in float32. It is an error if float32 would not be
// what training wrote.
func (s *source) trainable(ctx int) (*gpt1.Model, error) {
	if s.int8 {
		return nil, errors.Errorf("%s: the weights are int8, which cannot be trained: use the model that was converted, or convert this one to float32, "+
			"which does not bring back what was rounded off", s.where)
	}
	return s.model(ctx, graph.Float32)
}

// model reads everything into a new model that keeps its matrices in type d.
func (s *source) model(ctx int, d graph.Dtype) (*gpt1.Model, error) {
	// Compare before New allocates memory for the configuration.
	if n := len(s.tensors); s.config.NLayer > n {
		return nil, errors.Errorf("%s: %d tensors cannot be the %d layers that %s asks for", s.where, n, s.config.NLayer, s.implied)
	}
	want := append(s.config.Params(), s.head...)
	if err := s.match(want); err != nil {
		return nil, err
	}
	c := s.config
	if ctx != 0 {
		if ctx < 1 || ctx > c.NCtx {
			return nil, errors.Errorf("%s: the context is %d: it must be between 1 and %d, the positions of the weights", s.where, ctx, c.NCtx)
		}
		c.NCtx = ctx
	}
	if s.rows > 0 {
		c.VocabSize = s.rows
	}
	if err := enough(s.where, c.Len(s.head...), d); err != nil {
		return nil, err
	}
	m, err := gpt1.NewCompact(c, d, s.head...)
	if err != nil {
		return nil, errors.Wrap(err, s.where)
	}
	if err := s.fill(m); err != nil {
		return nil, err
	}
	if s.check != nil {
		if err := s.check(c.VocabSize); err != nil {
			return nil, errors.WithMessage(err, s.where)
		}
	}
	return m, nil
}

// match compares the tensors with the parameters of the model.
func (s *source) match(want []graph.Param) error {
	var wrong []string
	found := map[string]tensor{}
	for _, t := range s.tensors {
		if other, twice := found[t.name]; twice {
			wrong = append(wrong, fmt.Sprintf("%s is there as %s too", t.from, other.from))
		}
		found[t.name] = t
	}
	for _, p := range want {
		switch t, isThere := found[p.Name]; {
		case !isThere:
			wrong = append(wrong, fmt.Sprintf("%s %v is missing", p.Name, p.Shape))
		case !slices.Equal(t.shape, p.Shape):
			wrong = append(wrong, fmt.Sprintf("%s has shape %v, %s implies %v", t.from, t.shape, s.implied, p.Shape))
		case t.bad != "":
			wrong = append(wrong, t.from+" "+t.bad)
		}
		delete(found, p.Name)
	}
	for _, t := range s.tensors {
		if _, left := found[t.name]; left {
			wrong = append(wrong, t.from+" is unexpected")
		}
	}
	if len(wrong) > 0 {
		return errors.Errorf("%s: %d tensors do not fit: %s", s.where, len(wrong), list(wrong))
	}
	return nil
}

// list joins the messages. The limits leave room for all tensors of the released model, but not for
// any number in a hostile file.
func list(wrong []string) string {
	const most, longest = 200, 200
	more := ""
	if len(wrong) > most {
		more = fmt.Sprintf("; and %d more", len(wrong)-most)
		wrong = wrong[:most]
	}
	for i, w := range wrong {
		if len(w) > longest {
			wrong[i] = strings.ToValidUTF8(w[:longest], "") + "…"
		}
	}
	return strings.Join(wrong, "; ") + more
}

// fill reads the values: those in float32 a piece for each core at a time, then the others one by one.
func (s *source) fill(m *gpt1.Model) error {
	var pieces []piece
	var compact []tensor
	for _, t := range s.tensors {
		if p := m.Store.Param(t.name); p.Dtype() == graph.Float32 {
			pieces = append(pieces, t.pieces(p)...)
		} else {
			compact = append(compact, t)
		}
	}
	if err := parallel.Do(len(pieces), func(i int) error { return pieces[i].fill() }); err != nil {
		return err
	}
	return fillCompact(m.Store, compact)
}

// piece is a part of a tensor, from value at on.
type piece struct {
	of     tensor
	at     int
	values []float32 // where they belong
}

// pieces divides a tensor. A piece has whole rows, and is so small that it is still in the cache when its
// values are checked. Values of rows that the parameter does not have are checked, too.
func (t tensor) pieces(p *graph.Param) (all []piece) {
	const most = 1 << 18 // values, if that is a row or more
	row := len(p.Value) / p.Shape[0]
	step := max(1, most/row) * row
	for at := 0; at < len(p.Value); at += step {
		all = append(all, piece{t, at, p.Value[at:min(at+step, len(p.Value))]})
	}
	for at, n := len(p.Value), t.len(); at < n; at += step {
		all = append(all, piece{t, at, make([]float32, min(step, n-at))})
	}
	return all
}

// fill reads the values straight to where they belong, and checks them.
func (p piece) fill() error {
	if err := p.of.read(p.values, p.at); err != nil {
		return err
	}
	return checkFinite(p.of.from, p.of.shape, p.values, p.at, p.of.file)
}

// len is the number of values.
func (t tensor) len() int {
	n := 1
	for _, d := range t.shape {
		n *= d
	}
	return n
}

// maxText is the maximum size in bytes of a JSON file of a model folder.
const maxText = 1 << 20

// readText reads a small file.
func readText(path string) ([]byte, error) {
	return regular.ReadFile(path, "file of the model", maxText)
}
