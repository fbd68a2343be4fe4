package hub

import (
	"context"
	"crypto/sha1" //nolint:gosec // the hash of git
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/pkg/errors"
	"golang.org/x/sync/errgroup"
)

// atOnce is the number of files that are downloaded at a time.
const atOnce = 4

// Get downloads files of a listing that the cache lacks and returns the folder of the snapshot, in which they have their
// paths. What an interrupted process has downloaded of a file is kept and continued.
func (c *Client) Get(ctx context.Context, l *Listing, files []File) (dir string, err error) {
	dir = c.snapshot(l.Ref)
	var missing []File
	p := &progress{c: c}
	var need int64
	for _, f := range files {
		if path := filepath.Join(dir, filepath.FromSlash(f.Path)); !isWhole(path, f) {
			missing = append(missing, f)
			p.now.Size += f.Size
			need += f.Size - c.begun(l.Ref, f)
		}
	}
	if len(missing) == 0 {
		return dir, nil
	}
	if c.Offline {
		return "", &Error{ErrOffline, l.Ref, "HF_HUB_OFFLINE is set, and the cache lacks " + missing[0].Path, nil}
	}
	if err := os.MkdirAll(c.place(l.Ref, "blobs"), 0o777); err != nil {
		return "", errors.Wrap(err, "making the cache of the hub")
	}
	if free, known := space(c.Cache); known && need > free {
		return "", c.full(l.Ref, need, free, nil)
	}
	p.now.Of = len(missing)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, f := range missing {
		group.Go(func() error {
			err := c.locked(ctx, l.Ref, f, func() error { return c.getFile(ctx, l.Ref, f, p) })
			if err == nil {
				p.add(0, 1)
			}
			return err
		})
	}
	err = group.Wait()
	p.end()
	return dir, err
}

// space is freeSpace; tests replace it.
var space = freeSpace

// full is the error if the disk has too little space.
func (c *Client) full(r Ref, need, free int64, cause error) error {
	return &Error{ErrDisk, r, fmt.Sprintf("%.1f MB are to be downloaded to %s, which has %.1f MB free: make room, or set HF_HOME to a folder on another disk",
		float64(need)/1e6, c.Cache, float64(free)/1e6), cause}
}

func (c *Client) blob(r Ref, f File) string { return c.place(r, "blobs", f.sum) }

// unfinished ends the name of a blob that is not complete.
const unfinished = ".incomplete"

// begun is the number of bytes that are already on the disk.
func (c *Client) begun(r Ref, f File) int64 {
	for _, path := range []string{c.blob(r, f), c.blob(r, f) + unfinished} {
		if info, err := os.Stat(path); err == nil && info.Size() <= f.Size {
			return info.Size()
		}
	}
	return 0
}

// getFile makes a file of a snapshot, under its lock.
func (c *Client) getFile(ctx context.Context, r Ref, f File, p *progress) error {
	pointer, blob := filepath.Join(c.snapshot(r), filepath.FromSlash(f.Path)), c.blob(r, f)
	fresh := false
	if isWhole(pointer, f) || isWhole(blob, f) { // another process has been faster, or another revision has the same file
		p.add(f.Size, 0)
	} else {
		fresh = true
		if err := c.download(ctx, r, f, blob, p); err != nil {
			return err
		}
	}
	if isWhole(pointer, f) {
		return nil
	}
	return errors.Wrap(link(blob, pointer, fresh), "writing the cache of the hub")
}

// download fills a blob. If the bytes are not those that the server lists, it tries once more.
func (c *Client) download(ctx context.Context, r Ref, f File, blob string, p *progress) error {
	part := blob + unfinished
	for last := false; ; last = true {
		right, err := c.fill(ctx, r, f, part, p)
		if err != nil {
			return err
		}
		if right {
			return errors.Wrap(os.Rename(part, blob), "writing the cache of the hub")
		}
		if err := os.Remove(part); err != nil {
			return errors.Wrap(err, "removing a damaged download")
		}
		p.add(-f.Size, 0)
		if last {
			return &Error{ErrDamaged, r, f.Path + " came twice with other bytes than the server lists, and was removed: is a proxy between? Try again later", nil}
		}
		c.note("%s: %s came with other bytes than the server lists: removed; trying again", r, f.Path)
	}
}

