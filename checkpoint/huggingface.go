package checkpoint

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/graph"
)

// Names that Hugging Face's files have in addition to those of a plain decoder.
const (
	// basePrefix begins the names of the decoder in models with heads.
	basePrefix = "transformer."

	// outputName is the output matrix, which is the token embedding. Some files store it twice.
	outputName = "lm_head.weight"

	// choicePrefix begins the names of OpenAIGPTDoubleHeadsModel's head for multiple choice. Its
	// weight is [out in], the transpose of ours; with one output the values are the same.
	choicePrefix = "multiple_choice_head.summary."

	// scoreName is the head of OpenAIGPTForSequenceClassification, [K C] without a bias. This program
	// writes its bias beside it, which that class ignores.
	scoreName = "score.weight"
	scoreBias = "score.bias"

	// headPrefix begins the names of the parameters of this program's task heads.
	headPrefix = "head."
)

// constant matches tensors that older files keep in addition to the weights: the causal masks [1 1 T T] and the
// numbers of the positions.
var constant = regexp.MustCompile(`^(h\.\d+\.attn\.(bias|masked_bias)|position_ids)$`)

// openHuggingFace opens config.json and model.safetensors.
func openHuggingFace(dir string) (*source, error) {
	c, isInt8, err := readConfig(dir)
	if err != nil {
		return nil, err
	}
	s := &source{where: filepath.Join(dir, WeightsFile), implied: ConfigFile, config: c, int8: isInt8}
	s.close = s.closeFiles
	if err := s.openFiles(dir); err != nil {
		_ = s.close() // the first error is the one to report
		return nil, err
	}
	s.readOutput()
	s.readScore()
	s.pairScales()
	s.checkTypes()
	return s, nil
}

// openFiles opens model.safetensors or, without it, the files that an index names.
func (s *source) openFiles(dir string) error {
	if _, err := os.Stat(s.where); errors.Is(err, os.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(dir, indexFile)); err == nil {
			return s.openSharded(dir)
		}
		if err := checkForeign(dir); err != nil {
			return err
		}
	}
	f, err := safetensors.Open(s.where)
	if err != nil {
		return err
	}
	s.files = append(s.files, f)
	for _, from := range f.Names() {
		s.add(f, s.where, from)
	}
	return nil
}

// embedding is the parameter that the output matrix is tied to.
const embedding = "tokens_embed.weight"

// readOutput checks that the output matrix equals the token embedding. If the file has only one of
// the two, it serves as both.
func (s *source) readOutput() {
	at := slices.IndexFunc(s.tensors, func(t tensor) bool { return t.from == outputName })
	if at < 0 {
		return
	}
	t := s.tensors[at]
	if !slices.ContainsFunc(s.tensors, func(t tensor) bool { return t.name == embedding }) {
		s.tensors[at].name = embedding
		return
	}
	if t.bad == "" && slices.Equal(t.shape, s.config.Params()[0].Shape) {
		s.tensors = slices.Delete(s.tensors, at, at+1)
		s.check = func(rows int) error {
			tokens := slices.IndexFunc(s.tensors, func(t tensor) bool { return t.name == embedding })
			return checkTie(s.tensors[tokens], t, rows)
		}
	}
}

// readScore reads a head for classification that has its bias beside it. Without the bias, another program
// has written it, and it is left out.
func (s *source) readScore() {
	named := func(name string) int {
		return slices.IndexFunc(s.tensors, func(t tensor) bool { return t.from == name })
	}
	at, bias := named(scoreName), named(scoreBias)
	switch {
	case at < 0:
	case bias < 0:
		s.notes = append(s.notes, s.tensors[at].file(0)+": "+scoreName+", the head of OpenAIGPTForSequenceClassification, is left out, as it reads texts "+
			"without the special tokens that heads have here: fine-tune the model to give it a head")
		s.tensors = slices.Delete(s.tensors, at, at+1)
	case len(s.tensors[at].shape) == 2:
		t, b := &s.tensors[at], &s.tensors[bias]
		t.name, b.name = headPrefix+"weight", headPrefix+"bias"
		t.shape, t.read = []int{t.shape[1], t.shape[0]}, columns(t.read, t.shape[1], t.shape[0])
		s.head = append(s.head, graph.Param{Name: b.name, Shape: b.shape}, graph.Param{Name: t.name, Shape: t.shape})
	}
}

// columns reads rows of the transpose [C K] of a matrix [K C].
func columns(read func(dst []float32, at int) error, c, k int) func(dst []float32, at int) error {
	return func(dst []float32, at int) error {
		column := make([]float32, len(dst)/k)
		for i := range k {
			if err := read(column, i*c+at/k); err != nil {
				return err
			}
			for row, v := range column {
				dst[row*k+i] = v
			}
		}
		return nil
	}
}

// readConfig reads config.json: the model's shape, and whether its matrices are int8.
func readConfig(dir string) (c gpt1.Config, isInt8 bool, err error) {
	data, err := readText(filepath.Join(dir, ConfigFile))
	if err != nil {
		return c, false, errors.Wrap(err, "reading the model's shape")
	}
	if c, err = gpt1.ParseConfig(data); err == nil {
		isInt8, err = gpt1.IsInt8(data)
	}
	return c, isInt8, errors.Wrap(err, dir)
}

// add adds one tensor of the file, unless it is a constant.
func (s *source) add(f *safetensors.File, path, from string) {
	info, _ := f.Info(from)
	name := strings.TrimPrefix(from, basePrefix)
	if constant.MatchString(name) {
		return
	}
	t := tensor{
		name: name, from: from, shape: info.Shape, of: f, dtype: info.DType, file: in(path),
		read: func(dst []float32, at int) error { return f.Float32At(from, dst, at) },
	}
	if part, isChoice := strings.CutPrefix(from, choicePrefix); isChoice {
		t.name = headPrefix + part
		if len(t.shape) == 2 && t.shape[0] == 1 {
			t.shape = []int{t.shape[1], 1}
		}
	}
	if strings.HasPrefix(t.name, headPrefix) {
		s.head = append(s.head, graph.Param{Name: t.name, Shape: t.shape})
	}
	s.tensors = append(s.tensors, t)
}

// checkTie checks that the first rows of an output matrix equal those of the token embedding.
func checkTie(tokens, output tensor, rows int) error {
	width := tokens.shape[1]
	same := func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }
	return inRows(rows, width, func(row int, want []float32) error {
		got := make([]float32, len(want))
		if err := tokens.read(want, row*width); err != nil {
			return err
		}
		if err := output.read(got, row*width); err != nil {
			return err
		}
		if !slices.EqualFunc(want, got, same) {
			return errors.Errorf("%s differs from tokens_embed.weight: in GPT-1 they are one matrix", output.from)
		}
		return nil
	})
}
