// Package hubcli finds what names such as hf:org/name stand for, for all commands. It is separate from package cli so that
// cmd/train, which reads nothing from the hub, compiles without network code.
package hubcli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/finetune"
	"gorgpt/hub"
	"gorgpt/loaders/datasets"
	"gorgpt/pretrain"
	"gorgpt/train"
)

// Is reports whether a name stands for something on the hub.
func Is(name string) bool { return strings.HasPrefix(name, hub.Scheme) }

// Listener returns a listener for commands without a console: it shows downloads on stderr.
func Listener(stderr io.Writer) train.Listener {
	return cli.NewConsole(nil, io.Discard, stderr).Listener()
}

// client returns the client of the environment, which reports to a listener.
func client(to train.Listener) (*hub.Client, error) {
	c, err := hub.FromEnvironment()
	if err != nil {
		return nil, err
	}
	c.Report = func(e hub.Event) {
		switch e := e.(type) {
		case hub.Downloading:
			to.Send(pretrain.Reading{Work: "downloading", Unit: "files", Books: e.Files, Of: e.Of, Bytes: e.Done, Size: e.Size, End: e.End})
		case hub.Note:
			to.Progress("%s", e)
		}
	}
	return c, nil
}

// Model returns the folder of a model, and its name at a commit. A name that is not of the hub is the folder.
func Model(ctx context.Context, name string, to train.Listener) (dir, pinned string, err error) {
	if !Is(name) {
		return name, name, nil
	}
	found, err := fetch(ctx, name, hub.Model, to)
	return found.Dir, found.Ref.String(), err
}

// Folder is Model for a command that is still reading its command line.
func Folder(name string, stderr io.Writer) (string, error) {
	dir, _, err := Model(context.Background(), name, Listener(stderr))
	return dir, err
}

// fetch fetches what a name stands for.
func fetch(ctx context.Context, name string, choose hub.Chooser, to train.Listener) (hub.Found, error) {
	r, err := hub.Parse(name)
	if err != nil {
		return hub.Found{}, err
	}
	c, err := client(to)
	if err != nil {
		return hub.Found{}, err
	}
	return c.Fetch(ctx, r, choose)
}

// Options replaces names of the hub in options by those at a commit, and sets what they stand for. A file without a revision
// that a fine-tuned model is applied to has the commit that the model was trained on. Rank 0 chooses commits for all ranks.
func Options(ctx context.Context, o *finetune.Options, to train.Listener) error {
	names := func() []*string { return []*string{&o.Model, &o.Data, &o.Train, &o.Dev, &o.Test, &o.Eval, &o.Predict} }
	if !slices.ContainsFunc(names(), func(name *string) bool { return Is(*name) }) {
		return nil
	}
	o.Local = &finetune.Places{}
	data, err := o.Group.Once(func() ([]byte, error) {
		if err := resolve(ctx, o, to); err != nil {
			return nil, err
		}
		return json.Marshal(names())
	})
	if err != nil || o.Group.First() {
		return err
	}
	pinned := names()
	if err := json.Unmarshal(data, &pinned); err != nil {
		return errors.Wrap(err, "the names of the hub")
	}
	for i, name := range names() {
		*name = *pinned[i]
	}
	return resolve(ctx, o, to)
}

// resolve does the work of Options on one rank. Splits of a repository have the same commit, even if it changes meanwhile.
func resolve(ctx context.Context, o *finetune.Options, to train.Listener) error {
	set := func(field string, name *string, folder bool, choose hub.Chooser) error {
		found, err := fetch(ctx, *name, choose, to)
		if err != nil {
			return train.InOption(field, err)
		}
		*name = found.Ref.String()
		if (*o.Local)[*name] = found.Files; folder {
			(*o.Local)[*name] = []string{found.Dir}
		}
		return nil
	}
	if Is(o.Model) {
		if err := set("Model", &o.Model, true, hub.Model); err != nil {
			return err
		}
	}
	if Is(o.Data) {
		choose, err := dataset(o.Dataset, &o.Data)
		if err == nil {
			err = set("Data", &o.Data, true, choose)
		}
		if err != nil {
			return err
		}
	}
	commits := map[hub.Ref]string{}
	for _, f := range []struct {
		field string
		name  *string
		split datasets.Split
	}{
		{"Train", &o.Train, datasets.Training},
		{"Dev", &o.Dev, datasets.Validation},
		{"Test", &o.Test, datasets.Testing},
		{"Eval", &o.Eval, datasets.Testing},
		{"Predict", &o.Predict, datasets.Testing},
	} {
		if !Is(*f.name) {
			continue
		}
		r, err := hub.Parse(*f.name)
		if err != nil {
			return train.InOption(f.field, err)
		}
		r.Dataset = true
		if r.Revision == "" && o.Applies() {
			r.Revision = trainedOn(o.Folder(o.Model), r)
		}
		repository := hub.Ref{Dataset: true, ID: r.ID, Revision: r.Revision}
		if known, found := commits[repository]; found {
			r.Revision = known
		}
		*f.name = r.String()
		choose := rows(f.split)
		if o.AutoSplit {
			choose = withHint(choose, r, to)
		}
		if err := set(f.field, f.name, false, choose); err != nil {
			return err
		}
		if r, err = hub.Parse(*f.name); err != nil {
			return train.InOption(f.field, err)
		}
		commits[repository] = r.Revision
	}
	return nil
}

