package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint/safetensors"
)

// recorder is a testing.TB that keeps what a test would have reported.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// record runs f as a test would be run, on a goroutine that may exit early.
func record(f func(testing.TB)) []string {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r.errors
}

// TestSetsAgreeWithTheirManifests reads every tensor of every set.
func TestSetsAgreeWithTheirManifests(t *testing.T) {
	for _, set := range Sets(t) {
		require.NotZero(t, set.Config.NEmbd)
		require.NotEmpty(t, set.Files(baseWeights))
		for _, file := range set.Files("") {
			r, err := safetensors.Open(set.path(file.Name))
			require.NoError(t, err)
			require.Len(t, file.Tensors, len(r.Names()), file.Name)
			require.NoError(t, r.Close())

			require.NotEmpty(t, set.Weights(t, file.Name))
			for name, tensor := range file.Tensors {
				if tensor.DType == "I32" {
					set.Int32(t, file.Name, name)
				} else {
					set.Float32(t, file.Name, name)
				}
			}
		}
	}
}

// TestCheckExpectedValues checks each expected value against itself, then with
// its first element moved.
func TestCheckExpectedValues(t *testing.T) {
	checked := 0
	for _, set := range Sets(t) {
		for _, file := range set.Files("") {
			for _, name := range file.Expected("") {
				value := set.Float32(t, file.Name, name).Data
				require.True(t, set.Check(t, file.Name, name, value))
				value[0] += 1
				accepted := true
				report := record(func(tb testing.TB) { accepted = set.Check(tb, file.Name, name, value) })
				require.False(t, accepted)
				require.Len(t, report, 1)
				require.Contains(t, report[0], fmt.Sprintf("golden set %s: %s: %s: 1 of ", set.Name, file.Name, name))
				checked++
			}
		}
	}
	require.NotZero(t, checked)
}

func TestExamplesMatchTensors(t *testing.T) {
	for _, set := range Sets(t) {
		for _, file := range set.Files("finetune_") {
			examples := set.Examples(t)
			require.Equal(t, file.SpecialIDs, examples.SpecialIDs)
			steps := examples.Tasks[file.Task]
			tokens := set.Int32(t, file.Name, "tokens") // [steps B S T]
			require.Equal(t, file.Hyper.Steps, tokens.Shape[0])
			require.Len(t, steps, tokens.Shape[0])
			require.Equal(t, file.SequencesPerExample, tokens.Shape[2])
			for _, batch := range steps {
				require.Len(t, batch, tokens.Shape[1])
			}
			require.Equal(t, file.SpecialIDs.Start, tokens.Data[0])
		}
	}
}

// TestParsing uses a small set of its own, so that each field is seen to arrive.
func TestParsing(t *testing.T) {
	set := smallSet(t)
	require.Equal(t, "small", set.Name)
	require.Equal(t, Config{NHead: 1, NEmbd: 3, LayerNormEpsilon: 1e-5}, set.Config)

	var names []string
	for _, f := range set.Files("") {
		names = append(names, f.Name)
	}
	require.Equal(t, []string{"finetune_x.safetensors", "model.safetensors"}, names)

	f := set.File(t, "finetune_x.safetensors")
	require.Equal(t, Hyper{Steps: 2, LR: 0.5, LMCoef: 0.25}, f.Hyper, "max_grad_norm null is 0")
	require.Equal(t, SpecialIDs{97, 98, 99}, f.SpecialIDs)
	require.Equal(t, []string{"first.logits", "first.untold"}, f.Expected("first."))
	require.Equal(t, []string{"tokens"}, f.Given(""))
	require.Equal(t, []int32{5, -6}, set.Int32(t, f.Name, "tokens").Data)
	require.Equal(t, map[string]Array[float32]{"w": {Shape: []int{2}, Data: []float32{1, 2}}}, set.Weights(t, "model.safetensors"))
	require.Equal(t, map[string]Array[float32]{"w": {Shape: []int{2}, Data: []float32{5, 6}}}, set.Weights(t, f.Name))

	require.Equal(t, Examples{
		SpecialIDs: SpecialIDs{97, 98, 99},
		Tasks: map[string][][]Example{"qa": {
			{{Context: []int32{1}, Question: []int32{2, 3}, Answers: [][]int32{{4}, {5, 6}}, Label: 1}},
			{{A: []int32{7}, B: []int32{8}, Label: 2.5}},
		}},
	}, set.Examples(t))
}

