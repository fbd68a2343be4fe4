package generatecmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/hub/hubtest"
	"gorgpt/tokenizer"
)

const sentences = "the cat sat on the mat . the dog sat on the log . the cat and the dog ran to the mat and sat ."

// modelFolder makes a small model with random weights.
func modelFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 80, MinFrequency: 1})
	trainer.Add(sentences)
	tok, err := trainer.Train()
	require.NoError(t, err)
	if tok, err = tok.AddSpecials(); err != nil {
		t.Fatal(err)
	}
	m, err := gpt1.New(gpt1.Config{NLayer: 2, NHead: 2, NEmbd: 16, NCtx: 24, VocabSize: tok.Size(), LayerNormEps: 1e-5, InitRange: 0.4})
	require.NoError(t, err)
	m.Init(2)
	require.NoError(t, checkpoint.WriteFolder(dir, m, tok, checkpoint.Form{}))
	return dir
}

// command runs the command with a text on standard input.
func invoke(t *testing.T, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = Run(args, strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

// good runs the command and expects it to succeed with an empty stderr.
func good(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	status, out, errs := invoke(t, stdin, args...)
	require.Zero(t, status, errs)
	require.Empty(t, errs)
	return out
}

func TestPrompt(t *testing.T) {
	dir := modelFolder(t)
	out := good(t, "", "-model", dir, "-prompt", "The Cat", "-tokens", "5")
	require.True(t, strings.HasPrefix(out, "The Cat "), out)
	require.True(t, strings.HasSuffix(out, "\n"))
	require.Equal(t, out, good(t, "The Cat\n", "-model", dir, "-tokens", "5"), "standard input")
	require.Equal(t, out, good(t, "", "-model", dir, "-prompt", "The Cat", "-tokens", "5", "-seed", "1"))
	require.NotEqual(t, out, good(t, "", "-model", dir, "-prompt", "The Cat", "-tokens", "5", "-seed", "2"))
	for _, special := range []string{"<unk>", "_start_", "_delimiter_", "_classify_"} {
		require.NotContains(t, good(t, "", "-model", dir, "-prompt", "a", "-tokens", "200", "-temperature", "3", "-top-k", "0"), special)
	}
	status, _, errs := invoke(t, "", "-model", dir, "-prompt", "the 日本 cat 日", "-tokens", "1")
	require.Zero(t, status)
	require.Equal(t, "generate: warning: the prompt: 3 of 5 tokens (60.0 %) are <unk>, most often for the characters 日 ×2, 本 ×1\n", errs)
	_, _, errs = invoke(t, "the cat\n日\n", "-model", dir, "-score", "-")
	require.Contains(t, errs, "generate: warning: -score: 1 of 3 tokens (33.3 %) are <unk>, most often for the characters 日 ×1\n")
	long := good(t, strings.Repeat(sentences, 4), "-model", dir, "-tokens", "60", "-temperature", "0", "-slide", "1")
	require.Greater(t, len(long), 4*len(sentences)+60, "beyond the context of 24")
	require.NotEmpty(t, good(t, "", "-model", dir, "-prompt", "the", "-ctx", "3", "-tokens", "9", "-repetition-penalty", "1.3", "-top-p", "0.9"))
}

// Without -model the command prints which model it uses.
func TestWithoutModel(t *testing.T) {
	model := modelFolder(t)
	t.Chdir(t.TempDir())
	status, _, errs := invoke(t, "", "-prompt", "the")
	require.Equal(t, 1, status)
	require.Contains(t, errs, "no trained model under runs/: name one with -model")
	for _, c := range []struct{ name, record, want string }{
		{"tuned", `{"command": "finetune", "completed": true}`, "a fine-tuned model, because there is no pre-trained one"},
		{"stopped", `{"command": "train", "completed": false}`, "the last checkpoint of an incomplete run"},
		{"finished", `{"command": "train", "completed": true}`, "the newest completed run"},
	} {
		dir := filepath.Join("runs", c.name)
		require.NoError(t, os.CopyFS(dir, os.DirFS(model)))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "run.json"), []byte(c.record), 0o600))
		status, out, errs := invoke(t, "", "-prompt", "the", "-tokens", "3")
		require.Zero(t, status, errs)
		require.Equal(t, "generate: -model "+dir+", "+c.want+"\n", errs)
		require.NotEmpty(t, out)
	}
}

