package tokenizer

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/regular"
)

// pairsOfFiles are the names under which a folder may hold vocabulary and merges: those
// of Hugging Face, and those of the 2018 release.
var pairsOfFiles = [2]struct{ vocab, merges string }{
	{"vocab.json", "merges.txt"},
	{"encoder_bpe_40000.json", "vocab_40000.bpe"},
}

// jsonFile is the file in which Hugging Face's tokenizers keep everything.
const jsonFile = "tokenizer.json"

// Load reads the tokenizer of a folder: from tokenizer.json, or failing that from vocab.json
// and merges.txt or from encoder_bpe_40000.json and vocab_40000.bpe. The pipeline is what
// tokenizer_config.json says, or [Bert].
//
// Errors name the file, and the offset, line or setting. It is an error if tokenizer.json has
// settings that give other ids than this package, or another vocabulary than the files beside
// it.
func Load(dir string) (*Tokenizer, error) {
	t, err := loadJSON(filepath.Join(dir, jsonFile))
	if err != nil {
		return nil, err
	}
	for _, names := range pairsOfFiles {
		vocab := filepath.Join(dir, names.vocab)
		switch _, err := os.Stat(vocab); {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, errors.Wrap(err, "loading the tokenizer")
		}
		pair, err := loadFiles(vocab, filepath.Join(dir, names.merges))
		if err != nil {
			return nil, err
		}
		if t == nil {
			t = pair
		}
		if err := t.extends(pair); err != nil {
			return nil, errors.WithMessagef(err, "%s and %s in %s contradict each other (remove the outdated one)", names.vocab, jsonFile, dir)
		}
		break
	}
	if t == nil {
		return nil, errors.Errorf("no tokenizer in %s: want %s and %s, or %s and %s, or %s", dir,
			pairsOfFiles[0].vocab, pairsOfFiles[0].merges, pairsOfFiles[1].vocab, pairsOfFiles[1].merges, jsonFile)
	}
	return t.withConfig(filepath.Join(dir, configFile))
}

// maxFile is the most bytes that a file of a tokenizer may have; those of GPT-1 have 2 MB.
const maxFile = 64 << 20

// read reads a file whole.
func read(path string) ([]byte, error) {
	return regular.ReadFile(path, "file of the tokenizer", maxFile)
}

// loadJSON reads a tokenizer.json; it returns nil if there is none.
func loadJSON(path string) (*Tokenizer, error) {
	data, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, errors.Wrap(err, "loading the tokenizer")
	}
	t, err := parseTokenizerJSON(data)
	return t, errors.Wrap(err, path)
}

// withConfig takes the pipeline from a tokenizer_config.json, if there is one.
func (t *Tokenizer) withConfig(path string) (*Tokenizer, error) {
	data, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return nil, errors.Wrap(err, "loading the tokenizer")
	}
	p, err := parseConfig(data)
	if err != nil {
		return nil, errors.Wrap(err, path)
	}
	return t.WithPipeline(p), nil
}

// extends makes sure that t is other, but for tokens added behind its own.
func (t *Tokenizer) extends(other *Tokenizer) error {
	for id, token := range other.tokens {
		if got, _ := t.Token(int32(id)); got != token {
			return errors.Errorf("id %d is %q in one and %q in the other", id, token, got)
		}
	}
	if len(t.merges) != len(other.merges) {
		return errors.Errorf("one has %d merges, the other %d", len(other.merges), len(t.merges))
	}
	for rank, m := range other.merges {
		if t.merges[rank] != m {
			return errors.Errorf("merge %d is %q in one and %q in the other", rank+1, m.Left+" "+m.Right, t.merges[rank].Left+" "+t.merges[rank].Right)
		}
	}
	return nil
}

// loadFiles reads a tokenizer from its two files.
func loadFiles(vocabPath, mergesPath string) (*Tokenizer, error) {
	vocab, err := read(vocabPath)
	if err != nil {
		return nil, errors.Wrap(err, "loading the vocabulary")
	}
	tokens, err := parseVocab(vocab)
	if err != nil {
		return nil, errors.Wrapf(err, "vocabulary %s", vocabPath)
	}
	text, err := read(mergesPath)
	if err != nil {
		return nil, errors.Wrap(err, "loading the merges")
	}
	merges, skipped, err := parseMerges(string(text))
	if err != nil {
		return nil, errors.Wrapf(err, "merges %s", mergesPath)
	}
	t, err := build(tokens, merges, func(rank int) string {
		return fmt.Sprintf("%s: line %d", mergesPath, rank+skipped+1)
	})
	if err != nil {
		return nil, errors.Wrapf(err, "vocabulary %s", vocabPath)
	}
	return t, errors.Wrapf(t.checkMerges(), "merges %s", mergesPath)
}

// mergesHeader is how the first line of a merges file begins, if it is not a merge.
const mergesHeader = "#version"

// parseMerges reads one merge a line, and returns how many lines stand before the
// first one.
func parseMerges(text string) (merges []Merge, skipped int, err error) {
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if number == 1 && strings.HasPrefix(line, mergesHeader) {
			skipped = 1
			continue
		}
		left, right, ok := strings.Cut(line, " ")
		if !ok || left == "" || right == "" || strings.Contains(right, " ") {
			return nil, 0, errors.Errorf("line %d: want two pieces with one space between, got %q", number, line)
		}
		merges = append(merges, Merge{left, right})
	}
	return merges, skipped, nil
}