// fill downloads what is missing of a file. right reports whether the hash of all of it is the one that the server lists.
func (c *Client) fill(ctx context.Context, r Ref, f File, path string, p *progress) (right bool, err error) {
	out, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return false, errors.Wrap(err, "writing the cache of the hub")
	}
	d := &download{out: out, f: f, p: p, hash: newHash(f)}
	defer func() {
		if closed := out.Close(); err == nil {
			err = errors.Wrap(closed, "writing the cache of the hub")
		}
	}()
	if d.at, err = io.Copy(d.hash, io.LimitReader(out, f.Size+1)); err != nil {
		return false, errors.Wrap(err, "reading an unfinished download")
	}
	p.add(d.at, 0)
	if d.at > f.Size {
		if err := d.restart(); err != nil {
			return false, err
		}
	}
	address := c.Endpoint + "/" + r.repo() + "/resolve/" + r.Revision + "/" + (&url.URL{Path: f.Path}).EscapedPath()
	err = c.retry(ctx, r, func() (bool, error) {
		before := d.at
		err := c.more(ctx, r, d, address)
		return d.at > before, err
	})
	if errors.Is(d.failed, syscall.ENOSPC) {
		free, _ := space(c.Cache)
		return false, c.full(r, f.Size-d.at, free, d.failed)
	}
	if err != nil {
		return false, err
	}
	if err := out.Sync(); err != nil {
		return false, errors.Wrap(err, "writing the cache of the hub")
	}
	return hex.EncodeToString(d.hash.Sum(nil)) == f.sum, nil
}

// download is a file on its way.
type download struct {
	out    *os.File
	f      File
	p      *progress
	hash   hash.Hash
	at     int64 // bytes that are there
	all    bool  // the server does not answer for parts: ask for all of it
	failed error // of writing
}

// newHash returns the hash that the server lists for a file: SHA-256 or, for small files, that of a git blob.
func newHash(f File) hash.Hash {
	if len(f.sum) == hex.EncodedLen(sha256.Size) {
		return sha256.New()
	}
	h := sha1.New() //nolint:gosec // the hash of git
	fmt.Fprintf(h, "blob %d\x00", f.Size)
	return h
}

// Write implements [io.Writer].
func (d *download) Write(b []byte) (int, error) {
	n, err := d.out.Write(b)
	d.hash.Write(b[:n]) // never fails
	d.at += int64(n)
	d.p.add(int64(n), 0)
	d.failed = err
	return n, err
}

// restart begins the file again.
func (d *download) restart() error {
	d.p.add(-d.at, 0)
	d.at, d.hash = 0, newHash(d.f)
	_, err := d.out.Seek(0, io.SeekStart)
	if err == nil {
		err = d.out.Truncate(0)
	}
	return errors.Wrap(err, "writing the cache of the hub")
}

// more makes one request for what is missing.
func (c *Client) more(ctx context.Context, r Ref, d *download, address string) error {
	if d.at == d.f.Size {
		return nil
	}
	ranged := ""
	if d.at > 0 && !d.all {
		ranged = fmt.Sprintf("bytes=%d-", d.at)
	}
	resp, err := c.get(ctx, r, address, ranged)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	if resp.StatusCode != http.StatusOK && resp.Header.Get("Content-Range") != fmt.Sprintf("bytes %d-%d/%d", d.at, d.f.Size-1, d.f.Size) {
		d.all = true
		if err := d.restart(); err != nil {
			return err
		}
		return &again{cause: errors.Errorf("the server does not continue %s where it was interrupted", d.f.Path)}
	}
	if resp.StatusCode == http.StatusOK && d.at > 0 { // all of it, though a part was asked for
		if err := d.restart(); err != nil {
			return err
		}
	}
	_, err = io.Copy(d, io.LimitReader(resp.Body, d.f.Size-d.at))
	switch {
	case d.failed != nil:
		return errors.Wrap(d.failed, "writing the cache of the hub")
	case err != nil:
		return &again{cause: err}
	case d.at < d.f.Size:
		return &again{cause: errors.Errorf("%s ended after %d of %d bytes", d.f.Path, d.at, d.f.Size)}
	}
	return nil
}

// progress adds up what is done and reports it.
type progress struct {
	c    *Client
	mu   sync.Mutex
	now  Downloading
	last time.Time
}

// add counts bytes and files.
func (p *progress) add(bytes int64, files int) {
	const pause = 100 * time.Millisecond
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now.Done += bytes
	p.now.Files += files
	if now := time.Now(); now.Sub(p.last) >= pause {
		p.last = now
		p.c.send(p.now)
	}
}

// end reports that nothing more follows.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now.End = true
	p.c.send(p.now)
}
