package tokenizer

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/pkg/errors"
)

// vocabReader reads a JSON object from token to id.
type vocabReader struct {
	data []byte
	dec  *json.Decoder
	base int // where the object begins in its file
	byID map[int32]string
	ids  map[string]int32
}

// newVocabReader reads data, which begins at an offset of its file.
func newVocabReader(data []byte, base int) *vocabReader {
	return &vocabReader{
		data: data, dec: json.NewDecoder(bytes.NewReader(data)), base: base,
		byID: make(map[int32]string), ids: make(map[string]int32),
	}
}

// parseVocab reads a vocab.json and returns the tokens by id. It is an error if a token or an id is
// repeated or if the ids have a gap.
func parseVocab(data []byte) ([]string, error) {
	v := newVocabReader(data, 0)
	if err := v.read(); err != nil {
		return nil, err
	}
	return v.ordered()
}

// at is the offset in the file after the last token.
func (v *vocabReader) at() int64 { return int64(v.base) + v.dec.InputOffset() }

// read reads the whole object.
func (v *vocabReader) read() error {
	if ids, byID := quickVocab(v.data); ids != nil {
		v.ids, v.byID = ids, byID
		return nil
	}
	return v.readSlowly()
}

// readSlowly is read with errors that say what is wrong where.
func (v *vocabReader) readSlowly() error {
	if err := v.expect(json.Delim('{')); err != nil {
		return err
	}
	for v.dec.More() {
		token, id, err := v.entry()
		if err != nil {
			return err
		}
		if _, ok := v.ids[token]; ok {
			return errors.Errorf("offset %d: token %q stands twice", v.at(), token)
		}
		if err := v.add(token, id); err != nil {
			return errors.WithMessagef(err, "offset %d", v.at())
		}
	}
	if err := v.expect(json.Delim('}')); err != nil {
		return err
	}
	if _, err := v.dec.Token(); !errors.Is(err, io.EOF) {
		return errors.Errorf("offset %d: something follows the JSON object", v.at())
	}
	return nil
}

// add assigns an id to a new token.
func (v *vocabReader) add(token string, id int32) error {
	if other, ok := v.byID[id]; ok {
		return errors.Errorf("id %d is given to both %q and %q", id, other, token)
	}
	v.byID[id], v.ids[token] = token, id
	return nil
}

// addAgain is add for a token that may already have this id.
func (v *vocabReader) addAgain(token string, id int32) error {
	if known, ok := v.ids[token]; ok {
		if known != id {
			return errors.Errorf("token %q has id %d here and %d in the vocabulary", token, id, known)
		}
		return nil
	}
	return v.add(token, id)
}

// ordered returns the tokens by id.
func (v *vocabReader) ordered() ([]string, error) {
	tokens := make([]string, len(v.byID))
	for id := range tokens {
		token, ok := v.byID[int32(id)]
		if !ok {
			return nil, errors.Errorf("%d tokens need the ids 0 to %d, but no token has id %d", len(tokens), len(tokens)-1, id)
		}
		tokens[id] = token
	}
	return tokens, nil
}

// entry reads one member.
func (v *vocabReader) entry() (token string, id int32, err error) {
	key, err := v.dec.Token()
	if err != nil {
		return "", 0, errors.Wrapf(atEnd(err), "offset %d: want a token", v.at())
	}
	token, ok := key.(string)
	if !ok {
		return "", 0, errors.Errorf("offset %d: want a token, got %v", v.at(), key)
	}
	var value *int32 // to distinguish null from 0
	if err := v.dec.Decode(&value); err != nil {
		return "", 0, errors.Wrapf(atEnd(err), "offset %d: token %q wants an integer id", v.at(), token)
	}
	if value == nil {
		return "", 0, errors.Errorf("offset %d: token %q wants an integer id, got null", v.at(), token)
	}
	return token, *value, nil
}

// expect reads one delimiter.
func (v *vocabReader) expect(want json.Delim) error {
	got, err := v.dec.Token()
	if err != nil {
		return errors.Wrapf(atEnd(err), "offset %d: want %v", v.at(), want)
	}
	if got != want {
		return errors.Errorf("offset %d: want %v, got %v", v.at(), want, got)
	}
	return nil
}

// atEnd replaces the error of a file that ends too early.
func atEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the file ends here: it seems to be cut short")
	}
	return err
}
