package checkpoint

import (
	"io"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/graph"
)

// part is one tensor of a checkpoint: the values of a parameter, or one of its Adam moments.
type part struct {
	name   string
	shape  []int
	values []float32
}

// weights lists the values of a store.
func weights(s *graph.Store) (all []part) {
	for _, p := range s.Params() {
		all = append(all, part{p.Name, p.Shape, p.Value})
	}
	return all
}

// moments lists Adam's moments, named m.… and v.… after their parameters.
func moments(s *graph.Store) (all []part) {
	for _, p := range s.Params() {
		all = append(all, part{"m." + p.Name, p.Shape, p.M}, part{"v." + p.Name, p.Shape, p.V})
	}
	return all
}

// writeParts writes a safetensors file.
func writeParts(w io.Writer, all []part) error {
	tensors := make([]safetensors.Tensor, len(all))
	for i, t := range all {
		tensors[i] = safetensors.NewFloat32(t.name, t.shape, t.values)
	}
	return safetensors.Write(w, tensors, map[string]string{"format": "pt"})
}

// readParts reads a safetensors file with exactly these parts.
func readParts(path string, all []part) error {
	f, err := safetensors.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read from: nothing is lost if this fails
	s := &source{where: path, implied: "the model"}
	for _, name := range f.Names() {
		info, _ := f.Info(name)
		s.tensors = append(s.tensors, tensor{name: name, from: name, shape: info.Shape})
	}
	want := make([]graph.Param, len(all))
	for i, t := range all {
		want[i] = graph.Param{Name: t.name, Shape: t.shape}
	}
	if err := s.match(want); err != nil {
		return err
	}
	for _, t := range all {
		if err := f.Float32(t.name, t.values); err != nil {
			return err
		}
		if err := checkFinite(t.name, t.shape, t.values, 0, in(path)); err != nil {
			return err
		}
	}
	return nil
}
