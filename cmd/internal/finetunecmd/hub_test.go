package finetunecmd

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/dist"
	"gorgpt/dist/disttest"
	"gorgpt/hub/hubtest"
)

// published gives a model folder the files and tensors that the published model has: causal masks, a tokenizer.json's
// companions, and weights of other programs, which are not downloaded.
func published(t *testing.T, dir string) {
	t.Helper()
	const ctx = 24
	data := read(t, dir, "model.safetensors")
	n := binary.LittleEndian.Uint64([]byte(data))
	header := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(data[8:8+n]), &header))
	body := []byte(data[8+n:])
	header["h.0.attn.bias"] = map[string]any{"dtype": "F32", "shape": []int{1, 1, ctx, ctx}, "data_offsets": []int{len(body), len(body) + 4*ctx*ctx}}
	body = append(body, make([]byte, 4*ctx*ctx)...)
	text, err := json.Marshal(header)
	require.NoError(t, err)
	write(t, dir, "model.safetensors", string(binary.LittleEndian.AppendUint64(nil, uint64(len(text))))+string(text)+string(body))
	require.NoError(t, os.Remove(filepath.Join(dir, "run.json")))
	for _, name := range []string{"README.md", "generation_config.json", "pytorch_model.bin", "rust_model.ot", "tf_model.h5"} {
		write(t, dir, name, "{}")
	}
}

// table makes a Parquet file of SST-2, as the hub has them.
func table(t *testing.T, n int, seed uint64) []byte {
	t.Helper()
	type row struct {
		Sentence string `parquet:"sentence"`
		Label    int64  `parquet:"label"`
		Idx      int32  `parquet:"idx"`
	}
	var out bytes.Buffer
	w := parquet.NewGenericWriter[row](&out)
	for i, line := range strings.Split(strings.TrimSpace(films(n, seed, true)), "\n")[1:] {
		text, label, _ := strings.Cut(line, "\t")
		_, err := w.Write([]row{{text, int64(label[0] - '0'), int32(i)}})
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// library starts a hub with a model and labelled rows.
func library(t *testing.T) (h *hubtest.Hub, dir string) {
	t.Helper()
	dir = t.TempDir()
	writeModel(t, filepath.Join(dir, "m"))
	published(t, filepath.Join(dir, "m"))
	h = hubtest.New(t)
	h.Environment(t)
	h.AddFolder("openai-community/openai-gpt", filepath.Join(dir, "m"))
	h.Add("datasets/nyu-mll/glue", map[string][]byte{
		"README.md": []byte("# GLUE"), "cola/train-00000-of-00001.parquet": table(t, 3, 9), "sst2/train-00000-of-00002.parquet": table(t, 30, 1),
		"sst2/train-00001-of-00002.parquet": table(t, 18, 4), "sst2/validation-00000-of-00001.parquet": table(t, 20, 2),
	})
	all := rows("classification", 48, 1)
	half := strings.Index(all[len(all)/2:], "\n") + len(all)/2 + 1
	h.Add("datasets/org/films", map[string][]byte{
		"README.md": []byte("films"), "data/train-00000-of-00002.jsonl": []byte(all[:half]), "data/train-00001-of-00002.jsonl": []byte(all[half:]),
		"data/validation.jsonl": []byte(rows("classification", 20, 2)), "data/test.jsonl": []byte(rows("classification", 21, 3)),
	})
	return h, dir
}

// One command downloads, opens, and fine-tunes; then it predicts without the hub.
func TestHub(t *testing.T) {
	h, dir := library(t)
	status, stdout, stderr := command(t, dir, "-model", "hf:openai-community/openai-gpt", "-dataset", "SST-2", "-data", "hf:",
		"-limit", "20", "-steps", "20", "-batch", "8", "-out", "out")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "\ndev, 20 examples: acc ")
	for _, r := range h.Requests() {
		for _, other := range []string{"cola", "README", ".bin", ".ot", ".h5"} {
			require.NotContains(t, r.Path, other, "only what is needed")
		}
	}
	record := read(t, dir, "out/run.json")
	require.Regexp(t, `"model": "hf:openai-community/openai-gpt@[0-9a-f]{40}"`, record)
	require.Regexp(t, `"data": "hf:datasets/nyu-mll/glue/sst2@[0-9a-f]{40}"`, record)

	t.Setenv("HF_HUB_OFFLINE", "1")
	h.Forget()
	status, stdout, stderr = command(t, dir, "-model", "out", "-predict", "hf:nyu-mll/glue/sst2/validation-*.parquet")
	require.Zero(t, status, stderr)
	require.Equal(t, 21, strings.Count(stdout, "\n"))
	require.Empty(t, h.Requests())

	status, _, stderr = command(t, dir, "-dataset", "MCTest", "-data", "hf:")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "-data: the hub has no repository with the files of MCTest: name a folder, or hf:org/name")
	status, _, stderr = command(t, dir, "-task", "qa", "-train", "hf:org/no")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "-train: hf:datasets/org/no: HF_HUB_OFFLINE is set, and ")
}

