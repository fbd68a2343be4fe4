package finetune

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"math"

	"github.com/pkg/errors"

	"gorgpt/loaders"
)

// Digest identifies a model by its shape, weights and vocabulary. Weights in another type than float32
// count as the values that they stand for.
func (b *Base) Digest() (string, error) {
	config, err := b.Model.JSON()
	if err != nil {
		return "", err
	}
	vocab, err := b.Tok.VocabJSON()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, part := range [][]byte{config, vocab, b.Tok.MergesTXT()} {
		h.Write(part)
	}
	var bytes []byte
	add := func(values []float32) {
		bytes = bytes[:0]
		for _, x := range values {
			bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(x))
		}
		h.Write(bytes)
	}
	for _, p := range b.Model.Store.Params() {
		h.Write([]byte(p.Name))
		add(p.Value)
		if c := p.Compact(); c != nil {
			row := make([]float32, p.Shape[1])
			for i := range p.Shape[0] {
				c.Row(i, row)
				add(row)
			}
		}
	}
	return shortDigest(h), nil
}

// Digest identifies labelled data by their rows, regardless of the files they come from.
func (d *Data) Digest() (string, error) {
	h := sha256.New()
	lines := json.NewEncoder(h)
	for i, rows := range [][]loaders.Row{d.Train, d.Dev, d.Test} {
		for _, row := range rows {
			if err := lines.Encode([]any{i, row.Texts, row.Answers, row.Label}); err != nil {
				return "", errors.Wrap(err, row.Place())
			}
		}
	}
	return shortDigest(h), nil
}

// shortDigest returns the first 8 bytes in hexadecimal: short enough to read, long enough to be unique.
func shortDigest(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:8]) }
