package shards

import (
	"context"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/pkg/errors"
)

// A message sends a piece from the rank that tokenized it to the first rank. It holds its kind, its bytes
// of the source and of the text, the characters that are not in the vocabulary, and the tokens.
const (
	isPart    = iota // more pieces of the book follow
	isLast           // the last piece of a book
	isStopped        // the rank was asked to stop
)

const (
	messageHead = 1 + 8 + 8 + 4
	charBytes   = 4 + 8 // a character and its count
)

// message encodes the piece as a message.
func (p encodedPiece) message() []byte {
	data := make([]byte, 1, messageHead+len(p.raw))
	data[0] = isPart
	if p.end {
		data[0] = isLast
	}
	data = binary.LittleEndian.AppendUint64(data, uint64(p.bytes))
	data = binary.LittleEndian.AppendUint64(data, uint64(p.text))
	data = binary.LittleEndian.AppendUint32(data, uint32(len(p.chars)))
	for _, r := range slices.Sorted(maps.Keys(p.chars)) {
		data = binary.LittleEndian.AppendUint32(data, uint32(r))
		data = binary.LittleEndian.AppendUint64(data, uint64(p.chars[r]))
	}
	return append(data, p.raw...)
}

// parse decodes a message.
func parse(data []byte) (p encodedPiece, ok bool) {
	if len(data) < messageHead {
		return p, false
	}
	p.end, p.bytes = data[0] == isLast, int64(binary.LittleEndian.Uint64(data[1:]))
	p.text = int64(binary.LittleEndian.Uint64(data[9:]))
	n := int(binary.LittleEndian.Uint32(data[messageHead-4:]))
	if data = data[messageHead:]; len(data)/charBytes < n {
		return p, false
	}
	for range n {
		if p.chars == nil {
			p.chars = map[rune]int{}
		}
		p.chars[rune(binary.LittleEndian.Uint32(data))] = int(binary.LittleEndian.Uint64(data[4:]))
		data = data[charBytes:]
	}
	p.raw = data
	return p, true
}

// send tokenizes the books of this rank and sends them to the first rank, piece by piece. If this rank
// is asked to stop, it tells the first rank.
func (c *Corpus) send(ctx context.Context, todo []entry) error {
	for part, err := range c.encoded(ctx, todo) {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = c.Group.Send(part.message(), 0)
		}
		switch {
		case err == nil:
			continue
		case errors.Is(err, context.Canceled):
			if sendErr := c.Group.Send([]byte{isStopped}, 0); sendErr != nil {
				return sendErr
			}
		}
		return err
	}
	return nil
}

// receive adds a book that another rank tokenized.
func (w *writer) receive(ctx context.Context, rank int, of *entry) error {
	for {
		data, err := w.corpus.Group.Receive(rank)
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case len(data) == 1 && data[0] == isStopped:
			return context.Canceled
		}
		part, ok := parse(data)
		if !ok {
			return errors.Errorf("rank %d has sent %d bytes that are not tokens of %s", rank, len(data), of.Name)
		}
		if err := w.add(part, of); err != nil || part.end {
			return err
		}
	}
}
