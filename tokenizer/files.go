package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
)

// pairsOfFiles are the names under which a folder may hold vocabulary and merges: those
// of Hugging Face, and those of the 2018 release.
var pairsOfFiles = [2]struct{ vocab, merges string }{
	{"vocab.json", "merges.txt"},
	{"encoder_bpe_40000.json", "vocab_40000.bpe"},
}

// Load reads the tokenizer kept in a folder as vocab.json and merges.txt or, failing
// those, as encoder_bpe_40000.json and vocab_40000.bpe. Errors name the file, and the
// offset or line.
func Load(dir string) (*Tokenizer, error) {
	for _, names := range pairsOfFiles {
		vocab := filepath.Join(dir, names.vocab)
		switch _, err := os.Stat(vocab); {
		case err == nil:
			return loadFiles(vocab, filepath.Join(dir, names.merges))
		case !errors.Is(err, fs.ErrNotExist):
			return nil, errors.Wrap(err, "loading the tokenizer")
		}
	}
	return nil, errors.Errorf("no tokenizer in %s: want %s and %s, or %s and %s", dir,
		pairsOfFiles[0].vocab, pairsOfFiles[0].merges, pairsOfFiles[1].vocab, pairsOfFiles[1].merges)
}

// loadFiles reads a tokenizer from its two files.
func loadFiles(vocabPath, mergesPath string) (*Tokenizer, error) {
	vocab, err := os.ReadFile(vocabPath)
	if err != nil {
		return nil, errors.Wrap(err, "loading the vocabulary")
	}
	tokens, err := parseVocab(vocab)
	if err != nil {
		return nil, errors.Wrapf(err, "vocabulary %s", vocabPath)
	}
	text, err := os.ReadFile(mergesPath)
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
	return t, errors.Wrapf(err, "vocabulary %s", vocabPath)
}

// parseVocab reads a JSON object from token to id and returns the tokens by id. It is an
// error if a token or an id stands twice or if the ids leave a gap.
func parseVocab(data []byte) ([]string, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := expect(dec, json.Delim('{')); err != nil {
		return nil, err
	}
	byID := make(map[int32]string)
	seen := make(map[string]bool)
	for dec.More() {
		token, id, err := parseEntry(dec)
		if err != nil {
			return nil, err
		}
		if other, ok := byID[id]; ok {
			return nil, errors.Errorf("offset %d: id %d is given to both %q and %q", dec.InputOffset(), id, other, token)
		}
		if seen[token] {
			return nil, errors.Errorf("offset %d: token %q stands twice", dec.InputOffset(), token)
		}
		byID[id], seen[token] = token, true
	}
	if err := expect(dec, json.Delim('}')); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.Errorf("offset %d: something follows the JSON object", dec.InputOffset())
	}
	tokens := make([]string, len(byID))
	for id := range tokens {
		token, ok := byID[int32(id)]
		if !ok {
			return nil, errors.Errorf("%d tokens need the ids 0 to %d, but no token has id %d", len(tokens), len(tokens)-1, id)
		}
		tokens[id] = token
	}
	return tokens, nil
}

// parseEntry reads one member of the vocabulary.
func parseEntry(dec *json.Decoder) (token string, id int32, err error) {
	key, err := dec.Token()
	if err != nil {
		return "", 0, errors.Wrapf(err, "offset %d", dec.InputOffset())
	}
	token, ok := key.(string)
	if !ok {
		return "", 0, errors.Errorf("offset %d: want a token, got %v", dec.InputOffset(), key)
	}
	var value *int32 // to tell null from 0
	if err := dec.Decode(&value); err != nil {
		return "", 0, errors.Wrapf(err, "offset %d: token %q wants an integer id", dec.InputOffset(), token)
	}
	if value == nil {
		return "", 0, errors.Errorf("offset %d: token %q wants an integer id, got null", dec.InputOffset(), token)
	}
	return token, *value, nil
}

// expect reads one delimiter.
func expect(dec *json.Decoder, want json.Delim) error {
	got, err := dec.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return errors.Wrapf(err, "offset %d: want %v", dec.InputOffset(), want)
	}
	if got != want {
		return errors.Errorf("offset %d: want %v, got %v", dec.InputOffset(), want, got)
	}
	return nil
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

// VocabJSON is the content of vocab.json in the form Hugging Face writes: one object from
// token to id, ordered by id.
func (t *Tokenizer) VocabJSON() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // </w> stays legible
	out.WriteByte('{')
	for id, token := range t.tokens {
		if id > 0 {
			out.WriteByte(',')
		}
		if err := enc.Encode(token); err != nil {
			return nil, errors.Wrapf(err, "writing token %d to the vocabulary", id)
		}
		out.Truncate(out.Len() - 1) // the encoder ends each value with a line feed
		fmt.Fprintf(&out, ":%d", id)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// MergesTXT is the content of merges.txt: a version line, then one merge a line by rank.
func (t *Tokenizer) MergesTXT() []byte {
	var out bytes.Buffer
	out.WriteString(mergesHeader + ": 0.2\n")
	for _, m := range t.merges {
		fmt.Fprintf(&out, "%s %s\n", m.Left, m.Right)
	}
	return out.Bytes()
}

// Files are the files of a model's folder that hold the tokenizer, by name: what [Load]
// reads.
func (t *Tokenizer) Files() (map[string][]byte, error) {
	vocab, err := t.VocabJSON()
	if err != nil {
		return nil, err
	}
	return map[string][]byte{pairsOfFiles[0].vocab: vocab, pairsOfFiles[0].merges: t.MergesTXT()}, nil
}
