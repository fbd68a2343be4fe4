package convertcmd

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/heads"
	"gorgpt/hub/hubtest"
	"gorgpt/tokenizer"
)

func invoke(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = Run(args, nil, &out, &errs)
	return status, out.String(), errs.String()
}

// modelFolder makes a small model with random weights and optional extra parameters.
func modelFolder(t *testing.T, extra ...graph.Param) string {
	t.Helper()
	dir := t.TempDir()
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 60, MinFrequency: 1})
	trainer.Add("the cat sat on the mat . the dog sat on the log .")
	tok, err := trainer.Train()
	require.NoError(t, err)
	tok, err = tok.AddSpecials()
	require.NoError(t, err)
	m, err := gpt1.New(gpt1.Config{NLayer: 2, NHead: 2, NEmbd: 16, NCtx: 24, VocabSize: tok.Size(), LayerNormEps: 1e-5, InitRange: 0.4}, extra...)
	require.NoError(t, err)
	m.Init(2)
	require.NoError(t, checkpoint.WriteFolder(dir, m, tok, checkpoint.Form{}))
	return dir
}

// writeTask makes the model in a folder one for questions.
func writeTask(t *testing.T, dir string) {
	t.Helper()
	_, tok, err := checkpoint.ReadFolder(dir, 0)
	require.NoError(t, err)
	spec := finetune.Spec{Task: heads.MultipleChoice, Space: heads.Space{Choices: 2}}
	spec.Specials, err = finetune.Specials(tok)
	require.NoError(t, err)
	data, err := spec.JSON()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, finetune.SpecFile), data, 0o600))
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// TestThereAndBack checks that converting twice gives the same bytes.
func TestThereAndBack(t *testing.T) {
	dir := modelFolder(t)
	first, second := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	status, out, errs := invoke("-model", dir, "-out", first)
	require.Zero(t, status, errs)
	require.Contains(t, out, "parameters, float32, context 24, in "+first)
	status, _, errs = invoke("-model", first, "-out", second)
	require.Zero(t, status, errs)
	require.Equal(t, []string{
		"README.md", "config.json", "generation_config.json", "merges.txt", "model.safetensors", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.json",
	}, names(t, second))
	for _, name := range names(t, second) {
		if name == "README.md" { // which has the name of the folder
			continue
		}
		want, err := os.ReadFile(filepath.Join(first, name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(second, name))
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
}

// A model of the hub is downloaded first.
func TestModelOfTheHub(t *testing.T) {
	h := hubtest.New(t)
	h.Environment(t)
	dir, out := modelFolder(t), t.TempDir()
	h.AddFolder("org/small", dir)
	status, _, stderr := invoke("-model", "hf:org/small", "-out", filepath.Join(out, "hub"))
	require.Zero(t, status, stderr)
	status, _, stderr = invoke("-model", dir, "-out", filepath.Join(out, "folder"))
	require.Zero(t, status, stderr)
	want, err := os.ReadFile(filepath.Join(out, "folder", checkpoint.WeightsFile))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(out, "hub", checkpoint.WeightsFile))
	require.NoError(t, err)
	require.Equal(t, want, got)
	status, _, stderr = invoke("-model", "hf:org/none", "-out", filepath.Join(out, "none"))
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "-model: hf:org/none: ")
	require.NoDirExists(t, filepath.Join(out, "none"))
}

func TestForms(t *testing.T) {
	dir := modelFolder(t, graph.Param{Name: "head.weight", Shape: []int{16, 1}}, graph.Param{Name: "head.bias", Shape: []int{1}})
	writeTask(t, dir)
	out := filepath.Join(t.TempDir(), "out")
	status, said, errs := invoke("-model", dir, "-out", out, "-dtype", "bfloat16", "-double-heads", "-ctx", "7", "-pipeline", "original")
	require.Zero(t, status, errs)
	require.Contains(t, said, "bfloat16, context 7, in")
	require.Contains(t, said, "note: the tokenizer's pipeline is original")
	data, err := os.ReadFile(filepath.Join(out, "config.json"))
	require.NoError(t, err)
	var config struct {
		Architectures []string
		NPositions    int    `json:"n_positions"`
		DType         string `json:"torch_dtype"`
	}
	require.NoError(t, json.Unmarshal(data, &config))
	require.Equal(t, []string{"OpenAIGPTDoubleHeadsModel"}, config.Architectures)
	require.Equal(t, 7, config.NPositions)
	require.Equal(t, "bfloat16", config.DType)
	require.Contains(t, names(t, out), "task.json")
	m, tok, err := checkpoint.ReadFolder(out, 0)
	require.NoError(t, err)
	require.Equal(t, tokenizer.Original, tok.Pipeline())
	require.NotNil(t, m.Store.Param("head.weight"))
}

