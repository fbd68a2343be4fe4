package finetunecmd

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/cmd/internal/cli"
	"gorgpt/gpt1"
	"gorgpt/pretrain"
	"gorgpt/tokenizer"
)

// short are flags for a run of a few updates.
var short = []string{"-train", "train.jsonl", "-steps", "3", "-batch", "8", "-micro", "3"}

func TestSameSeedSameFiles(t *testing.T) {
	dir := workplace(t, "similarity")
	timings := regexp.MustCompile(`"(tok_s|elapsed_s)":[^,}]+`)
	files := func(out, seed string) map[string]string {
		status, _, stderr := command(t, dir, append(short, "-task", "similarity", "-model", "m", "-dev", "dev.jsonl", "-out", out, "-seed", seed)...)
		require.Zero(t, status, stderr)
		content := map[string]string{}
		for _, name := range []string{
			"config.json", "merges.txt", "metrics.jsonl", "model.safetensors", "predictions.tsv", "run.json", "task.json", "vocab.json",
			"report.json", "errors.tsv", "confusion.svg",
		} {
			content[name] = timings.ReplaceAllString(read(t, filepath.Join(dir, out), name), "")
		}
		return content
	}
	one := files("one", "1")
	for name, content := range files("two", "1") {
		require.Equal(t, one[name], content, name)
	}
	require.NotEqual(t, one["model.safetensors"], files("three", "2")["model.safetensors"])
}

func TestPredictionsOfDev(t *testing.T) {
	dir := workplace(t, "classification")
	status, _, stderr := command(t, dir, append(short, "-task", "classification", "-model", "m", "-dev", "dev.jsonl", "-out", "out")...)
	require.Zero(t, status, stderr)
	require.Equal(t, 21, strings.Count(read(t, dir, "out/predictions.tsv"), "\n"))

	status, stdout, stderr := command(t, dir, append(short, "-task", "classification", "-model", "m", "-out", "out", "-force")...)
	require.Zero(t, status, stderr)
	require.NotContains(t, stdout, "predictions")
	require.NoFileExists(t, filepath.Join(dir, "out", "predictions.tsv"), "the predictions of the first run do not belong to the second")
}

// Own rows are learned by the newest model that has read books.
func TestNewestModel(t *testing.T) {
	dir := workplace(t, "entailment")
	for _, name := range []string{"newest", "interrupted", "world"} {
		writeModel(t, filepath.Join(dir, "runs", name))
	}
	write(t, dir, "runs/newest/run.json", `{"command": "train", "completed": true, "settings": {"data": ["books"]}}`)
	write(t, dir, "runs/interrupted/run.json", `{"command": "train", "completed": false, "settings": {"data": ["books"]}}`)
	status, stdout, stderr := command(t, dir, append(short, "-task", "entailment")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "weights of runs/newest\n")
	require.Regexp(t, "before fine-tuning, the model's perplexity on these texts is .*The model does not know such text: pre-train", stdout)
	require.Contains(t, read(t, dir, "runs/width32-entailment/run.json"), `"model": "runs/newest"`)

	require.NoError(t, os.RemoveAll(filepath.Join(dir, "runs", "newest")))
	status, stdout, stderr = command(t, dir, append(short, "-task", "entailment")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "no -model, and no completed run of gorgpt train -data under runs/: starting from random weights\n")
	require.Contains(t, stdout, "random weights in the shape of preset tiny, with a vocabulary of")
	require.NotContains(t, stdout, "before fine-tuning", "random weights know no text")
}

// If there is no model of the embedded world, the command pre-trains one first, but only after it has
// checked the rows.
func TestPretrainingComesFirst(t *testing.T) {
	dir := workplace(t, "classification")
	t.Chdir(dir)
	first, err := pretrain.Defaults("tiny")
	require.NoError(t, err)
	write(t, dir, "book.txt", strings.Repeat(sentences+"\n\n", 40))
	first.Data, first.Vocab, first.Ctx, first.Steps, first.Epochs = []string{"book.txt"}, 100, 24, 2, 0
	tuneFirst := func(flags ...string) (string, error) {
		s, err := parse(nil, append(flags, "-task", "classification", "-steps", "2", "-limit", "40", "-allow-unknown", "-checkpoints", "0"), new(bytes.Buffer))
		require.NoError(t, err)
		out := new(bytes.Buffer)
		err = tune(context.Background(), s, first, nil, cli.NewConsole(nil, out, new(bytes.Buffer)))
		return out.String(), err
	}
	_, err = tuneFirst("-train", "none.jsonl")
	require.ErrorContains(t, err, "none.jsonl")
	_, err = tuneFirst("-out", ".")
	require.ErrorContains(t, err, ". is not empty")
	require.NoDirExists(t, filepath.Join(dir, "runs"))

	stdout, err := tuneFirst()
	require.NoError(t, err)
	require.Contains(t, stdout, "no completed pre-training under runs/: pre-training tiny first\n")
	require.Contains(t, stdout, "weights of runs/tiny\n")
	_, err = checkpoint.ReadModel(filepath.Join(dir, "runs", "tiny-classification"))
	require.NoError(t, err)
}

