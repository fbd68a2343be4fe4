package finetunecmd

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/finetune"
	"gorgpt/tokenizer"
)

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		name  string
		flags string
		want  string
	}{
		{"no task", "-train f", "-task is missing: it must be classification, entailment, similarity, regression, qa or multilabel"},
		{"unknown task", "-task poetry -train f", `-task must be classification, entailment, similarity, regression, qa or multilabel, not "poetry"`},
		{"development file alone", "-task qa -dev f", "-dev and -test need -train: name a file of training rows"},
		{"test file alone", "-task qa -test f", "-dev and -test need -train"},
		{"unknown flag", "-task qa -train f -epoch 3", "-epoch"},
		{"argument", "-task qa -train f more", `unexpected argument "more"`},
		{"no number", "-task qa -train f -steps many", "-steps"},
		{"scores of another task", "-task qa -train f -regression", "-regression is for -task similarity, not qa"},
		{"preset of a model that exists", "-task qa -train f -preset tiny", "add -scratch"},
		{"two shapes", "-task qa -train f -preset tiny -scratch -model m", "-preset and -model both set the shape"},
		{"unknown preset", "-task qa -train f -preset huge -scratch", `-preset: unknown preset "huge": must be one of gpt1, mini, tiny`},
		{"blocks of nothing", "-task qa -train f -scratch -transfer 1", "-transfer cannot be combined with -scratch"},
		{"no number of blocks", "-task qa -train f -transfer -1", "must be a number of blocks, 0 or more, or all"},
		{"two lengths", "-task qa -train f -steps 3 -epochs 1", "-steps and -epochs both set the length"},
		{"negative steps", "-task qa -train f -steps -1", "-steps must be at least 0, not -1"},
		{"no batch", "-task qa -train f -batch 0", "-batch must be at least 1, not 0"},
		{"no micro-batch", "-task qa -train f -micro 0", "-micro must be at least 1, not 0"},
		{"no limit", "-task qa -train f -limit 0", "-limit must be at least 1, not 0"},
		{"negative rate", "-task qa -train f -lr -1", "-lr must be between 0 and 1e6, not -1"},
		{"no lambda", "-task qa -train f -lambda NaN", "-lambda must be between 0 and 1e6, not NaN"},
		{"warm-up in updates", "-task qa -train f -warmup 100", "-warmup must be at least 0 and less than 1, not 100"},
		{"labels of a model", "-model m -eval f -labels no,yes", "-labels, -regression, -preset, -transfer and -class-weights are for training: omit them with -eval, -predict and -explain"},
		{"scores of a model", "-model m -eval f -regression", "-regression, -preset"},
		{"shape of a model", "-model m -predict f -preset tiny", "-preset, -transfer"},
		{"blocks of a model", "-model m -predict f -transfer 1", "-transfer and -class-weights"},
		{"weights of classes without training", "-model m -explain f -class-weights balanced", "-class-weights are for training"},
		{"a recipe to score with", "-model m -eval f -steps 3", "-steps is for training: omit it with -eval, -predict and -explain"},
		{"controls to predict with", "-model m -predict f -controls", "-controls is for training: omit it with -eval, -predict and -explain"},
		{"a picture to explain with", "-model m -explain f -dot g.dot", "-dot is for training: omit it with -eval, -predict and -explain"},
		{"some of the rows to predict", "-model m -predict f -limit 2", "-limit is for training and -explain: omit it, as -eval and -predict take all rows"},
		{"dropout of everything", "-task qa -train f -dropout 1", "-dropout must be at least 0 and less than 1, not 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, stdout, stderr := command(t, t.TempDir(), strings.Fields(c.flags)...)
			require.Equal(t, 2, status, stderr)
			require.Empty(t, stdout)
			require.Contains(t, stderr, "finetune: ")
			require.Contains(t, stderr, c.want)
			require.Equal(t, 1, strings.Count(stderr, "\n"), "one line")
		})
	}
}

func TestHelp(t *testing.T) {
	status, help, _ := command(t, t.TempDir(), "-h")
	require.Zero(t, status)
	flags(&commandLine{Options: finetune.Defaults()}).VisitAll(func(f *flag.Flag) {
		require.Contains(t, help, "\n  -"+f.Name+" ", "-h lists every flag")
	})
	for line := range strings.Lines(help) {
		require.LessOrEqual(t, len(line), 81, line)
	}
}

// refused checks that the command fails on its input without writing anything.
func refused(t *testing.T, dir, want string, flags ...string) {
	t.Helper()
	status, _, stderr := command(t, dir, append(append([]string{"-train", "train.jsonl", "-steps", "3"}, flags...), "-out", "out")...)
	require.Equal(t, 1, status, stderr)
	require.Contains(t, stderr, "finetune: ")
	require.Contains(t, stderr, want)
	require.Equal(t, 1, strings.Count(stderr, "\n"), "one line: %s", stderr)
	require.NoDirExists(t, filepath.Join(dir, "out"))
}

