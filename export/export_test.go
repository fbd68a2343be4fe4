package export

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/checkpoint"
	"gorgpt/checkpoint/safetensors"
	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// oddLabels are labels that JSON, YAML and Python must quote.
var oddLabels = []string{`say "no"`, `C:\dir`, "<b> & é 日本", "---", "null", "0"}

// folder makes the folder of a small model for a task, or without one, and returns it.
func folder(t testing.TB, spec finetune.Spec) string {
	t.Helper()
	dir := t.TempDir()
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 60, MinFrequency: 1})
	trainer.Add("the cat sat on the mat . the dog sat on the log .")
	tok, err := trainer.Train()
	require.NoError(t, err)
	tok, err = tok.AddSpecials()
	require.NoError(t, err)
	c := gpt1.Config{NLayer: 2, NHead: 2, NEmbd: 16, NCtx: 24, VocabSize: tok.Size(), LayerNormEps: 1e-5, InitRange: 0.4}
	m, err := gpt1.New(c)
	form := checkpoint.Form{}
	if spec.Task != "" {
		spec.Specials, err = finetune.Specials(tok)
		require.NoError(t, err)
		m, err = gpt1.New(c, heads.Params(c.NEmbd, spec.Outputs())...)
		require.NoError(t, err)
		form.Task, err = spec.JSON()
	}
	require.NoError(t, err)
	m.Init(2)
	if bias := m.Store.Param("head.bias"); bias != nil {
		for i := range bias.Value {
			bias.Value[i] = float32(i) - 0.5
		}
	}
	require.NoError(t, checkpoint.WriteFolder(dir, m, tok, form))
	return dir
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(parts...))
	require.NoError(t, err)
	return string(data)
}

// specs are tasks with the class that computes each.
var specs = map[string]struct {
	spec           finetune.Spec
	class, problem string
}{
	"none":           {},
	"classification": {finetune.Spec{Task: heads.Classification, Space: heads.Space{Labels: oddLabels}}, gpt1.ClassificationModel, "single_label_classification"},
	"entailment":     {finetune.Spec{Task: heads.Entailment, Space: heads.Space{Labels: []string{"no", "yes"}}}, gpt1.ClassificationModel, "single_label_classification"},
	"multilabel": {
		finetune.Spec{Task: heads.MultiLabel, Space: heads.Space{Labels: []string{"a", "b", "c"}, Thresholds: []float64{0.5, 0.25, 0.5}}},
		gpt1.ClassificationModel, "multi_label_classification",
	},
	"similarity": {spec: finetune.Spec{Task: heads.Similarity, Space: heads.Space{Labels: []string{"0", "1"}}}},
	"regression": {spec: finetune.Spec{Task: heads.Regression}},
	"qa":         {finetune.Spec{Task: heads.MultipleChoice, Space: heads.Space{Choices: 3}}, gpt1.DoubleHeadsModel, ""},
}

// TestFiles compares each JSON file with what other programs must find in it.
func TestFiles(t *testing.T) {
	out := t.TempDir()
	r, err := Write(out, Options{Model: folder(t, specs["classification"].spec), DType: safetensors.F16, Architecture: gpt1.ClassificationModel, Ctx: 20})
	require.NoError(t, err)
	require.Equal(t, 20, r.Ctx)
	labels, numbers := map[string]string{}, map[string]int{}
	for i, l := range oddLabels {
		labels[fmt.Sprint(i)], numbers[l] = l, i
	}
	quote := func(v any) string { data, err := json.Marshal(v); require.NoError(t, err); return string(data) }
	require.JSONEq(t, fmt.Sprintf(`{
		"afn": "gelu", "architectures": ["OpenAIGPTForSequenceClassification"], "model_type": "openai-gpt", "torch_dtype": "float16",
		"n_layer": 2, "n_head": 2, "n_embd": 16, "n_ctx": 20, "n_positions": 20, "vocab_size": %d,
		"embd_pdrop": 0, "attn_pdrop": 0, "resid_pdrop": 0, "layer_norm_epsilon": 1e-5, "initializer_range": 0.4,
		"id2label": %s, "label2id": %s, "problem_type": "single_label_classification"
	}`, vocabulary(t, out), quote(labels), quote(numbers)), read(t, out, "config.json"))
	require.JSONEq(t, `{"do_sample": true, "temperature": 0.8, "top_k": 40, "top_p": 1, "max_new_tokens": 10}`, read(t, out, "generation_config.json"))
	require.JSONEq(t, `{"unk_token": "<unk>", "additional_special_tokens": ["_start_", "_delimiter_", "_classify_"]}`, read(t, out, "special_tokens_map.json"))
	require.JSONEq(t, `{
		"tokenizer_class": "OpenAIGPTTokenizer", "unk_token": "<unk>", "clean_up_tokenization_spaces": false, "gorgpt_pipeline": "bert", "model_max_length": 20
	}`, read(t, out, "tokenizer_config.json"))
	require.Contains(t, strings.Join(r.Notes, "\n"), "OpenAIGPTForSequenceClassification has no bias: that of the head, from -0.5 to 4.5, is in the file as score.bias")
}

