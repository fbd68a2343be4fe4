package bench_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/checkpoint/safetensors"
	"gorgpt/export"
	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/heads"
	"gorgpt/tokenizer"
)

// needTorch returns a Python that has PyTorch: GORGPT_PYTHON or Debian's. It skips the test if that
// Python does not have PyTorch.
func needTorch(t *testing.T) (python string) {
	t.Helper()
	if testing.Short() {
		t.Skip("each start of PyTorch takes several seconds and half a gigabyte")
	}
	if python = os.Getenv("GORGPT_PYTHON"); python == "" {
		python = "/usr/bin/python3"
	}
	if exec.Command(python, "-c", "import torch").Run() != nil {
		t.Skipf("%s has no PyTorch: see torch_folder.py, or set GORGPT_PYTHON to another Python", python)
	}
	return python
}

// torch runs the script that reads folders and decodes its output into out.
func torch(t *testing.T, python string, out any, args ...string) {
	t.Helper()
	cmd := exec.Command(python, append([]string{"torch_folder.py"}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	data, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	require.NoError(t, json.Unmarshal(data, out))
}

// folderModel returns a small model whose parameters all differ.
func folderModel(t *testing.T, c gpt1.Config, extra ...graph.Param) *gpt1.Model {
	t.Helper()
	m, err := gpt1.New(c, extra...)
	require.NoError(t, err)
	m.Init(7)
	for i, p := range m.Store.Params() {
		if len(p.Shape) == 1 {
			for j := range p.Value {
				p.Value[j] += 0.03 * float32((i+3*j)%11-5)
			}
		}
	}
	return m
}

func join(ids []int32) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(ids), " ", ","), "[]")
}

// logitsOf returns the logits of a text after each token. → [T][V]
func logitsOf(t *testing.T, m *gpt1.Model, ids []int32) [][]float32 {
	t.Helper()
	g := graph.New(false)
	in, data := g.Ints("ids", 1, len(ids))
	copy(data, ids)
	logits := m.Logits(m.Hidden(in))
	machine, err := g.Compile(new(graph.Arena), logits)
	require.NoError(t, err)
	require.NoError(t, machine.Run())
	rows, stride := make([][]float32, len(ids)), graph.LogitsStride(m.VocabSize)
	for i := range rows {
		rows[i] = logits.Values()[i*stride : i*stride+m.VocabSize]
	}
	return rows
}

// TestTorchReadsFolders compares our logits with those that PyTorch computes in float64 from our
// folders, for small models in each type and for one of the published size.
func TestTorchReadsFolders(t *testing.T) {
	python := needTorch(t)
	small := gpt1.Config{NLayer: 3, NHead: 3, NEmbd: 24, NCtx: 16, VocabSize: 61, LayerNormEps: 1e-5, InitRange: 0.2}
	large, err := gpt1.Preset("gpt1")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		config gpt1.Config
		dtype  safetensors.DType
	}{
		"float32": {small, safetensors.F32}, "float16": {small, safetensors.F16}, "bfloat16": {small, safetensors.BF16}, "int8": {small, safetensors.I8},
		"full size": {large, safetensors.F32},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			m := folderModel(t, c.config)
			if c.dtype == safetensors.I8 {
				require.NoError(t, m.Compact(graph.Int8))
			}
			require.NoError(t, checkpoint.WriteModelAs(dir, m, checkpoint.Form{DType: c.dtype}))
			if c.dtype != safetensors.I8 {
				var err error
				m, err = checkpoint.ReadModel(dir) // rounded to the type
				require.NoError(t, err)
			}
			requireTorchAgrees(t, python, dir, m)
		})
	}
}

// requireTorchAgrees compares the logits of a text.
func requireTorchAgrees(t *testing.T, python, dir string, m *gpt1.Model) {
	t.Helper()
	ids := []int32{5, 17, 3, 60, 5, 0, 1, 2, 44}
	var want [][]float64
	torch(t, python, &want, dir, join(ids))
	requireClose(t, want, logitsOf(t, m, ids))
}

// requireClose allows a difference of 5e-6 times the largest logit: a few float32 rounding errors in
// sums over the width of the model.
func requireClose(t *testing.T, want [][]float64, got [][]float32) {
	t.Helper()
	require.Len(t, got, len(want))
	largest := 0.0
	for _, row := range want {
		for _, v := range row {
			largest = max(largest, v, -v)
		}
	}
	for i, row := range want {
		require.Len(t, got[i], len(row))
		for j, v := range row {
			require.InDelta(t, v, got[i][j], 5e-6*largest, "position %d, token %d", i, j)
		}
	}
}