func TestBadData(t *testing.T) {
	const good, bad = `{"text": "the film was good", "label": "good"}` + "\n", `{"text": "the film was bad", "label": "bad"}` + "\n"
	const question = `{"context": "a film", "question": "was it good ?", "answers": ["good", "bad"], "label": 1}` + "\n"
	for _, c := range []struct {
		name, task, train, dev, want string
	}{
		{"no JSON", "classification", good + "good film", "", "train.jsonl:2: bad JSON"},
		{"empty", "classification", "", "", "train.jsonl: the file has no rows"},
		{"missing field", "classification", good + `{"text": "a"}`, "", `train.jsonl:2: field "label" is missing: want text and label`},
		{"rows of another task", "entailment", good, "", `train.jsonl:1: field "premise" is missing: want premise, hypothesis and label`},
		{"empty text", "classification", good + `{"text": "", "label": "bad"}`, "", `train.jsonl:2: field "text": the text is empty`},
		{"one class", "classification", good + good, "", `train.jsonl: every label is "good": the rows need two or more classes`},
		{"unseen label", "classification", good + bad, good + `{"text": "a b", "label": "fair"}`, `dev.jsonl:2: label "fair" does not occur in the training file: it must be one of bad, good`},
		{"label out of range", "qa", question + strings.Replace(question, "1", "2", 1), "", "train.jsonl:2: label 2: it must be the number of the right answer, from 0 to 1"},
		{"no label", "qa", strings.Replace(question, `, "label": 1`, "", 1), "", `train.jsonl:1: field "label" is missing: want context, question, answers and label`},
		{"label that is nothing", "classification", good + strings.Replace(bad, `"bad"}`, `null}`, 1), "", `train.jsonl:2: field "label": it must be a string or a number, not null`},
		{"empty answers", "qa", strings.Replace(question, `"good", "bad"`, "", 1), "", `train.jsonl:1: field "answers": the list is empty`},
		{"empty answer", "qa", question + strings.Replace(question, `"bad"`, `" "`, 1), "", `train.jsonl:2: field "answers": item 1 of the list: the text is empty`},
		{"one score", "similarity", strings.Repeat(`{"a": "a", "b": "b", "label": 0.5}`+"\n", 2), "", `train.jsonl: every score is 0.5: the rows need different scores`},
		{"words and scores", "similarity", `{"a": "a", "b": "b", "label": 0.5}` + "\n" + `{"a": "a", "b": "b", "label": "high"}`, "", `train.jsonl:2: label "high" is a string: it must be a number for regression`},
		{"answer too long", "qa", strings.Replace(question, `"bad"`, `"`+strings.Repeat("bad ", 40)+`"`, 1), "", "train.jsonl:1: question and answer have"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			writeModel(t, filepath.Join(dir, "m"))
			write(t, dir, "train.jsonl", c.train)
			flags := []string{"-task", c.task, "-model", "m"}
			if c.dev != "" {
				write(t, dir, "dev.jsonl", c.dev)
				flags = append(flags, "-dev", "dev.jsonl")
			}
			refused(t, dir, c.want, flags...)
		})
	}
	t.Run("limit of one class", func(t *testing.T) {
		dir := workplace(t, "classification")
		write(t, dir, "train.jsonl", good+good+bad)
		refused(t, dir, `-limit is 2, which is too few rows: train.jsonl: every label is "good": the rows need two or more classes: choose a larger limit or shuffle the rows`,
			"-task", "classification", "-model", "m", "-limit", "2")
	})
	t.Run("no file", func(t *testing.T) {
		refused(t, t.TempDir(), "train.jsonl: no such file", "-task", "qa")
	})
}

func TestBadModel(t *testing.T) {
	remove := func(name string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, name))) }
	}
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, dir string)
		flags []string
		want  string
	}{
		{"no folder", func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(dir)) }, nil, "-model: stat m: no such file"},
		{"no vocabulary", remove("vocab.json"), nil, "no tokenizer in m: want vocab.json and merges.txt"},
		{"no merges", remove("merges.txt"), nil, "merges.txt"},
		{"no shape", remove("config.json"), nil, "m/config.json"},
		{"no shape to start from", remove("config.json"), []string{"-scratch"}, "m/config.json"},
		{"no weights", remove("model.safetensors"), nil, "m/model.safetensors"},
		{"other vocabulary", func(t *testing.T, dir string) {
			tok, err := tokenizer.Load(dir)
			require.NoError(t, err)
			vocab := strings.TrimSuffix(read(t, dir, "vocab.json"), "}")
			write(t, dir, "vocab.json", vocab+`,"more":`+strconv.Itoa(tok.Size())+"}")
		}, nil, "m: the vocabulary has 75 tokens, but the model has 74 (vocab_size in config.json): use the vocabulary that the model was trained with"},
		{"other shape", func(t *testing.T, dir string) {
			write(t, dir, "config.json", strings.Replace(read(t, dir, "config.json"), `"n_layer": 1`, `"n_layer": 2`, 1))
		}, nil, "h.1.attn.c_attn.weight"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := workplace(t, "classification")
			c.spoil(t, filepath.Join(dir, "m"))
			refused(t, dir, c.want, append(c.flags, "-task", "classification", "-model", "m")...)
		})
	}
}

func TestOut(t *testing.T) {
	dir := workplace(t, "classification")
	flags := []string{"-task", "classification", "-train", "train.jsonl", "-steps", "3", "-model", "m", "-out", "m"}
	status, _, stderr := command(t, dir, append(flags, "-force")...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "-out m is the folder of the model to fine-tune: name another folder")
	require.NoFileExists(t, filepath.Join(dir, "m", "task.json"))

	write(t, dir, "more.txt", "something")
	status, _, stderr = command(t, dir, append(flags, "-out", ".")...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, ". is not empty: choose another -out, or set -force")
}