func TestScratch(t *testing.T) {
	dir := workplace(t, "qa")
	t.Run("with the vocabulary of a model", func(t *testing.T) {
		status, stdout, stderr := command(t, dir, append(short, "-task", "qa", "-scratch", "-model", "m", "-out", "a")...)
		require.Zero(t, status, stderr)
		require.Contains(t, stdout, "random weights in the shape of m\n")
		require.Equal(t, read(t, dir, "m/merges.txt"), read(t, dir, "a/merges.txt"))
		m, err := checkpoint.ReadModel(filepath.Join(dir, "a"))
		require.NoError(t, err)
		require.Equal(t, 32, m.NEmbd)
		tok, err := tokenizer.Load(filepath.Join(dir, "a"))
		require.NoError(t, err)
		require.Equal(t, tok.Size(), m.VocabSize)
	})
	t.Run("with a new vocabulary", func(t *testing.T) {
		status, stdout, stderr := command(t, dir, append(short, "-task", "qa", "-scratch", "-out", "b")...)
		require.Zero(t, status, stderr)
		require.Contains(t, stdout, "random weights in the shape of preset tiny, with a vocabulary of")
		m, err := checkpoint.ReadModel(filepath.Join(dir, "b"))
		require.NoError(t, err)
		require.Equal(t, 128, m.NEmbd)
		tok, err := tokenizer.Load(filepath.Join(dir, "b"))
		require.NoError(t, err)
		require.Equal(t, tok.Size(), m.VocabSize)
	})
}

func TestTuneAgain(t *testing.T) {
	dir := workplace(t, "classification")
	tune := func(model, out, data string) (stdout string) {
		write(t, dir, "train.jsonl", data)
		status, stdout, stderr := command(t, dir, append(short, "-task", "classification", "-model", model, "-out", out, "-lr", "0")...)
		require.Zero(t, status, stderr)
		return stdout
	}
	weights := func(folder, name string) []float32 {
		m, err := checkpoint.ReadModel(filepath.Join(dir, folder))
		require.NoError(t, err)
		return m.Store.Param(name).Value
	}
	data := rows("classification", 9, 1)
	require.NotContains(t, tune("m", "first", data), "the head of")
	again := tune("first", "second", data)
	require.Contains(t, again, "kept the head of first, which has the same task and labels")
	require.NotContains(t, again, "special token")
	require.Equal(t, weights("first", "head.weight"), weights("second", "head.weight"))
	require.Equal(t, weights("first", "tokens_embed.weight"), weights("second", "tokens_embed.weight"), "no rows were added")

	require.NotContains(t, tune("first", "third", strings.ReplaceAll(data, " one", " two")), "the head of", "other labels")
	require.NoError(t, os.Remove(filepath.Join(dir, "first", "task.json")))
	require.NotContains(t, tune("first", "fourth", data), "the head of", "without task.json, the task of the head is unknown")
}

func TestBuildOnly(t *testing.T) {
	dir := workplace(t, "similarity")
	status, stdout, stderr := command(t, dir, "-task", "similarity", "-model", "m", "-train", "train.jsonl", "-steps", "0", "-dot", "g.dot", "-out", "out")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "-steps 0, so nothing is trained")
	require.Contains(t, read(t, dir, "g.dot"), "digraph")
	require.NoDirExists(t, filepath.Join(dir, "out"))

	status, stdout, stderr = command(t, dir, "-task", "similarity", "-train", "train.jsonl", "-steps", "0", "-dot", "h.dot")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "random weights in the shape of preset tiny", "no model is pre-trained")
	require.Contains(t, read(t, dir, "h.dot"), "digraph")
	require.NoDirExists(t, filepath.Join(dir, "runs"))

	status, _, stderr = command(t, dir, "-task", "similarity", "-train", "train.jsonl", "-steps", "0", "-svg", "p.svg", "-dot-level", "paper")
	require.Zero(t, status, stderr)
	require.Contains(t, read(t, dir, "p.svg"), "2 × [2 128] → 2 × [2 128 128] → 2 × [2 128], added → [2 2]", "the sizes of this task")
	require.Equal(t, 2, strings.Count(read(t, dir, "p.svg"), `stroke-width="2"`), "the block and the format of this task")
}

