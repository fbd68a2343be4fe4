package hub

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/pkg/errors"

	"gorgpt/internal/atomicfile"
)

// The cache is that of huggingface_hub. A repository has a folder with
//
//	refs/REVISION            the commit of a revision
//	blobs/HASH               contents, by the hash that the server lists; HASH.incomplete while they are downloaded
//	snapshots/COMMIT/PATH    relative links to blobs; files where links cannot be made
//	.no_exist/COMMIT/PATH    empty files for names that the commit is known to lack
//
// and .locks/FOLDER/HASH.lock beside these folders.

// place is the path of something in the repository's folder.
func (c *Client) place(r Ref, parts ...string) string {
	return filepath.Join(append([]string{c.Cache, r.folder()}, parts...)...)
}

// snapshot is the folder of a commit.
func (c *Client) snapshot(r Ref) string { return c.place(r, "snapshots", r.Revision) }

// ref is the path of the file that holds the commit of a revision.
func (c *Client) ref(r Ref) string {
	return c.place(r, "refs", filepath.FromSlash(r.revision()))
}

// pinnedBy returns the reference at the commit that its revision had when it was last looked up.
func (c *Client) pinnedBy(r Ref) (Ref, bool) {
	if !r.Pinned() {
		data, err := os.ReadFile(c.ref(r))
		if err != nil {
			return r, false
		}
		r.Revision = strings.TrimSpace(string(data))
	}
	info, err := os.Stat(c.snapshot(r))
	return r, r.Pinned() && err == nil && info.IsDir()
}

// commits lists what the cache has of a repository: the commit of the revision or, if that is not there, all others.
func (c *Client) commits(r Ref) (all []string) {
	if there, ok := c.pinnedBy(r); ok {
		return []string{there.String()}
	}
	entries, _ := os.ReadDir(c.place(r, "snapshots")) // one that cannot be read has nothing
	for _, e := range entries {
		if r.Revision = e.Name(); r.Pinned() {
			all = append(all, r.String())
		}
	}
	return all
}

// cached lists the files that the cache has of a revision.
func (c *Client) cached(r Ref) (*Listing, error) {
	pinned, ok := c.pinnedBy(r)
	if !ok {
		text := "HF_HUB_OFFLINE is set, and " + c.Cache + " does not have it: "
		if there := c.commits(r); len(there) > 0 {
			return nil, &Error{ErrOffline, r, text + "name one of " + strings.Join(there, ", ") + ", or unset it", nil}
		}
		return nil, &Error{ErrOffline, r, text + "unset it to download", nil}
	}
	l, dir := &Listing{Ref: pinned}, c.snapshot(pinned)
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() { // a link may have lost its blob
			l.Files = append(l.Files, File{Path: filepath.ToSlash(name), Size: info.Size()})
		}
		return nil
	})
	return l, errors.Wrap(err, "reading the cache of the hub")
}

// keepRef stores the commit of a revision.
func (c *Client) keepRef(r Ref, commit string) error {
	if r.Pinned() {
		return nil
	}
	path := c.ref(r)
	if data, err := os.ReadFile(path); err == nil && string(data) == commit {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return errors.Wrap(err, "making the cache of the hub")
	}
	return atomicfile.WriteFile(path, []byte(commit))
}

// absent is the path of the empty file that says that a commit lacks a file.
func (c *Client) absent(r Ref, name string) string {
	return c.place(r, ".no_exist", r.Revision, filepath.FromSlash(name))
}

// areAbsent reports whether the commit is known to lack all of these files.
func (c *Client) areAbsent(r Ref, names []string) bool {
	unknown := func(name string) bool { _, err := os.Stat(c.absent(r, name)); return err != nil }
	return !slices.ContainsFunc(names, unknown)
}

// keepAbsent stores that the commit lacks these files. If that fails, the server is asked again the next time.
func (c *Client) keepAbsent(r Ref, names []string) {
	for _, name := range names {
		path := c.absent(r, name)
		if os.MkdirAll(filepath.Dir(path), 0o777) == nil {
			_ = os.WriteFile(path, nil, 0o666)
		}
	}
}

// isWhole reports whether a path is that of a file with the size of f.
func isWhole(path string, f File) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() == f.Size
}

// locked waits for the lock of a file, which other processes take, too, and calls do.
func (c *Client) locked(ctx context.Context, r Ref, f File, do func() error) error {
	const look = 100 * time.Millisecond
	dir := filepath.Join(c.Cache, ".locks", r.folder())
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return errors.Wrap(err, "making the cache of the hub")
	}
	path := filepath.Join(dir, f.sum+".lock")
	for told := false; ; {
		l := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o666))
		mine, err := l.TryLock()
		if err != nil {
			return errors.Wrap(err, "locking a file of the hub's cache")
		}
		if mine {
			held, errHeld := l.Stat()
			there, errThere := os.Stat(path)
			if errHeld == nil && errThere == nil && os.SameFile(held, there) {
				err := do()
				_ = l.Close() // the end of the process would do it, too
				return err
			}
			_ = l.Close() // someone has removed the file meanwhile
			continue
		}
		_ = l.Close()
		if !told {
			c.note("%s: waiting for a download of %s that is under way", r, f.Path)
			told = true
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(look):
		}
	}
}

// symlink makes links; tests replace it with one that cannot.
var symlink = os.Symlink

// link gives a blob its name in a snapshot. fresh reports that this process has made the blob, so that it may be moved.
func link(blob, pointer string, fresh bool) error {
	dir := filepath.Dir(pointer)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	if err := os.Remove(pointer); err != nil && !errors.Is(err, os.ErrNotExist) { // a link to what is no longer there
		return err
	}
	target, err := filepath.Rel(dir, blob)
	if err != nil {
		return err
	}
	if symlink(target, pointer) == nil {
		return nil
	}
	if fresh {
		return os.Rename(blob, pointer)
	}
	return os.Link(blob, pointer)
}
