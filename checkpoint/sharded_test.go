package checkpoint

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/internal/atomicfile"
	"gorgpt/tokenizer"
)

// writeShards writes the model in Hugging Face's form with its tensors dealt out to n files, and
// returns the index.
func writeShards(t *testing.T, dir string, m *gpt1.Model, n int) map[string]string {
	t.Helper()
	config, err := m.JSON()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, ConfigFile), config, 0o600))
	index, files := map[string]string{}, map[string][]safetensors.Tensor{}
	for i, p := range m.Store.Params() {
		file := fmt.Sprintf("model-%05d-of-%05d.safetensors", i%n+1, n)
		index[prefixed(p.Name)] = file
		files[file] = append(files[file], safetensors.NewFloat32(prefixed(p.Name), p.Shape, p.Value))
	}
	for file, tensors := range files {
		writeShard(t, filepath.Join(dir, file), tensors)
	}
	writeIndex(t, dir, index)
	return index
}

func writeShard(t *testing.T, path string, tensors []safetensors.Tensor) {
	t.Helper()
	require.NoError(t, atomicfile.Write(path, func(w io.Writer) error { return safetensors.Write(w, tensors, nil) }))
}

func writeIndex(t *testing.T, dir string, index map[string]string) {
	t.Helper()
	data, err := json.Marshal(map[string]any{"metadata": map[string]any{"total_size": 1}, "weight_map": index})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, indexFile), data, 0o600))
}

func TestReadShards(t *testing.T) {
	for _, n := range []int{1, 3} {
		m, dir := smallModel(t), t.TempDir()
		writeShards(t, dir, m, n)
		got, err := ReadModel(dir)
		require.NoError(t, err)
		requireSame(t, m, got)
	}
	m, dir := smallModel(t), t.TempDir()
	m.Store.Param("h.1.ln_2.bias").Value[1] = nan
	index := writeShards(t, dir, m, 3)
	_, err := ReadModel(dir)
	require.ErrorContains(t, err, filepath.Join(dir, index["transformer.h.1.ln_2.bias"])+": transformer.h.1.ln_2.bias value 1 of [8] is NaN")
}

func TestShardsThatDoNotFitAreRefused(t *testing.T) {
	const name = "transformer.h.0.ln_1.bias"
	for want, spoil := range map[string]func(dir string, index map[string]string){
		"it must be the plain name of a .safetensors file": func(_ string, index map[string]string) { index[name] = "../model-00001-of-00003.safetensors" },
		`is in "/tmp/x.safetensors"`:                       func(_ string, index map[string]string) { index[name] = "/tmp/x.safetensors" },
		`is in "a\\b.safetensors"`:                         func(_ string, index map[string]string) { index[name] = `a\b.safetensors` },
		`is in "pytorch_model.bin"`:                        func(_ string, index map[string]string) { index[name] = "pytorch_model.bin" },
		"weight_map is missing or empty":                   func(_ string, index map[string]string) { clear(index) },
		"but the index has it in":                          func(_ string, index map[string]string) { delete(index, name) },
		`tensor "more" is not in`:                          func(_ string, index map[string]string) { index["more"] = index[name] },
		"names model-00009-of-00009.safetensors":           func(_ string, index map[string]string) { index["more"] = "model-00009-of-00009.safetensors" },
		"names more than 1000 files": func(_ string, index map[string]string) {
			for i := range 1001 {
				index[fmt.Sprint(i)] = fmt.Sprintf("%d.safetensors", i)
			}
		},
		`tensor "transformer.h.0.ln_1.bias" is in`: func(dir string, index map[string]string) { // in two files
			other := "model-00003-of-00003.safetensors"
			if index[name] == other {
				other = "model-00001-of-00003.safetensors"
			}
			f, err := safetensors.Open(filepath.Join(dir, other))
			require.NoError(t, err)
			tensors := []safetensors.Tensor{safetensors.NewFloat32(name, []int{8}, make([]float32, 8))}
			for _, n := range f.Names() {
				info, _ := f.Info(n)
				values := make([]float32, info.Len())
				require.NoError(t, f.Float32(n, values))
				tensors = append(tensors, safetensors.NewFloat32(n, info.Shape, values))
			}
			require.NoError(t, f.Close())
			writeShard(t, filepath.Join(dir, other), tensors)
		},
	} {
		dir := t.TempDir()
		index := writeShards(t, dir, smallModel(t), 3)
		spoil(dir, index)
		writeIndex(t, dir, index)
		_, err := ReadModel(dir)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
	}
}

