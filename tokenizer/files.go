package tokenizer

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/parallel"
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
	var t *Tokenizer
	var l *lists
	err := parallel.Do(2, func(i int) (err error) {
		if i == 0 {
			t, err = loadJSON(filepath.Join(dir, jsonFile))
		} else {
			l, err = readLists(dir)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	switch {
	case t == nil && l == nil:
		return nil, errors.Errorf("no tokenizer in %s: want %s and %s, or %s and %s, or %s", dir,
			pairsOfFiles[0].vocab, pairsOfFiles[0].merges, pairsOfFiles[1].vocab, pairsOfFiles[1].merges, jsonFile)
	case t == nil:
		if t, err = l.tokenizer(); err != nil {
			return nil, err
		}
	case l != nil:
		if differ := t.extends(l); differ != nil {
			if _, err := l.tokenizer(); err != nil { // which says more
				return nil, err
			}
			return nil, errors.WithMessagef(differ, "%s and %s in %s contradict each other (remove the outdated one)", filepath.Base(l.vocabPath), jsonFile, dir)
		}
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

// extends checks that t has the tokens and merges of the lists, apart from tokens added after them.
func (t *Tokenizer) extends(l *lists) error {
	for id, token := range l.tokens {
		if got, _ := t.Token(int32(id)); got != token {
			return errors.Errorf("id %d is %q in one and %q in the other", id, token, got)
		}
	}
	if len(t.merges) != len(l.merges) {
		return errors.Errorf("one has %d merges, the other %d", len(l.merges), len(t.merges))
	}
	for rank, m := range l.merges {
		if t.merges[rank] != m {
			return errors.Errorf("merge %d is %q in one and %q in the other", rank+1, m.Left+" "+m.Right, t.merges[rank].Left+" "+t.merges[rank].Right)
		}
	}
	return nil
}

// lists is what a vocabulary and its merges file hold.
type lists struct {
	vocabPath, mergesPath string
	tokens                []string
	merges                []Merge
	skipped               int // lines before the first merge
}

// readLists reads the first pair of files that a folder has; it returns nil if there is none.
func readLists(dir string) (*lists, error) {
	for _, names := range pairsOfFiles {
		l := &lists{vocabPath: filepath.Join(dir, names.vocab), mergesPath: filepath.Join(dir, names.merges)}
		switch _, err := os.Stat(l.vocabPath); {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, errors.Wrap(err, "loading the tokenizer")
		}
		return l, l.read()
	}
	return nil, nil
}

func (l *lists) read() error {
	vocab, err := read(l.vocabPath)
	if err != nil {
		return errors.Wrap(err, "loading the vocabulary")
	}
	if l.tokens, err = parseVocab(vocab); err != nil {
		return errors.Wrapf(err, "vocabulary %s", l.vocabPath)
	}
	text, err := read(l.mergesPath)
	if err != nil {
		return errors.Wrap(err, "loading the merges")
	}
	l.merges, l.skipped, err = parseMerges(string(text))
	return errors.Wrapf(err, "merges %s", l.mergesPath)
}

// tokenizer makes a tokenizer of the lists.
func (l *lists) tokenizer() (*Tokenizer, error) {
	t, err := build(l.tokens, l.merges, func(rank int) string {
		return fmt.Sprintf("%s: line %d", l.mergesPath, rank+l.skipped+1)
	})
	if err != nil {
		return nil, errors.Wrapf(err, "vocabulary %s", l.vocabPath)
	}
	return t, errors.Wrapf(t.checkMerges(), "merges %s", l.mergesPath)
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
