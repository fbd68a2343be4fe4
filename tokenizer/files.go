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

// pairsOfFiles lists the names of files with vocabulary and merges: those of Hugging Face, and those of
// the release of 2018.
var pairsOfFiles = [2]struct{ vocab, merges string }{
	{"vocab.json", "merges.txt"},
	{"encoder_bpe_40000.json", "vocab_40000.bpe"},
}

// jsonFile is the file of Hugging Face's tokenizers with vocabulary, merges and settings.
const jsonFile = "tokenizer.json"

// Load reads the tokenizer of a folder from tokenizer.json. Without this file, it reads vocab.json and
// merges.txt, or encoder_bpe_40000.json and vocab_40000.bpe. tokenizer_config.json names the pipeline,
// else it is [Bert].
//
// Errors name the file, and the offset, line or setting. It is an error if tokenizer.json has settings
// that give different ids from this package, or a different vocabulary from the other files.
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

// maxFile is the maximum size of a tokenizer file in bytes; those of GPT-1 have 2 MB.
const maxFile = 64 << 20

// read reads a whole file.
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

// withConfig sets the pipeline that tokenizer_config.json names, if there is one.
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

// extends checks that t equals other, apart from tokens added after those of other.
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

// mergesHeader begins the first line of a merges file if that is not a merge.
const mergesHeader = "#version"

// parseMerges reads one merge per line, and returns the number of lines before the first merge.
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
