package shards

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"regexp"

	"github.com/pkg/errors"

	"gorgpt/internal/atomicfile"
	"gorgpt/internal/regular"
)

// indexFile is the file that marks a folder as one of this package.
const indexFile = "tokens.json"

const (
	format = "gorgpt-tokens"

	// version counts changes to the format and to the processing of text: it increases when the
	// same books give different tokens.
	version = 1

	// defaultShardTokens gives files of 64 MiB if ids have two bytes.
	defaultShardTokens = 1 << 25
)

// damaged begins errors about an unusable index.
const damaged = "the index is damaged (remove the folder to prepare it again)"

// index is tokens.json.
type index struct {
	Format      string  `json:"format"`
	Version     int     `json:"version"`
	Complete    bool    `json:"complete"`
	Source      string  `json:"source"`       // Fingerprint of books and settings
	Tokenizer   string  `json:"tokenizer"`    // identity of the tokenizer
	VocabSize   int     `json:"vocab_size"`   // all ids are below
	TokenBytes  int     `json:"token_bytes"`  // 2 or 4
	ShardTokens int     `json:"shard_tokens"` // of every file except the last
	Shards      []shard `json:"shards"`
	Books       []book  `json:"books"`
}

// shard is one file of tokens.
type shard struct {
	Tokens int      `json:"tokens"`
	Sum    checksum `json:"crc32c"`
}

// book is the position of a book among the tokens of all files.
type book struct {
	Name   string   `json:"name"`
	Split  split    `json:"split"`
	Offset int      `json:"offset"`
	Tokens int      `json:"tokens"`
	Sum    checksum `json:"crc32c"`
	Bytes  int64    `json:"bytes,omitempty"` // of the text in UTF-8; 0 in folders of earlier versions

	// Unknown lists the most frequent characters that are not in the vocabulary.
	Unknown map[string]int `json:"unknown,omitempty"`
}

// split says what a book is used for.
type split string

const (
	training   split = "train"
	validation split = "validation"
)

// checksum is a CRC-32 with Castagnoli's polynomial.
type checksum uint32

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (c checksum) with(data []byte) checksum {
	return checksum(crc32.Update(uint32(c), castagnoli, data))
}

// shardName is the name of a file of tokens.
func shardName(i int) string { return fmt.Sprintf("tokens-%05d.bin", i) }

// shardPattern matches the names of files of tokens.
var shardPattern = regexp.MustCompile(`^tokens-\d{5,}\.bin$`)

// tokenBytes is the size of a token that can hold all ids below v.
func tokenBytes(v int) int {
	if v <= 1<<16 {
		return 2
	}
	return 4
}

// put appends the ids in the format of the files.
func put(dst []byte, ids []int32, size int) []byte {
	for _, id := range ids {
		if size == 2 {
			dst = binary.LittleEndian.AppendUint16(dst, uint16(id))
		} else {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(id))
		}
	}
	return dst
}

// get is the inverse of put. data has as many tokens as ids.
func get(ids []int32, data []byte, size int) {
	if size == 2 {
		for i := range ids {
			ids[i] = int32(binary.LittleEndian.Uint16(data[2*i:]))
		}
		return
	}
	for i := range ids {
		ids[i] = int32(binary.LittleEndian.Uint32(data[4*i:]))
	}
}

// write replaces the index of a folder.
func (x *index) write(dir string) error {
	data, err := json.MarshalIndent(x, "", " ")
	if err != nil {
		return errors.Wrap(err, indexFile)
	}
	return atomicfile.WriteFile(filepath.Join(dir, indexFile), append(data, '\n'))
}

// readIndex reads the index of a folder. The error is [fs.ErrNotExist] if there is none.
func readIndex(dir string) (*index, error) {
	path := filepath.Join(dir, indexFile)
	data, err := regular.ReadFile(path, "index of tokens", 1<<30)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Wrapf(err, "%s holds no tokens", dir)
	}
	if err != nil {
		return nil, errors.Wrap(err, "reading tokens")
	}
	x, err := parseIndex(data)
	return x, errors.Wrap(err, path)
}

// parseIndex reads and checks an index.
func parseIndex(data []byte) (*index, error) {
	var kind struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(data, &kind); err != nil {
		return nil, errors.Wrap(err, damaged)
	}
	if kind.Format != format {
		return nil, errors.Errorf("format is %q: it must be %q", kind.Format, format)
	}
	if kind.Version != version {
		return nil, errors.Errorf("version is %d, but this program reads version %d: prepare the books again, in another folder", kind.Version, version)
	}
	x := &index{}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(x); err != nil {
		return nil, errors.Wrap(err, damaged)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New(damaged + ": it is followed by other data")
	}
	return x, errors.WithMessage(x.check(), damaged)
}

// check checks that the numbers are consistent.
func (x *index) check() error {
	switch {
	case x.VocabSize < 1 || x.VocabSize > math.MaxInt32:
		return errors.Errorf("vocab_size is %d", x.VocabSize)
	case x.TokenBytes != tokenBytes(x.VocabSize):
		return errors.Errorf("token_bytes is %d, but a vocabulary of %d needs %d", x.TokenBytes, x.VocabSize, tokenBytes(x.VocabSize))
	case x.ShardTokens < 1 || x.ShardTokens > math.MaxInt32:
		return errors.Errorf("shard_tokens is %d", x.ShardTokens)
	}
	for i, s := range x.Shards {
		if last := x.Complete && i == len(x.Shards)-1; s.Tokens != x.ShardTokens && (!last || s.Tokens < 1 || s.Tokens > x.ShardTokens) {
			return errors.Errorf("file %s has %d tokens, but files have %d", shardName(i), s.Tokens, x.ShardTokens)
		}
	}
	room, at := x.stored(), 0
	for i, b := range x.Books {
		if b.Split != training && b.Split != validation {
			return errors.Errorf("book %d (%s): split is %q: it must be %s or %s", i, b.Name, b.Split, training, validation)
		}
		if b.Offset != at || b.Tokens < 0 || b.Tokens > room-at {
			return errors.Errorf("book %d (%s): offset %d and %d tokens do not fit %d tokens before it and %d in all files", i, b.Name, b.Offset, b.Tokens, at, room)
		}
		if b.Bytes < 0 {
			return errors.Errorf("book %d (%s): bytes is %d", i, b.Name, b.Bytes)
		}
		at += b.Tokens
	}
	if x.Complete && at != room {
		return errors.Errorf("the books have %d tokens, but the files have %d", at, room)
	}
	return nil
}

// stored is the number of tokens in all files.
func (x *index) stored() int {
	n := 0
	for _, s := range x.Shards {
		n += s.Tokens
	}
	return n
}

// Progress is the progress of [Write].
type Progress struct {
	Books  int   // done
	Bytes  int64 // of their sources
	Tokens int   // of all books so far
}