// withHint returns a chooser of training rows that says if the repository has rows for evaluation, too.
func withHint(choose hub.Chooser, r hub.Ref, to train.Listener) hub.Chooser {
	return func(l *hub.Listing) (hub.Choice, error) {
		choice, err := choose(l)
		if err != nil || choice.Name == l.Ref.Path { // the reference names files
			return choice, err
		}
		for _, f := range []struct {
			flag  string
			split datasets.Split
		}{{"-dev", datasets.Validation}, {"-test", datasets.Testing}} {
			if other, err := rows(f.split)(l); err == nil {
				to.Note("%s has %s rows, too (%s), which are not used: %s %s uses them", r, f.split, other.Name, f.flag, r)
			}
		}
		return choice, nil
	}
}

// trainedOn returns the commit of a repository whose rows a model was trained on; "" if there is none.
func trainedOn(model string, r hub.Ref) string {
	record, err := train.ReadRecord(model)
	if err != nil {
		return "" // a model that has no record, or a damaged one, which does not matter here
	}
	var s finetune.Options
	if json.Unmarshal(record.Settings, &s) != nil {
		return ""
	}
	for _, name := range []string{s.Train, s.Dev, s.Test, s.Data} {
		if of, err := hub.Parse(name); err == nil && Is(name) && of.ID == r.ID && of.Dataset {
			return of.Revision
		}
	}
	return ""
}

// dataset returns the chooser of a published dataset. If the name is the scheme alone, dataset replaces it by the name of the
// dataset's repository.
func dataset(set string, name *string) (hub.Chooser, error) {
	d, err := datasets.Find(set)
	if err != nil {
		return nil, train.InOption("Dataset", err)
	}
	if *name == hub.Scheme {
		if d.Repository() == "" {
			return nil, train.BadOption("{Data}: the hub has no repository with the files of %s: name a folder, or %sorg/name", d.Name, hub.Scheme)
		}
		*name += d.Repository()
	}
	r, err := hub.Parse(*name)
	if err != nil {
		return nil, train.InOption("Data", err)
	}
	r.Dataset = true
	*name = r.String()
	return func(l *hub.Listing) (hub.Choice, error) {
		root, names := d.Choose(paths(l), l.Ref.Path)
		if len(names) == 0 {
			return hub.Choice{}, &hub.Error{Reason: hub.ErrFile, Ref: l.Ref, Text: fmt.Sprintf("it has no training rows of %s: name another repository, or its folder as in %sorg/name/FOLDER", d.Name, hub.Scheme)}
		}
		return hub.Choice{Dir: root, Files: pick(l, names)}, nil
	}, nil
}

// rows returns the chooser of the files of rows of a split.
func rows(split datasets.Split) hub.Chooser {
	return func(l *hub.Listing) (hub.Choice, error) {
		names, pattern, err := datasets.ChooseRows(paths(l), l.Ref.Path, split)
		if err != nil {
			return hub.Choice{}, &hub.Error{Reason: hub.ErrFile, Ref: l.Ref, Cause: err, Text: err.Error() +
				fmt.Sprintf("; %sorg/name/PATH names files, and @refs/convert/parquet is the hub's conversion, if it has one", hub.Scheme)}
		}
		files := pick(l, names)
		return hub.Choice{Files: files, Name: pattern, Whole: len(files) == 1 && pattern == l.Ref.Path || hub.Complete(files)}, nil
	}
}

// paths returns the paths in a listing.
func paths(l *hub.Listing) (all []string) {
	for _, f := range l.Files {
		all = append(all, f.Path)
	}
	return all
}

// pick returns the files with the names, in their order.
func pick(l *hub.Listing, names []string) (files []hub.File) {
	for _, name := range names {
		files = append(files, l.Files[slices.IndexFunc(l.Files, func(f hub.File) bool { return f.Path == name })])
	}
	return files
}

// Fetch downloads what a name stands for, and returns the folder: a model, the rows of all splits, or the files of the
// published dataset that set names.
func Fetch(ctx context.Context, name, set string, to train.Listener) (dir string, err error) {
	choose := hub.Chooser(hub.Model)
	if set != "" {
		if choose, err = dataset(set, &name); err != nil {
			return "", err
		}
	}
	r, err := hub.Parse(name)
	if err != nil {
		return "", err
	}
	if r.Dataset && set == "" {
		choose = allRows
	}
	c, err := client(to)
	if err != nil {
		return "", err
	}
	found, err := c.Fetch(ctx, r, choose)
	return found.Dir, err
}

// allRows chooses the rows of all splits that there are.
func allRows(l *hub.Listing) (hub.Choice, error) {
	all := hub.Choice{Dir: l.Ref.Path}
	var first error
	for _, split := range []datasets.Split{datasets.Training, datasets.Validation, datasets.Testing} {
		choice, err := rows(split)(l)
		if err != nil {
			first = cmp.Or(first, err)
			continue
		}
		if choice.Name == l.Ref.Path { // the reference names files
			choice.Dir = path.Dir(choice.Name)
			return choice, nil
		}
		all.Files = append(all.Files, choice.Files...)
	}
	if len(all.Files) == 0 {
		return all, first
	}
	return all, nil
}
