package golden

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgpt/checkpoint/safetensors"
)

// positionRows marks results of the published code's LM softmax over position
// rows, which this module's model leaves out.
const positionRows = "_with_position_rows"

// baseWeights is the file a run starts from unless its entry names another.
const baseWeights = "model.safetensors"

// Array is a dense row-major tensor.
type Array[E float32 | int32] struct {
	Shape []int
	Data  []E
}

// path returns the path of a file of the set, tensor file or not.
func (s *Set) path(file string) string {
	return filepath.Join(s.Dir, file)
}

// Files returns the tensor files whose names begin with prefix, sorted by name,
// without optional ones.
func (s *Set) Files(prefix string) []*File {
	var files []*File
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		f := s.files[name]
		if strings.HasPrefix(name, prefix) && len(f.Tensors) > 0 && !f.Optional {
			files = append(files, f)
		}
	}
	return files
}

// File returns the file with the given name, optional or not.
func (s *Set) File(tb testing.TB, name string) *File {
	tb.Helper()
	f, ok := s.files[name]
	if !ok {
		tb.Fatalf("golden set %s: the manifest has no file %q", s.Name, name)
	}
	return f
}

// Expected returns the names of the file's results that begin with prefix,
// sorted, without those of the position-row variant.
func (f *File) Expected(prefix string) []string {
	return f.names("expected", prefix)
}

// Given returns the names of the file's inputs that begin with prefix, sorted.
func (f *File) Given(prefix string) []string {
	return f.names("given", prefix)
}

func (f *File) names(role, prefix string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(f.Tensors)) {
		if f.Tensors[name].Role == role && strings.HasPrefix(name, prefix) && !strings.HasSuffix(name, positionRows) {
			names = append(names, name)
		}
	}
	return names
}

// Float32 reads a float32 tensor; each call returns values of its own.
func (s *Set) Float32(tb testing.TB, file, tensor string) Array[float32] {
	tb.Helper()
	r, spec := s.open(tb, file, tensor)
	defer closeFile(tb, r)
	values := make([]float32, size(spec.Shape))
	if err := r.Float32(tensor, values); err != nil {
		tb.Fatalf("golden set %s: %v", s.Name, err)
	}
	return Array[float32]{Shape: slices.Clone(spec.Shape), Data: values}
}

// Int32 reads an int32 tensor; each call returns values of its own.
func (s *Set) Int32(tb testing.TB, file, tensor string) Array[int32] {
	tb.Helper()
	r, spec := s.open(tb, file, tensor)
	defer closeFile(tb, r)
	values, err := r.Int32(tensor)
	if err != nil {
		tb.Fatalf("golden set %s: %v", s.Name, err)
	}
	return Array[int32]{Shape: slices.Clone(spec.Shape), Data: values}
}

// Weights returns the model weights that the given file's run starts from, by
// their Hugging Face names, without the rows and the head that fine-tuning adds.
func (s *Set) Weights(tb testing.TB, file string) map[string]Array[float32] {
	tb.Helper()
	source, prefix := baseWeights, ""
	if w := s.File(tb, file).Weights; w != "" {
		name, pattern, _ := strings.Cut(w, " ")
		source, prefix = name, strings.TrimSuffix(pattern, "*")
	}
	weights := map[string]Array[float32]{}
	for name := range s.File(tb, source).Tensors {
		if bare, ok := strings.CutPrefix(name, prefix); ok {
			weights[bare] = s.Float32(tb, source, name)
		}
	}
	if len(weights) == 0 {
		tb.Fatalf("golden set %s: %s has no tensors %s*", s.Name, source, prefix)
	}
	return weights
}

// Check compares a result with the expected tensor of the same file and name
// within the manifest's tolerance. It reports a difference as an error of the
// test without ending it, and returns whether the values agree.
func (s *Set) Check(tb testing.TB, file, tensor string, got []float32) bool {
	tb.Helper()
	spec, ok := s.File(tb, file).Tensors[tensor]
	if !ok || spec.Tolerance == nil {
		tb.Errorf("golden set %s: %s: %s has no tolerance in the manifest, so nothing can be checked", s.Name, file, tensor)
		return false
	}
	want := s.Float32(tb, file, tensor)
	if err := Compare(got, want, *spec.Tolerance, spec.LooseSlice); err != nil {
		tb.Errorf("golden set %s: %s: %s: %v", s.Name, file, tensor, err)
		return false
	}
	return true
}

// open opens a file for one tensor and checks that file and manifest agree.
func (s *Set) open(tb testing.TB, file, tensor string) (*safetensors.File, Tensor) {
	tb.Helper()
	spec, ok := s.File(tb, file).Tensors[tensor]
	if !ok {
		tb.Fatalf("golden set %s: %s: the manifest has no tensor %q", s.Name, file, tensor)
	}
	r, err := safetensors.Open(s.path(file))
	if err != nil {
		tb.Fatalf("golden set %s: %v", s.Name, err)
	}
	info, ok := r.Info(tensor)
	if !ok || string(info.DType) != spec.DType || !slices.Equal(info.Shape, spec.Shape) {
		closeFile(tb, r)
		tb.Fatalf("golden set %s: %s: %s is %s %v in the file, %s %v in the manifest",
			s.Name, file, tensor, info.DType, info.Shape, spec.DType, spec.Shape)
	}
	return r, spec
}

func closeFile(tb testing.TB, r *safetensors.File) {
	tb.Helper()
	if err := r.Close(); err != nil {
		tb.Errorf("golden: %v", err)
	}
}

// size is the number of elements of a shape that a file was found to have.
func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