// TestSeveral checks that several texts start with the one written alone, whichever ends first.
func TestSeveral(t *testing.T) {
	dir := modelFolder(t)
	one := good(t, "", "-model", dir, "-prompt", "the", "-tokens", "12")
	three := strings.Split(strings.TrimSuffix(good(t, "", "-model", dir, "-prompt", "the", "-tokens", "12", "-n", "3"), "\n"), "\n\n")
	require.Len(t, three, 3)
	require.Equal(t, strings.TrimSuffix(one, "\n"), three[0])
	require.NotEqual(t, three[1], three[2])
	word := strings.Fields(three[1])[2]
	stopped := strings.Split(strings.TrimSuffix(good(t, "", "-model", dir, "-prompt", "the", "-tokens", "12", "-n", "3", "-stop", word), "\n"), "\n\n")
	require.Len(t, stopped, 3)
	for i, text := range stopped {
		require.True(t, strings.HasPrefix(three[i], text), "%q of %q", text, three[i])
		require.NotContains(t, strings.TrimPrefix(text, "the"), word)
	}

	beams := strings.Split(strings.TrimSuffix(good(t, "", "-model", dir, "-prompt", "the", "-tokens", "6", "-beams", "4", "-n", "2"), "\n"), "\n\n")
	require.Len(t, beams, 2)
	require.NotEqual(t, beams[0], beams[1])
	require.Equal(t, beams[0]+"\n", good(t, "", "-model", dir, "-prompt", "the", "-tokens", "6", "-beams", "4"))
	cut := good(t, "", "-model", dir, "-prompt", "the", "-tokens", "6", "-beams", "4", "-stop", strings.Fields(beams[0])[2])
	require.NotContains(t, strings.TrimPrefix(cut, "the"), strings.Fields(beams[0])[2])
}

func TestInteractive(t *testing.T) {
	dir := modelFolder(t)
	args := []string{"-model", dir, "-interactive", "-tokens", "4", "-temperature", "0"}
	out := good(t, "the cat\n\n/new\nthe cat", args...)
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	require.Len(t, lines, 3)
	require.Equal(t, lines[0], lines[2], "/new starts a new text")
	whole := good(t, "", "-model", dir, "-prompt", "the cat", "-tokens", "8", "-temperature", "0")
	require.Equal(t, strings.TrimSuffix(whole, "\n"), lines[0]+lines[1], "an empty line continues the text")
	require.Empty(t, good(t, "/quit\nthe cat\n", args...))
	status, out, errs := invoke(t, "\nthe\n", args...)
	require.Zero(t, status)
	require.Contains(t, errs, "the prompt is empty")
	require.NotEmpty(t, out, "the session continues")
}

// On a terminal, flags that -interactive refuses lead to one prompt instead.
func TestTerminal(t *testing.T) {
	for want, all := range map[bool][][]string{
		true:  {nil, {"-seed", "2"}, {"-interactive"}},
		false: {{"-prompt", "the"}, {"-n", "2"}, {"-beams", "2"}, {"-alternatives", "2"}, {"-attention", "x"}},
	} {
		for _, args := range all {
			s, err := parse(args, io.Discard)
			require.NoError(t, err)
			require.Equal(t, want, (&command{settings: s, terminal: true}).talks(), "%v", args)
		}
	}
}

func TestScore(t *testing.T) {
	dir := modelFolder(t)
	file := filepath.Join(t.TempDir(), "texts")
	text := "the cat sat\n\n" + strings.Repeat("the dog ran . ", 20) + "\nthe"
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	status, out, errs := invoke(t, "", "-model", dir, "-score", file)
	require.Zero(t, status, errs)
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	require.Len(t, lines, 4)
	require.Equal(t, "0.0000\t-\t0\t", lines[1])
	require.Equal(t, "0.0000\t-\t0\tthe", lines[3])
	require.Contains(t, errs, "4 lines, ")

	status, again, errs := invoke(t, text, "-model", dir, "-score", "-", "-score-json")
	require.Zero(t, status, errs)
	for i, line := range strings.Split(strings.TrimSuffix(again, "\n"), "\n") {
		var s struct {
			Line       int
			Text       string
			LogProb    float64
			Perplexity *float64
			Tokens     []struct {
				Token   string
				LogProb *float64
			}
		}
		require.NoError(t, json.Unmarshal([]byte(line), &s))
		require.Equal(t, i+1, s.Line)
		sum, n := 0.0, 0
		for j, token := range s.Tokens {
			require.Equal(t, j == 0, token.LogProb == nil, "only the first token is not predicted")
			if j > 0 {
				sum += *token.LogProb
				n++
			}
		}
		require.InDelta(t, sum, s.LogProb, 1e-9)
		fields := strings.Split(lines[i], "\t")
		require.Equal(t, fmt.Sprintf("%.4f", sum), fields[0])
		require.Equal(t, fmt.Sprint(n), fields[2])
		require.Equal(t, s.Text, fields[3])
		if n == 0 {
			require.Nil(t, s.Perplexity)
			continue
		}
		require.InDelta(t, math.Exp(-sum/float64(n)), *s.Perplexity, 1e-6)
		require.Equal(t, fmt.Sprintf("%.4f", *s.Perplexity), fields[1])
	}
}