// The splits of -train, -dev and -test are those of the repository, whose commit stays that of the run.
func TestRowsOfTheHub(t *testing.T) {
	h, dir := library(t)
	flags := []string{
		"-task", "classification", "-model", "hf:openai-community/openai-gpt", "-train", "hf:org/films", "-dev", "hf:org/films", "-test", "hf:org/films",
		"-steps", "12", "-batch", "8", "-micro", "3", "-eval-every", "4", "-save-every", "4", "-checkpoints", "9",
	}
	for _, out := range []string{"whole", "out"} {
		status, stdout, stderr := command(t, dir, append(flags, "-out", out)...)
		require.Zero(t, status, stderr)
		require.Contains(t, stdout, "\ntest, 21 examples: ")
	}
	asked := 0
	for _, r := range h.Requests() {
		if r.Path == "/api/datasets/org/films/revision/main" {
			asked++
		}
	}
	require.Equal(t, 2, asked, "once a run, for all splits")
	h.Forget()
	record := read(t, dir, "out/run.json")
	require.Regexp(t, `"train": "hf:datasets/org/films/data/train-\*-of-\*.jsonl@[0-9a-f]{40}"`, record)
	require.Regexp(t, `"dev": "hf:datasets/org/films/data/validation.jsonl@[0-9a-f]{40}"`, record)

	// The same rows in own files give the same weights.
	for name, parts := range map[string][]string{"train.jsonl": {"data/train-00000-of-00002.jsonl", "data/train-00001-of-00002.jsonl"}, "dev.jsonl": {"data/validation.jsonl"}, "test.jsonl": {"data/test.jsonl"}} {
		text := ""
		for _, part := range parts {
			found, err := filepath.Glob(filepath.Join(os.Getenv("HF_HOME"), "hub", "datasets--org--films", "snapshots", "*", part))
			require.NoError(t, err)
			require.Len(t, found, 1)
			text += read(t, "", found[0])
		}
		write(t, dir, name, text)
	}
	own := append([]string{"-out", "own", "-task", "classification", "-model", "m", "-train", "train.jsonl", "-dev", "dev.jsonl", "-test", "test.jsonl"}, flags[10:]...)
	status, _, stderr := command(t, dir, own...)
	require.Zero(t, status, stderr)
	require.True(t, read(t, dir, "own/model.safetensors") == read(t, dir, "out/model.safetensors"))

	// The repository changes; the run goes on with what it began with, without a request.
	h.Add("datasets/org/films", map[string][]byte{"data/train.jsonl": []byte("{}"), "data/validation.jsonl": []byte("{}"), "data/test.jsonl": []byte("{}")})
	for _, name := range []string{"model.safetensors", "predictions.tsv", "checkpoints/step-000000012"} {
		require.NoError(t, os.RemoveAll(filepath.Join(dir, "out", name)))
	}
	write(t, dir, "out/run.json", strings.Replace(record, `"completed": true`, `"completed": false`, 1))
	status, stdout, stderr := command(t, dir, "-resume", "out")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "resuming after update 8 of 12")
	for _, name := range []string{"model.safetensors", "predictions.tsv", "run.json"} {
		require.True(t, read(t, dir, filepath.Join("whole", name)) == read(t, dir, filepath.Join("out", name)), name)
	}
	require.Empty(t, h.Requests())
	status, stdout, stderr = command(t, dir, "-model", "out", "-eval", "hf:org/films")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "hf:datasets/org/films/data/test.jsonl@")
	require.Contains(t, stdout, ", 21 examples: acc ")

	// Rows of several files have numbers that run on.
	status, stdout, stderr = command(t, dir, "-model", "out", "-predict", "hf:org/films/data/train-*.jsonl", "-out", "-")
	require.Zero(t, status, stderr)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Len(t, lines, 49)
	for i, line := range lines[1:] {
		require.True(t, strings.HasPrefix(line, fmt.Sprintf("%d\t", i+1)), line)
	}

	// So they do when they are divided.
	files := map[string][]byte{}
	for i := range 40 {
		name := fmt.Sprintf("train/%04d.csv", i/20)
		if i%20 == 0 {
			files[name] = []byte("text,label\n")
		}
		files[name] = append(files[name], []byte(fmt.Sprintf("the film was %s,%d\n", strings.Repeat("a b ", 1+i), i%2))...)
	}
	files["validation.csv"] = []byte("text,label\nbad,0\n")
	h.Add("datasets/org/distinct", files)
	status, stdout, stderr = command(t, dir, "-task", "classification", "-model", "m", "-train", "hf:org/distinct", "-steps", "2", "-out", "divided")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "hf:datasets/org/distinct has validation rows, too (validation.csv), which are not used: -dev hf:datasets/org/distinct uses them\n")
	require.Contains(t, stdout, "split 80/10/10 by seed 1: 32 training, 4 development and 4 test rows")
	require.Regexp(t, `(?s)^row\tpart\n1\t.*\n40\t[a-z]+\n$`, read(t, dir, "divided/split.tsv"))
	require.Equal(t, 41, strings.Count(read(t, dir, "divided/split.tsv"), "\n"))
}

