package checkpoint

import (
	"io"

	"github.com/pkg/errors"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/graph"
)

// tensor is a tensor in the memory of a store.
type tensor struct {
	graph.Param
	values []float32
}

// weights are the values of a store.
func weights(s *graph.Store) (all []tensor) {
	for _, p := range s.Params() {
		all = append(all, tensor{*p, p.Value})
	}
	return all
}

// moments are Adam's, named m.… and v.… after their parameters.
func moments(s *graph.Store) (all []tensor) {
	for _, p := range s.Params() {
		first, second := graph.Param{Name: "m." + p.Name, Shape: p.Shape}, graph.Param{Name: "v." + p.Name, Shape: p.Shape}
		all = append(all, tensor{first, p.M}, tensor{second, p.V})
	}
	return all
}

// writeTensors writes a safetensors file.
func writeTensors(w io.Writer, all []tensor) error {
	tensors := make([]safetensors.Tensor, len(all))
	for i, t := range all {
		tensors[i] = safetensors.NewFloat32(t.Name, t.Shape, t.values)
	}
	return safetensors.Write(w, tensors, map[string]string{"format": "pt"})
}

// readTensors reads a safetensors file that has just these tensors.
func readTensors(path string, all []tensor) error {
	f, err := safetensors.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() // only read from: nothing is lost if this fails
	want := make([]graph.Param, len(all))
	for i, t := range all {
		want[i] = t.Param
	}
	if err := match(f, want); err != nil {
		return errors.Wrap(err, path)
	}
	for _, t := range all {
		if err := f.Float32(t.Name, t.values); err != nil {
			return err
		}
	}
	return nil
}