func TestAttention(t *testing.T) {
	dir := modelFolder(t)
	file := filepath.Join(t.TempDir(), "weights.safetensors")
	good(t, "", "-model", dir, "-prompt", "the cat sat", "-attention", file)
	f, err := safetensors.Open(file)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	require.Equal(t, []string{"h.0.attn", "h.1.attn", "ids"}, f.Names())
	info, _ := f.Info("h.1.attn")
	require.Equal(t, []int{2, 3, 3}, info.Shape)
	var tokens []string
	require.NoError(t, json.Unmarshal([]byte(f.Metadata()["tokens"]), &tokens))
	require.Equal(t, []string{"the</w>", "cat</w>", "sat</w>"}, tokens)
	w := make([]float32, info.Len())
	require.NoError(t, f.Float32("h.1.attn", w))
	require.Equal(t, []float32{1, 0, 0}, w[:3], "the first position attends only to itself")
	status, _, errs := invoke(t, "", "-model", dir, "-prompt", sentences, "-attention", file)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "it must have 1 to 24, the length of the context")
}

func TestAttentionPage(t *testing.T) {
	dir, file := modelFolder(t), filepath.Join(t.TempDir(), "weights.html")
	const prompt = "the </script> cat"
	status, out, _ := invoke(t, "", "-model", dir, "-prompt", prompt, "-attention", file) // characters are unknown
	require.Zero(t, status)
	require.Regexp(t, `^2 layers × \[2 (\d+) \d+\] in .*weights.html\n$`, out)
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	page := string(got)
	require.Equal(t, 2, strings.Count(page, "</script>"), "the prompt does not end a script")
	require.NotRegexp(t, `src=|href=|url\(|import |fetch`, page, "it needs no other files")
	_, text, _ := strings.Cut(page, `<script id="data" type="application/json">`)
	text, _, _ = strings.Cut(text, "</script>")
	var data struct {
		Tokens  []string
		Heads   int
		Weights []byte
	}
	require.NoError(t, json.Unmarshal([]byte(text), &data))
	n := len(data.Tokens)
	require.Equal(t, "the", data.Tokens[0])
	require.Equal(t, 2, data.Heads)
	require.Len(t, data.Weights, 2*2*n*(n+1)/2)

	tensors := filepath.Join(t.TempDir(), "weights")
	status, _, _ = invoke(t, "", "-model", dir, "-prompt", prompt, "-attention", tensors)
	require.Zero(t, status)
	f, err := safetensors.Open(tensors)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	k := 0
	for layer := range 2 {
		w := make([]float32, 2*n*n)
		require.NoError(t, f.Float32(fmt.Sprintf("h.%d.attn", layer), w))
		for row := range 2 * n {
			for column := range row%n + 1 {
				require.InDelta(t, w[row*n+column], float64(data.Weights[k])/255, 0.5001/255)
				k++
			}
		}
	}
}

func TestModelOfTheHub(t *testing.T) {
	dir := modelFolder(t)
	h := hubtest.New(t)
	h.Environment(t)
	h.AddFolder("org/cats", dir)
	flags := []string{"-prompt", "The Cat", "-tokens", "5", "-model"}
	want := good(t, "", append(flags, dir)...)
	require.Equal(t, want, good(t, "", append(flags, "hf:org/cats")...))
	t.Setenv("HF_HUB_OFFLINE", "1")
	status, out, errs := invoke(t, "", append(flags, "hf:org/cats")...)
	require.Zero(t, status, errs)
	require.Equal(t, want, out)
	require.Regexp(t, `^hf:org/cats@[0-9a-f]{40}: using the cache, without asking whether there is more or newer\n$`, errs)
	status, _, errs = invoke(t, "", append(flags, "hf:org/dogs")...)
	require.Equal(t, 1, status)
	require.Contains(t, errs, "generate: -model: hf:org/dogs: HF_HUB_OFFLINE is set, and ")
}