// Ranks use the commit that the first has found, and download a file once.
func TestHubOnRanks(t *testing.T) {
	h, dir := library(t)
	t.Chdir(dir)
	var stdout, stderr bytes.Buffer
	flags := []string{"-model", "hf:openai-community/openai-gpt", "-task", "classification", "-train", "hf:org/films", "-dev", "hf:org/films", "-steps", "4", "-batch", "8", "-out", "many"}
	for _, err := range disttest.Errors(2, func(g *dist.Group) error {
		out, told := io.Writer(io.Discard), io.Writer(io.Discard)
		if g.First() {
			out, told = &stdout, &stderr
		}
		if status := Run(g, flags, nil, out, told); status != 0 {
			return errors.Errorf("status %d", status)
		}
		return nil
	}) {
		require.NoError(t, err, stderr.String())
	}
	asked := map[string]int{}
	for _, r := range h.Requests() {
		asked[r.Path]++
		if strings.Contains(r.Path, "/resolve/") {
			require.Equal(t, 1, asked[r.Path], r.Path)
		}
	}
	require.Equal(t, 1, asked["/api/models/openai-community/openai-gpt/revision/main"])
	require.Regexp(t, `"dev": "hf:datasets/org/films/data/validation.jsonl@[0-9a-f]{40}"`, read(t, dir, "many/run.json"))
	require.Contains(t, stdout.String(), "20 examples: acc ")
}