// TestTorchReadsDoubleHeads compares the scores of the answers to a question.
func TestTorchReadsDoubleHeads(t *testing.T) {
	python := needTorch(t)
	c := gpt1.Config{NLayer: 2, NHead: 2, NEmbd: 24, NCtx: 16, VocabSize: 61, LayerNormEps: 1e-5, InitRange: 0.2}
	m := folderModel(t, c, heads.Params(c.NEmbd, 1)...)
	dir := t.TempDir()
	require.NoError(t, checkpoint.WriteModelAs(dir, m, checkpoint.Form{Architecture: gpt1.DoubleHeadsModel}))
	texts := [][]int32{{58, 4, 9, 59, 12, 60}, {58, 4, 9, 59, 33, 60}}
	var want []float64
	torch(t, python, &want, "--choices", dir, join(texts[0])+";"+join(texts[1]))

	requireClose(t, [][]float64{want}, [][]float32{scoresOf(t, heads.MultipleChoice, m, texts, 1, 2)})
}

// scoresOf returns the scores of b examples of n texts each, all of one length.
func scoresOf(t *testing.T, kind heads.Kind, m *gpt1.Model, texts [][]int32, b, n int) []float32 {
	t.Helper()
	head, err := heads.New(kind, m, 0)
	require.NoError(t, err)
	g := graph.New(false)
	in, ids := g.Ints("ids", b*n, len(texts[0]))
	at, positions := g.Ints("at", b*n)
	copy(ids, slices.Concat(texts...))
	for i := range positions {
		positions[i] = int32(len(texts[0]) - 1)
	}
	scores := head.Logits(m.Hidden(in).PickRows(at), b, n)
	machine, err := g.Compile(new(graph.Arena), scores)
	require.NoError(t, err)
	require.NoError(t, machine.Run())
	return scores.Values()
}

// TestTorchReadsExports compares what PyTorch computes from exported folders, in one file and in several, with what we
// compute from the folder that was exported: a language model, and classes without the bias of their head.
func TestTorchReadsExports(t *testing.T) {
	python := needTorch(t)
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 58, MinFrequency: 1})
	trainer.Add("the cat sat on the mat . the dog sat on the log . what a day this was , said the quick brown fox and jumped over a lazy dog")
	tok, err := trainer.Train()
	require.NoError(t, err)
	tok, err = tok.AddSpecials()
	require.NoError(t, err)
	require.Equal(t, 61, tok.Size())
	spec := finetune.Spec{Task: heads.Entailment, Space: heads.Space{Labels: []string{"no", "perhaps", "yes"}}}
	spec.Specials, err = finetune.Specials(tok)
	require.NoError(t, err)
	task, err := spec.JSON()
	require.NoError(t, err)
	c := gpt1.Config{NLayer: 3, NHead: 3, NEmbd: 24, NCtx: 16, VocabSize: tok.Size(), LayerNormEps: 1e-5, InitRange: 0.2}
	m := folderModel(t, c, heads.Params(c.NEmbd, 3)...)
	dir := t.TempDir()
	require.NoError(t, checkpoint.WriteFolder(dir, m, tok, checkpoint.Form{Task: task}))
	texts := [][]int32{{58, 4, 9, 59, 12, 60}, {58, 7, 9, 59, 33, 60}}
	scores := scoresOf(t, heads.Entailment, m, texts, 2, 1)
	bias := m.Store.Param("head.bias").Value
	for i := range scores {
		scores[i] -= bias[i%3]
	}
	for _, shard := range []int64{0, 20_000} {
		lm, classes := t.TempDir(), t.TempDir()
		_, err := export.Write(lm, export.Options{Model: dir, Shard: shard})
		require.NoError(t, err)
		requireTorchAgrees(t, python, lm, m)

		_, err = export.Write(classes, export.Options{Model: dir, Shard: shard, Architecture: gpt1.ClassificationModel})
		require.NoError(t, err)
		var want [][]float64
		torch(t, python, &want, "--classes", classes, join(texts[0])+";"+join(texts[1]))
		requireClose(t, want, [][]float32{scores[:3], scores[3:6]})
	}
}
