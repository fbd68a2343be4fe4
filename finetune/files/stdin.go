package files

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

const (
	// Stdin is the file name that stands for standard input.
	Stdin = "-"

	stdinName = "standard input" // its name in reports
	mostStdin = 1 << 30          // limit on its size in bytes
)

// readStdin reads rows from in as [reader.readMore] does. They are JSON if the first character
// starts an object or an array, and otherwise a table with tabs. The first rank reads them for all
// ranks.
func (s reader) readStdin(ctx context.Context, in io.Reader, spec finetune.Spec) (rows []loaders.Row, accounts []ledger.Account, err error) {
	data, err := s.Group.Once(func() ([]byte, error) { return readAll(ctx, in) })
	if err != nil {
		return nil, nil, errors.WithMessage(err, "reading "+stdinName)
	}
	dir, err := os.MkdirTemp("", "gorgpt-rows-") // for this user alone
	if err != nil {
		return nil, nil, errors.Wrap(err, "keeping "+stdinName)
	}
	defer func() {
		if removed := os.RemoveAll(dir); err == nil {
			err = errors.Wrap(removed, "removing the copy of "+stdinName)
		}
	}()
	path := filepath.Join(dir, "rows"+ending(data))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return nil, nil, errors.Wrap(err, "keeping "+stdinName)
	}
	if rows, accounts, err = s.readMore(path, spec); err != nil {
		return nil, nil, errors.New(strings.ReplaceAll(err.Error(), path, stdinName))
	}
	rename(rows, accounts)
	return rows, accounts, nil
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
	return ".tsv"
}

// rename replaces the path of a temporary file by the name of standard input.
func rename(rows []loaders.Row, accounts []ledger.Account) {
	for i := range rows {
		rows[i].Path = stdinName
	}
	for i := range accounts {
		accounts[i].Path = stdinName
		for k := range accounts[i].LeftOut {
			l := &accounts[i].LeftOut[k]
			l.Row.Path = stdinName
			if broken := (ledger.RowError{}); errors.As(l.Err, &broken) {
				broken.Path = stdinName
				l.Err = broken
			}
		}
	}
}
