package results

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/internal/atomicfile"
)

// File is the file of a folder that a [Log] is kept in.
const File = "results.jsonl"

// Log is the file of finished runs, a line each. Runs of other experiments may be in it, too.
type Log[K comparable, R any] struct {
	Path string
	key  func(R) K
}

// Open makes the folder if it is not there, and checks that its log can be read. key is what
// decides on a run's figures.
func Open[K comparable, R any](dir string, key func(R) K) (*Log[K, R], error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, errors.Wrap(err, "-out")
	}
	l := &Log[K, R]{filepath.Join(dir, File), key}
	_, err := l.All()
	return l, err
}

// All reads the finished runs. Where two lines are of the same run, the first counts.
func (l *Log[K, R]) All() (map[K]R, error) {
	data, err := os.ReadFile(l.Path)
	if err != nil && !os.IsNotExist(err) {
		return nil, errors.Wrap(err, "reading earlier results")
	}
	all := map[K]R{}
	for i, line := range bytes.Split(data, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var r R
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, errors.Wrapf(err, "%s:%d: this is no finished run: remove the line, or name another folder with -out", l.Path, i+1)
		}
		if _, found := all[l.key(r)]; !found {
			all[l.key(r)] = r
		}
	}
	return all, nil
}

// Add appends a run. The file is read anew, as it may have got further lines.
func (l *Log[K, R]) Add(r R) error {
	line, err := json.Marshal(r)
	if err != nil {
		return errors.Wrap(err, File)
	}
	data, err := os.ReadFile(l.Path)
	if err != nil && !os.IsNotExist(err) {
		return errors.Wrap(err, File)
	}
	return atomicfile.WriteFile(l.Path, append(append(data, line...), '\n'))
}
