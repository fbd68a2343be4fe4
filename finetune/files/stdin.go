package files

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/dist"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

const (
	stdinName = "standard input" // its name in reports
	mostStdin = 1 << 30          // limit on its size in bytes
)

// keepStdin calls read with the path of a copy of in, which it removes afterwards. The rows are JSON if
// the first character starts an object or an array, and otherwise a table. The first rank reads them for
// all ranks.
func keepStdin(ctx context.Context, g *dist.Group, in io.Reader, read func(path string) error) (err error) {
	data, err := g.Once(func() ([]byte, error) { return readAll(ctx, in) })
	if err != nil {
		return errors.WithMessage(err, "reading "+stdinName)
	}
	dir, err := os.MkdirTemp("", "gorgpt-rows-") // for this user alone
	if err != nil {
		return errors.Wrap(err, "keeping "+stdinName)
	}
	defer func() {
		if removed := os.RemoveAll(dir); err == nil {
			err = errors.Wrap(removed, "removing the copy of "+stdinName)
		}
	}()
	path := filepath.Join(dir, "rows"+ending(data))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return errors.Wrap(err, "keeping "+stdinName)
	}
	return read(path)
}

// readAll reads to the end of in. When ctx is done, it returns without waiting for the read.
func readAll(ctx context.Context, in io.Reader) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := io.ReadAll(io.LimitReader(in, mostStdin+1))
		done <- result{data, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-done:
		if len(r.data) > mostStdin {
			return nil, errors.Errorf("the input has more than %d bytes: use a file", mostStdin)
		}
		return r.data, r.err
	}
}

// ending returns the file name extension for the content.
func ending(data []byte) string {
	text := bytes.TrimLeft(data, "\xef\xbb\xbf\xff\xfe\x00 \t\r\n") // a byte order mark of UTF-8 or UTF-16, and space
	if len(text) > 0 && (text[0] == '{' || text[0] == '[') {
		return ".jsonl"
	}
	return ".txt"
}

// renamed replaces the path of a file in an error.
func renamed(err error, path, name string) error {
	if err == nil || path == name {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), path, name))
}

// rename replaces the path of a file in rows and their account.
func rename(rows []loaders.Row, a *ledger.Account, name string) {
	for i := range rows {
		rows[i].Path = name
	}
	a.Path = name
	for k := range a.LeftOut {
		l := &a.LeftOut[k]
		l.Row.Path = name
		if broken := (ledger.RowError{}); errors.As(l.Err, &broken) {
			broken.Path = name
			l.Err = broken
		}
	}
}