func TestDropout(t *testing.T) {
	dir := workplace(t, "similarity")
	dropout := func(out string, flags ...string) (p float32) {
		status, _, stderr := command(t, dir, append(append(short, "-task", "similarity", "-model", "m", "-out", out), flags...)...)
		require.Zero(t, status, stderr)
		m, err := checkpoint.ReadModel(filepath.Join(dir, out))
		require.NoError(t, err)
		require.Equal(t, m.AttnPDrop, m.ResidPDrop)
		require.Equal(t, m.AttnPDrop, m.EmbdPDrop)
		return m.AttnPDrop
	}
	require.Equal(t, float32(0.1), dropout("a"), "the dropout of the model")
	require.Zero(t, dropout("b", "-dropout", "0"))

	// Without dropout, training and evaluation compute the same loss.
	all := []string{"-dev", "train.jsonl", "-lr", "0", "-steps", "1", "-batch", "48"}
	dropout("c", append(all, "-dropout", "0")...)
	c := filepath.Join(dir, "c")
	require.InDelta(t, last(t, c, "dev_loss"), last(t, c, "loss"), 1e-5)
	dropout("d", all...)
	d := filepath.Join(dir, "d")
	require.NotEqual(t, last(t, d, "dev_loss"), last(t, d, "loss"))
}

func TestCutIsReported(t *testing.T) {
	dir := workplace(t, "classification")
	long := `{"text": "` + strings.Repeat("the film was good ", 20) + `", "label": "good one"}` + "\n"
	write(t, dir, "train.jsonl", rows("classification", 8, 1)+long)
	status, stdout, stderr := command(t, dir, append(short, "-task", "classification", "-model", "m", "-out", "out")...)
	require.Zero(t, status, stderr)
	require.Regexp(t, `9 training examples, 1 of them cut to the model's 24 positions, which loses \d\d\.\d % of the text\n`, stdout)
}

// Windows train on all of a long text and predict one label for it, also later.
func TestWindows(t *testing.T) {
	dir := workplace(t, "classification")
	long := `{"text": "` + strings.Repeat("the film was good ", 20) + `", "label": "good one"}` + "\n"
	write(t, dir, "train.jsonl", rows("classification", 8, 1)+long)
	write(t, dir, "dev.jsonl", long+rows("classification", 8, 1))
	flags := append(short, "-task", "classification", "-model", "m", "-dev", "dev.jsonl", "-long")
	status, stdout, stderr := command(t, dir, append(flags, "windows", "-out", "out")...)
	require.Zero(t, status, stderr)
	require.Regexp(t, `9 training examples, 1 of them read in windows of the model's 24 positions, \d+ windows in all\n`, stdout)
	require.Contains(t, stdout, "\ndev, 9 examples: acc ")
	require.Contains(t, read(t, dir, "out/task.json"), `"long": "windows"`)
	predictions := read(t, dir, "out/predictions.tsv")
	require.Equal(t, 10, strings.Count(predictions, "\n"), "one line for each row")
	status, stdout, stderr = command(t, dir, "-model", "out", "-eval", "dev.jsonl")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "9 examples: acc ")
	status, again, stderr := command(t, dir, "-model", "out", "-predict", "dev.jsonl")
	require.Zero(t, status, stderr)
	require.Equal(t, predictions, again)
	for _, c := range [][2]string{{"all", `-long must be cut-end, head-tail or windows, not "all"`}} {
		status, _, stderr = command(t, dir, append(flags, c[0])...)
		require.Equal(t, 2, status)
		require.Contains(t, stderr, c[1])
	}
	status, _, stderr = command(t, dir, "-task", "qa", "-train", "train.jsonl", "-long", "windows")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "-long windows is for tasks with one text per row, classification and multilabel: for qa use head-tail or cut-end")
}

// interrupting collects output and sends an interrupt when training begins. It is locked because
// the signal handler also writes.
type interrupting struct {
	t  *testing.T
	mu sync.Mutex
	bytes.Buffer
}

func (w *interrupting) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("step 1/")) {
		self, err := os.FindProcess(os.Getpid())
		require.NoError(w.t, err)
		require.NoError(w.t, self.Signal(os.Interrupt))
		time.Sleep(100 * time.Millisecond) // until the signal arrives
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Buffer.Write(p)
}