func vocabulary(t *testing.T, dir string) int {
	t.Helper()
	var ids map[string]int
	require.NoError(t, json.Unmarshal([]byte(read(t, dir, "vocab.json")), &ids))
	return len(ids)
}

// TestReadBack writes each task in each form that it has, and as several files, and reads it as before.
func TestReadBack(t *testing.T) {
	for name, c := range specs {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, c.spec)
			want, tok, err := checkpoint.ReadFolder(dir, 0)
			require.NoError(t, err)
			classes := []string{""}
			if c.class != "" {
				classes = append(classes, c.class)
			}
			for _, class := range classes {
				for _, shard := range []int64{0, 1, 9000, 1 << 30} {
					out := t.TempDir()
					_, err := Write(out, Options{Model: dir, Architecture: class, Shard: shard})
					require.NoError(t, err)
					files, err := filepath.Glob(filepath.Join(out, "model-*.safetensors"))
					require.NoError(t, err)
					require.Equal(t, shard == 1 || shard == 9000, len(files) > 1)
					got, back, err := checkpoint.ReadFolder(out, 0)
					require.NoError(t, err)
					require.Empty(t, checkpoint.Notes(out))
					require.Equal(t, want.Config, got.Config)
					for _, p := range want.Store.Params() {
						require.Equal(t, p.Value, got.Store.Param(p.Name).Value, p.Name)
					}
					require.Equal(t, tok.Encode("the cat sat"), back.Encode("the cat sat"))
					requireConfig(t, out, class, c.spec.Labels, c.problem)
				}
			}
		})
	}
}

func requireConfig(t *testing.T, dir, class string, labels []string, problem string) {
	t.Helper()
	var config struct {
		Architectures []string
		Labels        map[string]string `json:"id2label"`
		Numbers       map[string]int    `json:"label2id"`
		Problem       string            `json:"problem_type"`
	}
	require.NoError(t, json.Unmarshal([]byte(read(t, dir, "config.json")), &config))
	if class == "" {
		class = gpt1.LMHeadModel
	}
	require.Equal(t, []string{class}, config.Architectures)
	require.Equal(t, problem, config.Problem)
	require.Len(t, config.Labels, len(labels))
	for i, l := range labels {
		require.Equal(t, l, config.Labels[fmt.Sprint(i)])
		require.Equal(t, i, config.Numbers[l])
	}
}

// TestPredictionsStay: a classifier that was written for another program predicts here what it did before.
func TestPredictionsStay(t *testing.T) {
	dir, out := folder(t, specs["classification"].spec), t.TempDir()
	_, err := Write(out, Options{Model: dir, Architecture: gpt1.ClassificationModel, Shard: 5000})
	require.NoError(t, err)
	var all []gorgpt.Prediction
	for _, dir := range []string{dir, out} {
		m, err := gorgpt.Open(dir)
		require.NoError(t, err)
		p, err := m.Predict(t.Context(), gorgpt.Text("the dog sat"))
		require.NoError(t, err)
		require.Equal(t, oddLabels, m.Labels())
		all = append(all, p)
	}
	require.Equal(t, all[0], all[1])
}