func TestFormatsThatAreNotReadAreNamed(t *testing.T) {
	for name, want := range map[string]string{
		"pytorch_model.bin": "", "pytorch_model.bin.index.json": "", "tf_model.h5": ", from_tf=True", "flax_model.msgpack": ", from_flax=True",
	} {
		for _, config := range []bool{true, false} {
			dir := t.TempDir()
			if config {
				require.NoError(t, WriteModel(dir, smallModel(t)))
				require.NoError(t, os.Remove(filepath.Join(dir, WeightsFile)))
			}
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600))
			_, err := ReadModel(dir)
			require.ErrorContains(t, err, dir+" has "+name+", which this program cannot read")
			require.ErrorContains(t, err, "M.from_pretrained('"+dir+"'"+want+").save_pretrained('"+dir+"', safe_serialization=True)")
			require.NotContains(t, err.Error(), "\n")
		}
	}
}

// TestPaddedVocabulary leaves the rows out that fill the vocabulary up, so that no text gets them.
func TestPaddedVocabulary(t *testing.T) {
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 60, MinFrequency: 1})
	trainer.Add("the cat sat on the mat . the dog sat on the log .")
	tok, err := trainer.Train()
	require.NoError(t, err)
	v := tok.Size()
	model := func(rows int) (*gpt1.Model, string) {
		m, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 2, NEmbd: 8, NCtx: 6, VocabSize: rows, LayerNormEps: 1e-5, InitRange: 0.02})
		require.NoError(t, err)
		m.Init(1)
		dir := t.TempDir()
		require.NoError(t, WriteFolder(dir, m, tok, Form{}))
		return m, dir
	}
	padded, dir := model((v/64 + 1) * 64)
	m, _, err := ReadFolder(dir, 0)
	require.NoError(t, err)
	require.Equal(t, v, m.VocabSize)
	require.Equal(t, padded.Store.Param(embedding).Value[:8*v], m.Store.Param(embedding).Value)
	c, _, err := ReadShape(dir)
	require.NoError(t, err)
	require.Equal(t, v, c.VocabSize)
	require.Equal(t, []string{fmt.Sprintf("%s: the weights have rows for %d tokens, the vocabulary has %d: the last %d are padding, and left out",
		dir, padded.VocabSize, v, padded.VocabSize-v)}, Notes(dir))

	_, dir = model((v/64+1)*64 + 1)
	_, _, err = ReadFolder(dir, 0)
	require.ErrorContains(t, err, "the vocabulary has")
	require.Empty(t, Notes(dir))
}

func TestHeadForClassificationIsNoted(t *testing.T) {
	m, dir := smallModel(t), t.TempDir()
	writeFolder(t, dir, m, safetensors.F32, prefixed, safetensors.NewFloat32("score.weight", []int{2, 8}, make([]float32, 16)))
	notes := Notes(dir)
	require.Len(t, notes, 1)
	require.Contains(t, notes[0], "score.weight, the head of OpenAIGPTForSequenceClassification, is left out")
}

// FuzzIndex never accepts a name that leads out of the folder.
func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"metadata": {"total_size": 8}, "weight_map": {"a": "model-00001-of-00001.safetensors"}}`))
	f.Add([]byte(`{"weight_map": {"a": "../x.safetensors", "a": "x.safetensors"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := parseIndex(data)
		if err != nil {
			return
		}
		for _, file := range files {
			require.Equal(t, file, filepath.Base(file))
			require.True(t, filepath.IsLocal(file))
			require.True(t, strings.HasSuffix(file, ".safetensors"))
		}
	})
}
