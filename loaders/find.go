package loaders

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/regular"
)

// findBooks lists the files that the paths name; see [FindSources].
func findBooks(paths []string) ([]string, error) {
	f, err := search(paths)
	if err != nil {
		return nil, err
	}
	return f.files, nil
}

// search finds books, and the other files of the folders and patterns.
func search(paths []string) (*finder, error) {
	f := &finder{seen: make(map[string]bool)}
	for _, path := range paths {
		if err := f.find(path); err != nil {
			return nil, errors.Wrap(err, "looking for books")
		}
	}
	if len(f.files) == 0 {
		return nil, errors.New("looking for books: no path given")
	}
	return f, nil
}

// isBook reports whether the name is that of a text file.
func isBook(path string) bool {
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(path)), ".gz")
	return strings.HasSuffix(name, ".txt")
}

// isHidden reports whether the name begins with a dot, like files of version control.
func isHidden(path string) bool {
	return strings.HasPrefix(filepath.Base(path), ".")
}

// finder collects the files.
type finder struct {
	files  []string
	others []string        // files whose names are not those of books
	seen   map[string]bool // real paths of files and folders
}

// find adds the files of one path.
func (f *finder) find(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(path, `*?[`) {
		return f.findPattern(path)
	}
	if err != nil {
		return err
	}
	if !info.IsDir() && !isBook(path) {
		return errors.Errorf("%s is neither a .txt or .txt.gz file nor a folder", path)
	}
	found, err := f.add(path, info)
	if err == nil && found == 0 {
		err = errors.Errorf("folder %s has no .txt or .txt.gz file", path)
	}
	return err
}

// findPattern adds the files and folders that match.
func (f *finder) findPattern(pattern string) error {
	matches, err := filepath.Glob(pattern)
	if err != nil {
		return errors.Wrapf(err, "pattern %s", pattern)
	}
	if len(matches) == 0 {
		return errors.Errorf("nothing matches %s", pattern)
	}
	slices.Sort(matches)
	total := 0
	for _, path := range matches {
		if isHidden(path) && !isHidden(pattern) {
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		found, err := f.add(path, info)
		if err != nil {
			return err
		}
		total += found
	}
	if total == 0 {
		return errors.Errorf("%s matches no .txt or .txt.gz file", pattern)
	}
	return nil
}

// add adds a book, or the books of a folder, and returns their number, including those seen before.
func (f *finder) add(path string, info fs.FileInfo) (found int, err error) {
	if !info.IsDir() && !isBook(path) {
		f.others = append(f.others, path)
		return 0, nil
	}
	key, err := realPath(path)
	if err != nil {
		return 0, err
	}
	if info.IsDir() {
		return f.addFolder(path, key)
	}
	if err := regular.Check(path, info); err != nil {
		return 0, err
	}
	if !f.seen[key] {
		f.seen[key] = true
		f.files = append(f.files, path)
	}
	return 1, nil
}

// addFolder adds the books below a folder. Its real path prevents endless loops through links.
func (f *finder) addFolder(path, key string) (found int, err error) {
	if f.seen[key] {
		return 1, nil
	}
	f.seen[key] = true
	entries, err := os.ReadDir(path)
	if err != nil {
		return 0, err
	}
	for _, entry := range entries {
		if isHidden(entry.Name()) {
			continue
		}
		child := filepath.Join(path, entry.Name())
		info, err := os.Stat(child)
		if err != nil && entry.Type() == fs.ModeSymlink && !isBook(child) {
			f.others = append(f.others, child) // a broken link
			continue
		}
		if err != nil {
			return 0, err
		}
		n, err := f.add(child, info)
		if err != nil {
			return 0, err
		}
		found += n
	}
	return found, nil
}

// realPath is the same for all paths to one file.
func realPath(path string) (string, error) {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return filepath.Abs(target)
}