// TestFormsThatAreRefused: nothing is written if a model does not have a form.
func TestFormsThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		task, class, want string
	}{
		{"similarity", gpt1.ClassificationModel, "was fine-tuned on similarity, which OpenAIGPTForSequenceClassification cannot compute: it is for classification, entailment, multilabel"},
		{"regression", gpt1.ClassificationModel, "which OpenAIGPTForSequenceClassification cannot compute"},
		{"qa", gpt1.ClassificationModel, "was fine-tuned on qa, which OpenAIGPTForSequenceClassification cannot compute"},
		{"classification", gpt1.DoubleHeadsModel, "was fine-tuned on classification, which OpenAIGPTDoubleHeadsModel cannot compute: it is for qa"},
		{"regression", gpt1.DoubleHeadsModel, "which OpenAIGPTDoubleHeadsModel cannot compute"},
		{"none", gpt1.DoubleHeadsModel, "the model has no head for multiple choice, with one output: fine-tune it on qa first"},
		{"none", gpt1.ClassificationModel, "has no task.json, so its labels are unknown"},
		{"none", "GPT2LMHeadModel", `"GPT2LMHeadModel" is not an architecture with a known head`},
	} {
		out := t.TempDir()
		_, err := Write(out, Options{Model: folder(t, specs[c.task].spec), Architecture: c.class})
		require.ErrorContains(t, err, c.want)
		entries, err := os.ReadDir(out)
		require.NoError(t, err)
		require.Empty(t, entries)
	}
}

// TestCardOfThresholds: thresholds are for the probabilities of logits divided by the temperature.
func TestCardOfThresholds(t *testing.T) {
	spec := specs["multilabel"].spec
	for temperature, want := range map[float64]string{0: "if logits[i].sigmoid() >= t])", 2.5: "if (logits[i] / 2.5).sigmoid() >= t])"} {
		spec.Temperature = temperature
		out := t.TempDir()
		_, err := Write(out, Options{Model: folder(t, spec), Architecture: gpt1.ClassificationModel})
		require.NoError(t, err)
		require.Contains(t, read(t, out, "README.md"), "enumerate([0.5,0.25,0.5]) "+want)
	}
}

// TestCard reads the card of a run: licence left open, no folders of this machine, and the measures.
func TestCard(t *testing.T) {
	dir, out := folder(t, specs["entailment"].spec), filepath.Join(t.TempDir(), "my model")
	require.NoError(t, os.Mkdir(out, 0o700))
	settings := map[string]any{"task": "entailment", "train": "/home/anna/secret/rows.csv", "model": "runs/base", "split": "80/10/10", "lr": 6.25e-05}
	r, err := train.NewRecord(finetune.Command, settings, train.Housekeeping{}, map[string]any{"train": map[string]any{"examples": 80}}, 1)
	require.NoError(t, err)
	data, err := json.Marshal(r)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, train.RecordFile), data, 0o600))
	report := &finetune.Report{Set: "dev", Task: heads.Entailment, Rows: 20, Measures: []finetune.Measure{{Name: "acc", Value: 0.75, Low: 0.5, High: 0.9, Baseline: 0.5}}}
	report.Baseline.What = `"yes", the most frequent label`
	f, err := os.Create(filepath.Join(dir, finetune.ReportFile))
	require.NoError(t, err)
	require.NoError(t, finetune.WriteReports(f, report))
	require.NoError(t, f.Close())

	_, err = Write(out, Options{Model: dir, Architecture: gpt1.ClassificationModel})
	require.NoError(t, err)
	card := read(t, out, "README.md")
	for _, want := range []string{
		"---\n# license: fill this in", "library_name: transformers\npipeline_tag: text-classification\n", "# my model\n", "of 2 layers with 2 heads, width 16, 24 positions",
		`"train": "rows.csv"`, `"model": "base"`, `"split": "80/10/10"`, `"lr": 0.0000625`, `"examples": 80`,
		"On 20 rows (dev):\n\n```text\n" + report.String() + "```\n",
		`model = OpenAIGPTForSequenceClassification.from_pretrained("my model")`, "def encode(first, second):", "bias = torch.tensor([-0.5,0.5])",
	} {
		require.Contains(t, card, want)
	}
	require.NotContains(t, card, "anna")

	require.NoError(t, os.WriteFile(filepath.Join(dir, finetune.ReportFile), []byte(`{"format": 1, "sets": [null]}`), 0o600))
	_, err = Write(t.TempDir(), Options{Model: dir})
	require.ErrorContains(t, err, "report.json: set 0 is not a report")
}
