package checkpoint

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/checkpoint/safetensors"
)

// indexFile maps tensors to the files that hold them, if the weights are in several files.
const indexFile = WeightsFile + ".index.json"

// maxShards is the maximum number of files in an index.
const maxShards = 1000

// parseIndex reads an index and returns the file of each tensor. Files must be plain names, so that
// none is outside the folder.
func parseIndex(data []byte) (map[string]string, error) {
	var index struct {
		Files map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(data, &index); err != nil {
		return nil, err
	}
	if len(index.Files) == 0 {
		return nil, errors.New("weight_map is missing or empty: it must name the file of each tensor")
	}
	shards := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(index.Files)) {
		file := index.Files[name]
		if strings.ContainsAny(file, "/\\:\x00") || strings.HasPrefix(file, ".") || !strings.HasSuffix(file, ".safetensors") {
			return nil, errors.Errorf("weight_map: %.80q is in %.80q: it must be the plain name of a .safetensors file in the folder of the index", name, file)
		}
		if shards[file] = true; len(shards) > maxShards {
			return nil, errors.Errorf("weight_map names more than %d files", maxShards)
		}
	}
	return index.Files, nil
}

// openSharded opens the files of an index. Each tensor must be in the file that the index names, and
// in no other.
func (s *source) openSharded(dir string) error {
	path := filepath.Join(dir, indexFile)
	data, err := readText(path)
	if err != nil {
		return errors.Wrap(err, "reading the index of the weights")
	}
	files, err := parseIndex(data)
	if err != nil {
		return errors.Wrap(err, path)
	}
	s.where = dir
	for _, file := range slices.Compact(slices.Sorted(maps.Values(files))) {
		f, err := safetensors.Open(filepath.Join(dir, file))
		if err != nil {
			return errors.WithMessagef(err, "%s names %s", path, file)
		}
		s.files = append(s.files, f)
		for _, name := range f.Names() {
			if where, known := files[name]; !known || where != file {
				return errors.Errorf("%s: tensor %.80q is in %s, but the index has it in %.80q", path, name, file, where)
			}
			delete(files, name)
			s.add(f, filepath.Join(dir, file), name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		return errors.Errorf("%s: tensor %.80q is not in %s", path, name, files[name])
	}
	return nil
}

// closeFiles closes all files of the source.
func (s *source) closeFiles() (err error) {
	for _, f := range s.files {
		if e := f.Close(); e != nil {
			err = e
		}
	}
	return err
}

// foreign lists weight files in formats that this package does not read, with the arguments with
// which from_pretrained reads them.
var foreign = []struct{ name, option string }{
	{"pytorch_model.bin", ""},
	{"pytorch_model.bin.index.json", ""},
	{"tf_model.h5", ", from_tf=True"},
	{"flax_model.msgpack", ", from_flax=True"},
}

// checkForeign returns an error for weights in a format that is not read. It says how to convert
// them.
func checkForeign(dir string) error {
	for _, f := range foreign {
		if _, err := os.Stat(filepath.Join(dir, f.name)); err != nil {
			continue
		}
		return errors.Errorf("%s has %s, which this program cannot read, and no %s: convert it once with "+
			`python -c "from transformers import OpenAIGPTLMHeadModel as M; M.from_pretrained(%s%s).save_pretrained(%s, safe_serialization=True)"`,
			dir, f.name, WeightsFile, pythonText(dir), f.option, pythonText(dir))
	}
	return nil
}

// pythonText quotes a text for Python, within double quotes of a shell.
func pythonText(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, `"`, `\"`).Replace(s) + "'"
}

// isPadded reports whether rows token embeddings are v, filled up to a multiple that is common.
func isPadded(rows, v int) bool {
	return v < rows && slices.ContainsFunc([]int{8, 16, 32, 64, 128}, func(m int) bool { return rows%m == 0 && rows-v < m })
}

// Notes says, a line each, what a user should know about how the model in a folder is read. There are
// none if everything is used unchanged, or if the model cannot be read.
func Notes(dir string) []string {
	s, err := open(dir)
	if err != nil {
		return nil
	}
	defer s.close()         //nolint:errcheck // only read from: nothing is lost if this fails
	_, _ = s.tokenizer(dir) // without it, there is nothing to say about rows
	return s.notes
}
