package checkpoint

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/pkg/errors"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/internal/atomicfile"
	"gorgpt/tokenizer"
)

// TaskFile is the file of a model folder that describes the task of a fine-tuned model.
const TaskFile = "task.json"

// staged is the subfolder in which the files of a model are first written.
const staged = ".gorgpt-new"

// inOrder lists the files of a model folder in the order in which they are moved there. They are
// removed in reverse order. So config.json goes first and comes last, no reader opens the folder in
// between, and files of two models are never mixed. Shards come before all of them.
var inOrder = []string{
	WeightsFile, indexFile, generationConfig, specialTokens, "merges.txt", tokenizerConfig, "vocab.json", "tokenizer.json", TaskFile, ConfigFile,
}

// Files that only other programs read.
const (
	generationConfig = "generation_config.json"
	specialTokens    = "special_tokens_map.json"
)

// FolderFiles are the names of the files that [WriteFolder] writes, except for shards.
func FolderFiles() []string { return slices.Clone(inOrder) }

// WriteFolder writes a model and its tokenizer into an existing folder. A model in it is replaced as a
// whole: whenever the process is killed, the folder opens as the old model, as the new one, or not at
// all. Other files stay. No other process may write there at the same time.
func WriteFolder(dir string, m *gpt1.Model, tok *tokenizer.Tokenizer, f Form) error {
	files, err := tok.Files()
	if err != nil {
		return err
	}
	config, tensors, err := f.files(m)
	if err != nil {
		return err
	}
	files[ConfigFile] = config
	if f.Task != nil {
		files[TaskFile] = f.Task
	}
	maps.Copy(files, f.Files)
	weights, index, err := shards(tensors, f.Shard)
	if err != nil {
		return err
	}
	if index != nil {
		files[indexFile] = index
	}
	for name := range files {
		if !slices.Contains(inOrder, name) {
			return errors.Errorf("writing a model folder: %s has no place in the order", name) // a bug
		}
	}
	if err := replaceable(dir); err != nil {
		return err
	}
	if err := sweepStaged(dir); err != nil {
		return err
	}
	from := filepath.Join(dir, staged)
	err = atomicfile.WriteFolder(from, nil, func(w *atomicfile.Folder) error {
		for name, data := range files {
			write := func(out io.Writer) error { _, err := out.Write(data); return err }
			if err := w.File(name, write); err != nil {
				return err
			}
		}
		for name, part := range weights {
			if err := w.File(name, func(out io.Writer) error { return safetensors.Write(out, part, torchFormat) }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return errors.WithMessagef(exchange(dir, from, func() error { return nil }), "putting the model into %s", dir)
}

// sweepStaged removes unfinished files of an earlier process that was killed. It removes only files
// with names that this package writes.
func sweepStaged(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return errors.Wrap(err, "removing unfinished files")
	}
	for _, e := range entries {
		if !e.IsDir() || e.Name() != staged && !strings.HasPrefix(e.Name(), "."+staged+".") {
			continue
		}
		path := filepath.Join(dir, e.Name())
		names, err := namesIn(path)
		if err != nil {
			return err
		}
		for _, name := range append(names, atomicfile.SumsFile, "") { // the folder itself last
			err := os.Remove(filepath.Join(path, name))
			if err != nil && name != "" && !errors.Is(err, os.ErrNotExist) {
				return errors.Wrap(err, "removing unfinished files")
			}
		}
	}
	return nil
}

// namesIn lists the files that [WriteFolder] may have written to a folder, in order, with those that are
// missing.
func namesIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, errors.Wrap(err, "looking for files of a model")
	}
	var names []string
	for _, e := range entries {
		if shardPattern.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return append(names, inOrder...), nil
}

// replaceable returns an error if a file to be written has the name of a folder.
func replaceable(dir string) error {
	names, err := namesIn(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		if info, err := os.Lstat(path); err == nil && info.IsDir() {
			return errors.Errorf("%s is a folder: it must be a file, or not exist", path)
		}
	}
	return nil
}

// exchange removes the model from dir and moves the files of from there. Files that only other programs
// read are replaced, but not removed. step is called before each change.
func exchange(dir, from string, step func() error) error {
	old, err := namesIn(dir)
	if err != nil {
		return err
	}
	next, err := namesIn(from)
	if err != nil {
		return err
	}
	do := func(change func() error) error {
		if err := step(); err != nil {
			return err
		}
		if err := change(); !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	for _, name := range slices.Backward(old) {
		if name == generationConfig || name == specialTokens {
			continue
		}
		if err := do(func() error { return os.Remove(filepath.Join(dir, name)) }); err != nil {
			return err
		}
		if name == ConfigFile {
			if err := flush(dir); err != nil {
				return err
			}
		}
	}
	for _, name := range next {
		if name == ConfigFile { // the other names must be on the disk first
			if err := flush(dir); err != nil {
				return err
			}
		}
		if err := do(func() error { return os.Rename(filepath.Join(from, name), filepath.Join(dir, name)) }); err != nil {
			return err
		}
	}
	if err := do(func() error { return os.Remove(filepath.Join(from, atomicfile.SumsFile)) }); err != nil {
		return err
	}
	if err := do(func() error { return os.Remove(from) }); err != nil {
		return err
	}
	return flush(dir)
}

// flush makes the names in a folder survive a power cut, on systems that support it.
func flush(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil // the file system does this itself
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}