func TestFailures(t *testing.T) {
	set := smallSet(t)
	const file = "finetune_x.safetensors"
	cases := []struct {
		name string
		run  func(testing.TB)
		want string
	}{
		{"check a given tensor", func(tb testing.TB) { set.Check(tb, file, "tokens", nil) }, "tokens has no tolerance"},
		{"check an expected tensor without tolerance", func(tb testing.TB) { set.Check(tb, file, "first.untold", []float32{0}) }, "first.untold has no tolerance"},
		{"check an unknown tensor", func(tb testing.TB) { set.Check(tb, file, "none", nil) }, "none has no tolerance"},
		{"check with a missing value", func(tb testing.TB) { set.Check(tb, file, "first.logits", []float32{3}) }, "got 1 values, want 2"},
		{"unknown file", func(tb testing.TB) { set.File(tb, "none") }, `no file "none"`},
		{"unknown tensor", func(tb testing.TB) { set.Float32(tb, file, "none") }, `no tensor "none"`},
		{"wrong type", func(tb testing.TB) { set.Float32(tb, file, "tokens") }, "dtype is I32"},
		{"shape differs from the manifest's", func(tb testing.TB) { set.Float32(tb, file, "first.untold") }, "F32 [1] in the file, F32 [2] in the manifest"},
		{"file not there", func(tb testing.TB) { set.Int32(tb, "optional.safetensors", "t") }, "optional.safetensors"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			report := record(c.run)
			require.Len(t, report, 1)
			require.Contains(t, report[0], "golden set small: ")
			require.Contains(t, report[0], c.want)
		})
	}
}

func TestSetsFollowsTheVariable(t *testing.T) {
	set := smallSet(t)
	for name, folder := range map[string]string{"a set": set.Dir, "a folder of sets": filepath.Dir(set.Dir)} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(folderVariable, folder)
			sets := Sets(t)
			require.Len(t, sets, 1)
			require.Equal(t, set.Dir, sets[0].Dir)
		})
	}
	t.Setenv(folderVariable, "checkpoint/golden") // relative to the module root, and without a set
	report := record(func(tb testing.TB) { Sets(tb) })
	require.Len(t, report, 1)
	require.Contains(t, report[0], "no manifest.json")
	t.Setenv(folderVariable, "no/such/folder")
	require.Len(t, record(func(tb testing.TB) { Sets(tb) }), 1)
}

// smallSet writes a set with one of everything and loads it.
func smallSet(t *testing.T) *Set {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "small")
	require.NoError(t, os.Mkdir(dir, 0o700))
	writeTensors(t, filepath.Join(dir, "model.safetensors"), safetensors.NewFloat32("w", []int{2}, []float32{1, 2}))
	writeTensors(t, filepath.Join(dir, "finetune_x.safetensors"),
		safetensors.NewInt32("tokens", []int{2}, []int32{5, -6}),
		safetensors.NewFloat32("final.w", []int{2}, []float32{5, 6}),
		safetensors.NewFloat32("first.logits", []int{2}, []float32{3, 4}),
		safetensors.NewFloat32("first.lm_loss_with_position_rows", nil, []float32{0}),
		safetensors.NewFloat32("first.untold", []int{1}, []float32{0}))
	write := func(name, content string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	write("finetune_examples.json", `{"note": "raw", "special_ids": {"_start_": 97, "_delimiter_": 98, "_classify_": 99}, "pad_id": 0,
		"tasks": {"qa": [
			[{"context": [1], "question": [2, 3], "answers": [[4], [5, 6]], "label": 1}],
			[{"a": [7], "b": [8], "label": 2.5}]]}}`)
	write(manifestName, `{"set": "small", "config": {"n_head": 1, "n_embd": 3, "layer_norm_epsilon": 1e-05, "model_type": "openai-gpt"},
		"files": {
			"config.json": {"what": "no tensors"},
			"optional.safetensors": {"optional": true, "tensors": {"t": {"dtype": "I32", "shape": [], "role": "given", "tolerance": null}}},
			"model.safetensors": {"tensors": {"w": {"dtype": "F32", "shape": [2], "role": "given", "tolerance": null}}},
			"finetune_x.safetensors": {
				"hyper": {"steps": 2, "lr": 0.5, "max_grad_norm": null, "lm_coef": 0.25},
				"special_ids": {"_start_": 97, "_delimiter_": 98, "_classify_": 99},
				"weights": "finetune_x.safetensors final.*",
				"tensors": {
					"tokens": {"dtype": "I32", "shape": [2], "role": "given", "tolerance": null},
					"final.w": {"dtype": "F32", "shape": [2], "role": "expected", "tolerance": {"atol": 0.1, "rtol": 0}},
					"first.logits": {"dtype": "F32", "shape": [2], "role": "expected", "tolerance": {"atol": 0.1, "rtol": 0}},
					"first.lm_loss_with_position_rows": {"dtype": "F32", "shape": [], "role": "expected", "tolerance": {"atol": 0.1, "rtol": 0}},
					"first.untold": {"dtype": "F32", "shape": [2], "role": "expected", "tolerance": null}}}}}`)
	sets, err := load(dir)
	require.NoError(t, err)
	return sets[0]
}

func writeTensors(t *testing.T, path string, tensors ...safetensors.Tensor) {
	t.Helper()
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, safetensors.Write(f, tensors, nil))
	require.NoError(t, f.Close())
}
