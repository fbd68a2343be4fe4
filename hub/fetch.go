package hub

import (
	"context"
	"path/filepath"
)

// Choice is what is needed of a repository. It is safe for concurrent use.
type Choice struct {
	Dir   string // the folder that is wanted, in the repository; "": all of it
	Files []File
	Name  string // names the files in the repository: a path or a pattern; "": the folder does

	// Whole reports that no more files are needed, except for those of Absent, even if the listing is only that of the cache.
	Whole bool

	// Absent are paths that the listing lacks. Files of these names would be needed, too.
	Absent []string
}

// Chooser returns what is needed of a repository. It must be safe for concurrent use if clients share it.
type Chooser func(*Listing) (Choice, error)

// Found is what [Client.Fetch] has found. It is safe for concurrent use.
type Found struct {
	Ref   Ref      // at the commit
	Dir   string   // the folder on this machine
	Files []string // the files on this machine, in the order of the choice
}

// Fetch downloads the model in a repository of the public hub, or of the server that the environment names, and returns its
// folder: see [FromEnvironment] and [Parse].
func Fetch(ctx context.Context, ref string) (dir string, err error) {
	r, err := Parse(ref)
	if err != nil {
		return "", err
	}
	c, err := FromEnvironment()
	if err != nil {
		return "", err
	}
	found, err := c.Fetch(ctx, r, Model)
	return found.Dir, err
}

// Fetch downloads what is needed of a repository, unless the cache has it. There is no request if the reference names a
// commit and the cache certainly has all that is needed.
func (c *Client) Fetch(ctx context.Context, r Ref, choose Chooser) (Found, error) {
	if r.Pinned() {
		if l, err := c.cached(r); err == nil {
			if choice, err := choose(l); err == nil && choice.Whole && c.areAbsent(l.Ref, choice.Absent) {
				return c.found(l, choice), nil
			}
		}
	}
	l, err := c.List(ctx, r)
	if err != nil {
		return Found{}, err
	}
	choice, err := choose(l)
	if err != nil {
		return Found{}, err
	}
	if c.Offline {
		c.note("%s: using the cache, without asking whether there is more or newer", l.Ref)
	}
	if _, err := c.Get(ctx, l, choice.Files); err != nil {
		return Found{}, err
	}
	if !c.Offline {
		c.keepAbsent(l.Ref, choice.Absent)
	}
	return c.found(l, choice), nil
}

// found returns the files of a choice on this machine.
func (c *Client) found(l *Listing, choice Choice) Found {
	root := c.snapshot(l.Ref)
	f := Found{Ref: l.Ref, Dir: filepath.Join(root, filepath.FromSlash(choice.Dir))}
	if f.Ref.Path = choice.Name; choice.Name == "" {
		f.Ref.Path = choice.Dir
	}
	for _, file := range choice.Files {
		f.Files = append(f.Files, filepath.Join(root, filepath.FromSlash(file.Path)))
	}
	return f
}
