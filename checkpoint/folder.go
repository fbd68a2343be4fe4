package checkpoint

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/tokenizer"
)

// tokenizerConfig is the file that names the pipeline of the tokenizer.
const tokenizerConfig = "tokenizer_config.json"

// ReadFolder reads a model to be trained, as [ReadModelContext] does, and its tokenizer. Their vocabularies must have
// the same size, except for rows that pad the model's to a multiple of 8, 64 or 128, which are left
// out. tokenizer_config.json names the pipeline. Without it, the pipeline is Hugging Face's, or, for
// OpenAI's release, that of the code which trained the weights.
func ReadFolder(dir string, ctx int) (*gpt1.Model, *tokenizer.Tokenizer, error) {
	m, tok, _, err := readFolder(dir, func(s *source) (*gpt1.Model, error) { return s.trainable(ctx) })
	return m, tok, err
}

// ReadFolderAs is [ReadFolder] for a model that writes, scores or predicts but is not trained. It
// keeps its matrices in type d; "" is the type that the files hold, where float16 and an LSTM count as
// float32. They are read one by one, and converted a few rows at a time, so that there is never a
// copy of all in float32. notes are those of [Notes], and that int8 weights become another type.
func ReadFolderAs(dir string, ctx int, d graph.Dtype) (m *gpt1.Model, tok *tokenizer.Tokenizer, notes []string, err error) {
	return readFolder(dir, func(s *source) (*gpt1.Model, error) {
		if d == "" {
			d = s.held()
		}
		if s.int8 && d != graph.Int8 {
			s.notes = append(s.notes, fmt.Sprintf("%s: the weights are int8: %s takes more memory and does not bring back what was rounded off", dir, d))
		}
		return s.model(ctx, d)
	})
}

func readFolder(dir string, read func(*source) (*gpt1.Model, error)) (*gpt1.Model, *tokenizer.Tokenizer, []string, error) {
	s, err := open(dir)
	if err != nil {
		return nil, nil, nil, err
	}
	defer s.close() //nolint:errcheck // only read from: nothing is lost if this fails
	tok, err := s.tokenizer(dir)
	if err != nil {
		return nil, nil, nil, err
	}
	m, err := read(s)
	return m, tok, s.notes, err
}

// ReadShape is [ReadFolder] without the weights, which may be missing.
func ReadShape(dir string) (gpt1.Config, *tokenizer.Tokenizer, error) {
	s := &source{}
	var err error
	if isRelease(dir) {
		var shapes [][]int
		if shapes, err = readShapes(filepath.Join(dir, shapesFile)); err == nil {
			s.release = true
			s.config, err = releaseConfig(dir, shapes)
		}
	} else {
		s.config, s.int8, err = readConfig(dir)
	}
	if err != nil {
		return s.config, nil, err
	}
	tok, err := s.tokenizer(dir)
	if s.rows > 0 {
		s.config.VocabSize = s.rows
	}
	return s.config, tok, err
}

// tokenizer reads the tokenizer of the source's folder.
func (s *source) tokenizer(dir string) (*tokenizer.Tokenizer, error) {
	tok, err := tokenizer.Load(dir)
	if err != nil {
		return nil, err
	}
	if isPadded(s.config.VocabSize, tok.Size()) {
		s.rows = tok.Size()
		s.notes = append(s.notes, fmt.Sprintf("%s: the weights have rows for %d tokens, the vocabulary has %d: the last %d are padding, and left out",
			dir, s.config.VocabSize, s.rows, s.config.VocabSize-s.rows))
	} else if tok.Size() != s.config.VocabSize {
		return nil, errors.Errorf("%s: the vocabulary has %d tokens, but the model has %d (vocab_size in %s): use the vocabulary that the model was trained with",
			dir, tok.Size(), s.config.VocabSize, ConfigFile)
	}
	if _, err := os.Stat(filepath.Join(dir, tokenizerConfig)); s.release && errors.Is(err, os.ErrNotExist) {
		tok = tok.WithPipeline(tokenizer.Original)
	}
	return tok, nil
}
