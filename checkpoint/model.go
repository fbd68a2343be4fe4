package checkpoint

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/internal/atomicfile"
)

// The files of a model folder.
const (
	ConfigFile  = "config.json"
	WeightsFile = "model.safetensors"
)

// WriteModel writes config.json and model.safetensors into the folder dir.
func WriteModel(dir string, m *gpt1.Model) error {
	config, err := m.JSON()
	if err != nil {
		return err
	}
	if err := atomicfile.WriteFile(filepath.Join(dir, ConfigFile), config); err != nil {
		return err
	}
	return WriteWeights(filepath.Join(dir, WeightsFile), m.Store)
}

// WriteWeights writes the values of all parameters to a safetensors file.
func WriteWeights(path string, s *graph.Store) error {
	return atomicfile.Write(path, func(w io.Writer) error { return writeTensors(w, weights(s)) })
}

// headPrefix begins the names of a task head's parameters, which a fine-tuned
// model has beside those that its config.json implies.
const headPrefix = "head."

// ReadModel reads the model in the folder dir, with its task head if it has one.
func ReadModel(dir string) (*gpt1.Model, error) {
	path := filepath.Join(dir, ConfigFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Wrap(err, "reading the model's shape")
	}
	c, err := gpt1.ParseConfig(data)
	if err != nil {
		return nil, errors.Wrap(err, dir)
	}
	f, err := safetensors.Open(filepath.Join(dir, WeightsFile))
	if err != nil {
		return nil, err
	}
	defer f.Close() // only read from: nothing is lost if this fails
	var head []graph.Param
	for _, name := range f.Names() {
		if info, _ := f.Info(name); strings.HasPrefix(name, headPrefix) {
			head = append(head, graph.Param{Name: name, Shape: info.Shape})
		}
	}
	// Compare before New allocates what config.json asks for.
	if err := match(f, append(c.Params(), head...)); err != nil {
		return nil, errors.Wrap(err, filepath.Join(dir, WeightsFile))
	}
	m, err := gpt1.New(c, head...)
	if err != nil {
		return nil, errors.Wrap(err, dir)
	}
	for _, p := range m.Store.Params() {
		if err := f.Float32(p.Name, p.Value); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// match compares a file's tensors with the parameters that are wanted.
func match(f *safetensors.File, want []graph.Param) error {
	var wrong []string
	wanted := map[string]bool{}
	for _, p := range want {
		wanted[p.Name] = true
		switch info, found := f.Info(p.Name); {
		case !found:
			wrong = append(wrong, fmt.Sprintf("%s %v is missing", p.Name, p.Shape))
		case !slices.Equal(info.Shape, p.Shape):
			wrong = append(wrong, fmt.Sprintf("%s has shape %v, %s implies %v", p.Name, info.Shape, ConfigFile, p.Shape))
		}
	}
	for _, name := range f.Names() {
		if !wanted[name] {
			wrong = append(wrong, name+" is unexpected")
		}
	}
	if len(wrong) > 0 {
		return errors.Errorf("%d tensors do not fit: %s", len(wrong), strings.Join(wrong, "; "))
	}
	return nil
}
