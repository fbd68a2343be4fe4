package golden

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/pkg/errors"
)

const (
	// folderVariable names the environment variable that Sets looks at.
	folderVariable = "GORGPT_GOLDEN"
	defaultFolder  = "testdata/golden"
	manifestName   = "manifest.json"
)

// Set is one folder of reference numbers, all for one model configuration. Its
// methods fail the test when the set is not as its manifest says.
type Set struct {
	Name   string
	Dir    string
	Config Config

	files map[string]*File
}

// Sets returns all sets of the folder in use, sorted by folder. It fails the
// test if there is none.
func Sets(tb testing.TB) []*Set {
	tb.Helper()
	folder := os.Getenv(folderVariable)
	if folder == "" {
		folder = defaultFolder
	}
	if !filepath.IsAbs(folder) {
		root, err := moduleRoot()
		if err != nil {
			tb.Fatalf("golden: %v", err)
		}
		folder = filepath.Join(root, folder)
	}
	sets, err := load(folder)
	if err != nil {
		tb.Fatalf("golden: %v", err)
	}
	return sets
}

// load reads a set, or each set of a folder of sets.
func load(folder string) ([]*Set, error) {
	manifests := []string{filepath.Join(folder, manifestName)}
	if _, err := os.Stat(manifests[0]); err != nil {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, errors.Wrap(err, "looking for sets")
		}
		manifests = nil
		for _, entry := range entries {
			path := filepath.Join(folder, entry.Name(), manifestName)
			if _, err := os.Stat(path); err == nil {
				manifests = append(manifests, path)
			}
		}
	}
	if len(manifests) == 0 {
		return nil, errors.Errorf("%s: no %s in the folder or one below; is %s right?", folder, manifestName, folderVariable)
	}
	var sets []*Set
	for _, path := range manifests {
		set, err := loadSet(path)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return sets, nil
}

func loadSet(manifest string) (*Set, error) {
	data, err := os.ReadFile(manifest)
	if err != nil {
		return nil, errors.Wrap(err, "reading a set")
	}
	var m struct {
		Set    string           `json:"set"`
		Config Config           `json:"config"`
		Files  map[string]*File `json:"files"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, errors.Wrap(err, manifest)
	}
	for name, file := range m.Files {
		if file == nil {
			return nil, errors.Errorf("%s: file %s is null", manifest, name)
		}
		file.Name = name
	}
	return &Set{Name: m.Set, Dir: filepath.Dir(manifest), Config: m.Config, files: m.Files}, nil
}

// moduleRoot walks up from the working folder, which for a test is that of its
// package, to the folder with go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", errors.Wrap(err, "looking for the module root")
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod above the working folder")
		}
		dir = parent
	}
}
