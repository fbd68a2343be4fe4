package tables

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/pkg/errors"

	"gorgpt/internal/regular"
)

// Kind is the format of a file of rows.
type Kind string

// The kinds of files. [ByName] stands for the kind that the extension of the file's name shows.
const (
	ByName  Kind = ""
	Own     Kind = "own"     // as ByName, but the layout of a text table is recognised
	JSONL   Kind = "jsonl"   // JSON objects, one per line or in an array
	TSV     Kind = "tsv"     // columns separated by tabs; quotes have no meaning
	CSV     Kind = "csv"     // columns separated by commas; quotes as in RFC 4180
	Parquet Kind = "parquet" // Apache Parquet
	RACE    Kind = "race"    // a JSON object with a passage and its questions: [raceColumns]
	MCTest  Kind = "mctest"  // a story and its questions per line, answers in another file: [mctestColumns]
	Aligned Kind = "aligned" // s1.X, s2.X and labels.X, whose lines correspond: [alignedColumns]
)

// packings are the extensions of compressed files.
var packings = []string{".gz", ".zst"}

// unpackedName is the name of a file without the extension of its compression, in lower case.
func unpackedName(path string) string {
	name := strings.ToLower(filepath.Base(path))
	for _, ending := range packings {
		name = strings.TrimSuffix(name, ending)
	}
	return name
}

// kindOf returns the kind of a file of a common format.
func kindOf(t *textFile) (Kind, error) {
	switch filepath.Ext(unpackedName(t.path)) {
	case ".jsonl", ".json", ".ndjson":
		return JSONL, nil
	case ".csv":
		return CSV, nil
	case ".parquet":
		return Parquet, nil
	}
	// SciTail has JSON lines in .txt and .tsv files.
	first, err := t.firstLine()
	if err == nil && bytes.HasPrefix(first, []byte("{")) && json.Valid(first) {
		return JSONL, nil
	}
	return TSV, err
}

// maxWindow is the maximum window of a Zstandard file, the default of the zstd program.
const maxWindow = 128 << 20

// open opens a regular file for reading, decompressed if its name says so.
func open(path string) (io.ReadCloser, error) {
	f, size, err := regular.Open(path, "labelled rows")
	if err != nil {
		return nil, err
	}
	packing := ""
	switch strings.ToLower(filepath.Ext(path)) {
	case ".gz":
		var r *gzip.Reader
		if r, err = gzip.NewReader(f); err == nil {
			return unpacked{regular.Unpacked(r, size, "gzip"), f.Close}, nil
		}
		packing = "gzip"
	case ".zst":
		var r *zstd.Decoder
		r, err = zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err == nil {
			return unpacked{regular.Unpacked(r, size, "Zstandard"), func() error { r.Close(); return f.Close() }}, nil
		}
		packing = "Zstandard"
	default:
		return f, nil
	}
	return nil, errors.Wrapf(firstOf(err, f.Close()), "reading rows: %s: unpacking %s", path, packing)
}

// unpacked is a compressed file with its decompressor.
type unpacked struct {
	io.Reader
	close func() error
}

// Close closes the file itself.
func (u unpacked) Close() error { return u.close() }

// firstOf is the first error that is not nil.
func firstOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}