func TestErrors(t *testing.T) {
	dir := modelFolder(t)
	missing := filepath.Join(t.TempDir(), "none")
	for name, c := range map[string]struct {
		status int
		args   []string
		want   string
	}{
		"no -model":           {2, []string{"-out", "x"}, "-model is missing"},
		"no -out":             {2, []string{"-model", dir}, "-out is missing"},
		"another type":        {2, []string{"-model", dir, "-out", missing, "-dtype", "int4"}, `-dtype must be float32, float16, bfloat16 or int8, not "int4"`},
		"int8 for others":     {2, []string{"-model", dir, "-out", missing, "-dtype", "int8", "-double-heads"}, "-double-heads cannot be combined with -dtype int8"},
		"both heads":          {2, []string{"-model", dir, "-out", missing, "-classification", "-double-heads"}, "-double-heads and -classification cannot be combined"},
		"int8 for a class":    {2, []string{"-model", dir, "-out", missing, "-dtype", "int8", "-classification"}, "-classification cannot be combined with -dtype int8"},
		"no unit":             {2, []string{"-model", dir, "-out", missing, "-shard", "200"}, "it must be a whole number with KB, MB or GB, as in 2GB"},
		"no size":             {2, []string{"-model", dir, "-out", missing, "-shard", "0GB"}, "it must be a whole number with KB, MB or GB, as in 2GB"},
		"too large a size":    {2, []string{"-model", dir, "-out", missing, "-shard", "99999999999GB"}, "it must be a whole number"},
		"no labels":           {1, []string{"-model", dir, "-out", missing, "-classification"}, "has no task.json, so its labels are unknown"},
		"another pipeline":    {2, []string{"-model", dir, "-out", missing, "-pipeline", "x"}, `-pipeline must be bert or original, not "x"`},
		"no context":          {2, []string{"-model", dir, "-out", missing, "-ctx", "0"}, "-ctx must be at least 1, not 0"},
		"an argument":         {2, []string{dir}, "unexpected argument"},
		"no such model":       {1, []string{"-model", missing, "-out", missing}, missing},
		"onto itself":         {1, []string{"-model", dir, "-out", dir, "-force"}, "is the folder of the model"},
		"a folder in use":     {1, []string{"-model", dir, "-out", modelFolder(t)}, "is not empty"},
		"no head for choices": {1, []string{"-model", dir, "-out", missing, "-double-heads"}, "fine-tune it on qa first"},
		"too long a context":  {1, []string{"-model", dir, "-out", missing, "-ctx", "25"}, "it must be between 1 and 24, the positions of the weights"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := invoke(c.args...)
			require.Equal(t, c.status, status, errs)
			require.Contains(t, errs, c.want)
			require.Equal(t, 1, strings.Count(errs, "\n"), errs)
			require.Empty(t, out)
			if _, err := os.Stat(missing); err == nil {
				require.Empty(t, names(t, missing), "nothing half-written")
			}
		})
	}
}

// TestShards writes several files and replaces them by one, and a card that someone has completed stays.
func TestShards(t *testing.T) {
	dir, out := modelFolder(t), filepath.Join(t.TempDir(), "out")
	status, _, errs := invoke("-model", dir, "-out", out, "-shard", "10KB")
	require.Zero(t, status, errs)
	require.Subset(t, names(t, out), []string{"model-00001-of-00004.safetensors", "model.safetensors.index.json", "README.md"})
	require.NoFileExists(t, filepath.Join(out, checkpoint.WeightsFile))
	want, _, err := checkpoint.ReadFolder(dir, 0)
	require.NoError(t, err)
	got, _, err := checkpoint.ReadFolder(out, 0)
	require.NoError(t, err)
	require.Equal(t, want.Store.Digest(), got.Store.Digest())

	card := filepath.Join(out, "README.md")
	require.NoError(t, os.WriteFile(card, []byte("mine"), 0o600))
	status, said, errs := invoke("-model", dir, "-out", out, "-force")
	require.Zero(t, status, errs)
	require.Contains(t, said, "note: "+card+" was there and stays")
	data, err := os.ReadFile(card)
	require.NoError(t, err)
	require.Equal(t, "mine", string(data))
	require.Equal(t, []string{
		"README.md", "config.json", "generation_config.json", "merges.txt", "model.safetensors", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.json",
	}, names(t, out), "no file of the shards is left")
}

// TestWeightsThatAreNotFinite covers weights that are not finite, and weights too large for the
// requested type.
func TestWeightsThatAreNotFinite(t *testing.T) {
	spoil := func(value float32) string {
		dir := modelFolder(t)
		m, tok, err := checkpoint.ReadFolder(dir, 0)
		require.NoError(t, err)
		m.Store.Param("h.1.ln_2.weight").Value[3] = value
		require.NoError(t, checkpoint.WriteFolder(dir, m, tok, checkpoint.Form{}))
		return dir
	}
	out := filepath.Join(t.TempDir(), "out")
	for _, dtype := range []string{"float32", "float16", "bfloat16"} {
		dir := spoil(float32(math.NaN()))
		status, _, errs := invoke("-model", dir, "-out", out, "-dtype", dtype)
		require.Equal(t, 1, status)
		require.Contains(t, errs, filepath.Join(dir, checkpoint.WeightsFile)+": h.1.ln_2.weight value 3 of [16] is NaN")
		require.NoDirExists(t, out)
	}
	for dtype, value := range map[string]float32{"float16": 65520, "bfloat16": math.MaxFloat32} {
		status, _, errs := invoke("-model", spoil(value), "-out", out, "-dtype", dtype)
		require.Equal(t, 1, status)
		require.Contains(t, errs, `tensor "h.1.ln_2.weight": value `)
		require.Contains(t, errs, " at 3 is beyond the range of ")
		require.NoFileExists(t, filepath.Join(out, checkpoint.WeightsFile))
	}
}