func TestInterrupt(t *testing.T) {
	dir := workplace(t, "entailment")
	t.Chdir(dir)
	stderr := &interrupting{t: t}
	status := Run(nil, []string{"-task", "entailment", "-model", "m", "-train", "train.jsonl", "-dev", "dev.jsonl", "-steps", "100000", "-out", "out"}, nil, new(bytes.Buffer), stderr)
	require.Equal(t, 130, status, stderr.String())
	require.Contains(t, stderr.String(), "finetune: stopped after update ")
	_, err := checkpoint.ReadModel(filepath.Join(dir, "out"))
	require.NoError(t, err, "the model is saved as it was after the last update")
	require.NoFileExists(t, filepath.Join(dir, "out", "predictions.tsv"))
}

// TestPipelineIsKept checks that fine-tuning keeps the pipeline of the tokenizer.
func TestPipelineIsKept(t *testing.T) {
	dir := workplace(t, "classification")
	write(t, filepath.Join(dir, "m"), "tokenizer_config.json", `{"gorgpt_pipeline": "original"}`)
	status, stdout, stderr := command(t, dir, "-task", "classification", "-model", "m", "-train", "train.jsonl", "-steps", "1", "-out", "out")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "note: the tokenizer's pipeline is original, but other programs")
	tok, err := tokenizer.Load(filepath.Join(dir, "out"))
	require.NoError(t, err)
	require.Equal(t, tokenizer.Original, tok.Pipeline())
	for i, token := range []string{tokenizer.Start, tokenizer.Delimiter, tokenizer.Classify} {
		id, found := tok.ID(token)
		require.True(t, found)
		require.EqualValues(t, tok.Size()-3+i, id)
	}
}

// -transfer with all blocks gives the same run as no flag; with fewer blocks, another run.
func TestTransfer(t *testing.T) {
	dir := t.TempDir()
	writeModel(t, filepath.Join(dir, "m"))
	write(t, dir, "train.jsonl", rows("classification", 40, 1))
	tune := func(out string, flags ...string) (status int, stderr string) {
		args := append(strings.Fields("-task classification -train train.jsonl -model m -steps 3 -seed 2 -out "+out), flags...)
		status, stdout, stderr := command(t, dir, args...)
		if out == "none" {
			require.Contains(t, stdout, "transferred blocks: 0 of 1; the others start with random weights")
		}
		return status, stderr
	}
	for out, flags := range map[string][]string{"plain": nil, "all": {"-transfer", "1"}, "none": {"-transfer", "0"}} {
		status, stderr := tune(out, flags...)
		require.Zero(t, status, stderr)
	}
	require.Equal(t, read(t, dir, "plain/model.safetensors"), read(t, dir, "all/model.safetensors"))
	require.False(t, read(t, dir, "plain/model.safetensors") == read(t, dir, "none/model.safetensors"), "other weights")
	require.Contains(t, read(t, dir, "none/run.json"), `"transfer": "0"`)
	require.NotContains(t, read(t, dir, "plain/run.json"), "transfer")
	status, stderr := tune("more", "-transfer", "2")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "-transfer is 2, but the model has 1 block")

	// A resumed run transfers as many blocks.
	status, stdout, stderr := command(t, dir, "-resume", "none")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "complete: nothing to do")
}

// An LSTM is fine-tuned and resumed like a Transformer, but it has no blocks to transfer.
func TestLSTM(t *testing.T) {
	dir := t.TempDir()
	writeModel(t, filepath.Join(dir, "m"))
	_, tok, err := checkpoint.ReadFolder(filepath.Join(dir, "m"), 0)
	require.NoError(t, err)
	m, err := gpt1.New(gpt1.Config{
		NLayer: 1, NHead: 1, NUnits: 24, NEmbd: 32, NCtx: 24, VocabSize: tok.Size(), ResidPDrop: 0.1, LayerNormEps: 1e-5, InitRange: 0.3,
	})
	require.NoError(t, err)
	m.Init(1)
	require.NoError(t, checkpoint.WriteModel(filepath.Join(dir, "m"), m))
	for _, task := range []string{"classification", "entailment", "similarity", "qa"} {
		write(t, dir, "train.jsonl", rows(task, 60, 1))
		status, stdout, stderr := command(t, dir, strings.Fields("-train train.jsonl -test train.jsonl -model m -steps 60 -lr 0.01 -task "+task+" -out "+task)...)
		require.Zero(t, status, stderr)
		require.Regexp(t, `test, 60 examples: acc (0\.9|1\.0)`, stdout, task)
		again, err := checkpoint.ReadModel(filepath.Join(dir, task))
		require.NoError(t, err)
		require.True(t, again.IsLSTM())
	}
	status, _, stderr := command(t, dir, strings.Fields("-train train.jsonl -model m -steps 1 -task qa -transfer 1 -out x")...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "-transfer is 1, but the model is an LSTM, which has no blocks")
}