// TestPaddedVocabulary checks that the rows that pad the vocabulary are removed and reported.
func TestPaddedVocabulary(t *testing.T) {
	dir := modelFolder(t)
	m, tok, err := checkpoint.ReadFolder(dir, 0)
	require.NoError(t, err)
	c := m.Config
	c.VocabSize = (tok.Size() + 63) / 64 * 64
	require.NotEqual(t, tok.Size(), c.VocabSize)
	padded, err := gpt1.New(c)
	require.NoError(t, err)
	padded.Init(1)
	require.NoError(t, checkpoint.WriteFolder(dir, padded, tok, checkpoint.Form{}))
	out := filepath.Join(t.TempDir(), "out")
	status, stdout, errs := invoke("-model", dir, "-out", out)
	require.Zero(t, status, errs)
	require.Contains(t, stdout, "note: "+dir+": the weights have rows for 64 tokens, the vocabulary has ")
	back, _, err := checkpoint.ReadFolder(out, 0)
	require.NoError(t, err)
	require.Equal(t, tok.Size(), back.VocabSize)
	require.Empty(t, checkpoint.Notes(out))
}

// TestFormatThatIsNotRead checks that the error for an unsupported format says how to convert it.
func TestFormatThatIsNotRead(t *testing.T) {
	dir := modelFolder(t)
	require.NoError(t, os.Rename(filepath.Join(dir, checkpoint.WeightsFile), filepath.Join(dir, "pytorch_model.bin")))
	status, _, errs := invoke("-model", dir, "-out", filepath.Join(t.TempDir(), "out"))
	require.Equal(t, 1, status)
	require.Contains(t, errs, "has pytorch_model.bin, which this program cannot read")
	require.Equal(t, 1, strings.Count(errs, "\n"))
}

// TestInt8 converts to int8, within int8 without a change, and back.
func TestInt8(t *testing.T) {
	dir := modelFolder(t, graph.Param{Name: "head.weight", Shape: []int{16, 1}}, graph.Param{Name: "head.bias", Shape: []int{1}})
	writeTask(t, dir)
	at := t.TempDir()
	small, again, back := filepath.Join(at, "small"), filepath.Join(at, "again"), filepath.Join(at, "back")
	status, said, errs := invoke("-model", dir, "-out", small, "-dtype", "int8")
	require.Zero(t, status, errs)
	require.Contains(t, said, " parameters, int8, context 24, in "+small)
	require.Contains(t, names(t, small), "task.json")
	m, _, _, err := checkpoint.ReadFolderAs(small, 0, "")
	require.NoError(t, err)
	require.Equal(t, graph.Int8, m.Store.Dtype())

	status, said, errs = invoke("-model", small, "-out", again, "-dtype", "int8")
	require.Zero(t, status, errs)
	require.Equal(t, 1, strings.Count(said, "note: "), "about the licence")
	for _, name := range names(t, small) {
		if name == "README.md" {
			continue
		}
		want, err := os.ReadFile(filepath.Join(small, name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(again, name))
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}

	status, said, errs = invoke("-model", small, "-out", back)
	require.Zero(t, status, errs)
	require.Contains(t, said, "note: "+small+": the weights are int8: float32 takes more memory and does not bring back what was rounded off\n")
	wide, _, err := checkpoint.ReadFolder(back, 0)
	require.NoError(t, err)
	require.Equal(t, m.Store.Digest(), wide.Store.Digest())
}

func TestInt8OfAnLSTM(t *testing.T) {
	dir := modelFolder(t)
	_, tok, err := checkpoint.ReadFolder(dir, 0)
	require.NoError(t, err)
	m, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 1, NUnits: 4, NEmbd: 4, NCtx: 8, VocabSize: tok.Size(), LayerNormEps: 1e-5, InitRange: 0.1})
	require.NoError(t, err)
	require.NoError(t, checkpoint.WriteFolder(dir, m, tok, checkpoint.Form{}))
	out := filepath.Join(t.TempDir(), "out")
	status, _, errs := invoke("-model", dir, "-out", out, "-dtype", "int8")
	require.Equal(t, 1, status)
	require.Contains(t, errs, "int8: the model is an LSTM, whose weights can only be kept as float32")
	require.NoDirExists(t, out)
}
