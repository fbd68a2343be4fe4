package traincmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/tokenizer"
)

// story writes a small book and returns its path.
func story(t *testing.T, sentences int) string {
	t.Helper()
	var b strings.Builder
	people := []string{"anna", "ben", "clara", "david"}
	things := []string{"a red apple", "an old book", "the small boat", "a grey cat"}
	for i := range sentences {
		b.WriteString(people[i%4] + " saw " + things[(i/4)%4] + " and took it home.\n\n")
	}
	path := filepath.Join(t.TempDir(), "story.txt")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	return path
}

// command runs the command and returns its exit status and what it printed.
func command(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	t.Chdir(t.TempDir()) // for the cache of tokens
	return commandHere(args...)
}

// commandHere runs the command in the current folder.
func commandHere(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = Run(nil, args, nil, &out, &errs)
	return status, out.String(), errs.String()
}

// quick returns flags for a run of one second.
func quick(t *testing.T, out string, more ...string) []string {
	return append([]string{"-data", story(t, 400), "-ctx", "16", "-vocab", "120", "-batch", "6", "-micro", "4", "-out", out}, more...)
}

func TestRunLeavesAModelThatOpens(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	status, stdout, stderr := command(t, quick(t, out, "-steps", "30", "-eval-every", "10", "-log-every", "15")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "unigram perplexity")
	require.Contains(t, stdout, "saved the model to "+out)
	require.Contains(t, stderr, "step 30/30")

	m, err := checkpoint.ReadModel(out)
	require.NoError(t, err)
	tok, err := tokenizer.Load(out)
	require.NoError(t, err)
	require.Equal(t, tok.Size(), m.VocabSize)
	require.Equal(t, 16, m.NCtx)
	sample, err := os.ReadFile(filepath.Join(out, "sample.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, sample)

	lines := metrics(t, out)
	require.Len(t, lines, 33, "30 updates and 3 evaluations")
	for _, key := range []string{"step", "loss", "lr", "grad_norm", "tokens", "tok_s", "elapsed_s"} {
		require.Contains(t, lines[0], key)
	}
	require.Equal(t, 1.0, lines[0]["step"])
	require.Equal(t, 96.0, lines[0]["tokens"], "6 windows of 16")
	last := lines[len(lines)-1]
	require.Contains(t, last, "val_loss")
	require.Contains(t, last, "val_ppl")
	require.Less(t, last["val_ppl"], lines[10]["val_ppl"], "it learns")
	require.Zero(t, lines[31]["lr"], "the cosine ends at 0")

	var config map[string]any
	readJSON(t, filepath.Join(out, "config.json"), &config)
	require.Equal(t, "openai-gpt", config["model_type"])
	require.Equal(t, 16.0, config["n_positions"])
	var settings struct {
		Completed bool
		Settings  map[string]any
	}
	readJSON(t, filepath.Join(out, "run.json"), &settings)
	require.True(t, settings.Completed)
	for _, key := range []string{"preset", "data", "vocab", "ctx", "steps", "batch", "micro", "lr", "warmup", "l2", "clip", "dropout", "seed", "eval_every"} {
		require.Contains(t, settings.Settings, key)
	}
}

func metrics(t *testing.T, dir string) []map[string]float64 {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl"))
	require.NoError(t, err)
	var lines []map[string]float64
	for line := range strings.Lines(string(data)) {
		var m map[string]float64
		require.NoError(t, json.Unmarshal([]byte(line), &m), line)
		lines = append(lines, m)
	}
	return lines
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, into))
}

// The same seed gives the same files, except for times.
func TestSameSeedSameFiles(t *testing.T) {
	dir := t.TempDir()
	args := quick(t, "", "-steps", "6", "-eval-every", "3")
	files := map[string][]byte{}
	timing := regexp.MustCompile(`"(tok_s|elapsed_s)":[0-9.e+]+`)
	for _, run := range []string{"a", "b"} {
		out := filepath.Join(dir, run)
		status, _, stderr := command(t, append(args, "-out", out)...)
		require.Zero(t, status, stderr)
		entries, err := os.ReadDir(out)
		require.NoError(t, err)
		require.Len(t, entries, 13)
		for _, e := range entries {
			if e.Name() == ".lock" || e.IsDir() {
				continue
			}
			data, err := os.ReadFile(filepath.Join(out, e.Name()))
			require.NoError(t, err)
			data = timing.ReplaceAll(data, nil)
			if first, seen := files[e.Name()]; seen {
				require.Equal(t, first, data, e.Name())
			}
			files[e.Name()] = data
		}
	}
}

func TestStepsZeroBuildsExportsAndStops(t *testing.T) {
	dir := t.TempDir()
	dot := filepath.Join(dir, "graph.dot")
	status, stdout, stderr := command(t, "-preset", "gpt1", "-steps", "0", "-dot", dot, "-data", "/does/not/exist", "-out", filepath.Join(dir, "run"))
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "116534784 parameters")
	data, err := os.ReadFile(dot)
	require.NoError(t, err)
	require.Contains(t, string(data), `label="h.0 … h.11  × 12 `)
	require.NoDirExists(t, filepath.Join(dir, "run"))
}

func TestTokenizerOfAnotherRun(t *testing.T) {
	dir := t.TempDir()
	first := filepath.Join(dir, "first")
	status, _, stderr := command(t, quick(t, first, "-steps", "2")...)
	require.Zero(t, status, stderr)
	second := filepath.Join(dir, "second")
	status, stdout, stderr := command(t, "-data", story(t, 300), "-ctx", "8", "-batch", "2", "-steps", "2", "-tokenizer", first, "-out", second)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "the size of the tokenizer, instead of 4096")
	a, err := os.ReadFile(filepath.Join(first, "merges.txt"))
	require.NoError(t, err)
	b, err := os.ReadFile(filepath.Join(second, "merges.txt"))
	require.NoError(t, err)
	require.Equal(t, a, b)
}

// Bad input gives one clear line and leaves no files.
func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		return path
	}
	full := filepath.Join(dir, "full")
	require.NoError(t, os.Mkdir(full, 0o755))
	file("full/precious.txt", "x")
	empty := filepath.Join(dir, "empty")
	require.NoError(t, os.Mkdir(empty, 0o755))
	book := story(t, 400)
	cases := map[string]struct {
		args   []string
		status int
		want   string
	}{
		"unknown flag":          {[]string{"-stpes", "3"}, 2, "-stpes"},
		"unknown preset":        {[]string{"-preset", "huge"}, 2, `unknown preset "huge": must be one of gpt1, mini, tiny`},
		"unknown architecture":  {[]string{"-arch", "gru"}, 2, `-arch must be transformer or lstm, not "gru"`},
		"samples of an LSTM":    {[]string{"-arch", "lstm", "-sample-every", "5"}, 2, "-sample-every cannot be combined with -arch lstm"},
		"negative history":      {[]string{"-history", "-1"}, 2, "-history must be at least 0, not -1"},
		"argument":              {[]string{"books"}, 2, `unexpected argument "books": books are named with -data`},
		"not a number":          {[]string{"-batch", "many"}, 2, `invalid value "many" for flag -batch`},
		"negative":              {[]string{"-batch", "-1"}, 2, "-batch must be at least 1, not -1"},
		"dropout of 1":          {[]string{"-dropout", "1"}, 2, "-dropout must be at least 0 and less than 1, not 1"},
		"learning rate":         {[]string{"-lr", "NaN"}, 2, "-lr must be between 0 and 1e6, not NaN"},
		"warm-up beyond run":    {[]string{"-steps", "5", "-warmup", "6", "-data", book}, 2, "-warmup of 6 updates is longer than the run of 5"},
		"warm-up beyond epochs": {[]string{"-epochs", "1", "-warmup", "60000", "-data", book, "-ctx", "16", "-vocab", "120"}, 1, "is longer than the run"},
		"steps and epochs":      {[]string{"-steps", "5", "-epochs", "5"}, 2, "set only one of them"},
		"vocab and tokenizer":   {[]string{"-vocab", "5", "-tokenizer", "x"}, 2, "set only one of them"},
		"unknown pipeline":      {[]string{"-pipeline", "spacy"}, 2, `-pipeline must be bert or original, not "spacy"`},
		"prepare and train":     {[]string{"-prepare", "x", "-steps", "5"}, 2, "-prepare only tokenizes: it cannot be combined with -steps"},
		"prepare nowhere":       {[]string{"-prepare", ""}, 2, "-prepare needs the name of a folder"},
		"missing data":          {[]string{"-steps", "5", "-data", filepath.Join(dir, "nothing.txt")}, 1, "nothing.txt: no such file or directory"},
		"empty file":            {[]string{"-steps", "5", "-data", file("empty.txt", "")}, 1, "no text in 1 book: empty.txt"},
		"empty folder":          {[]string{"-steps", "5", "-data", empty}, 1, "has no .txt or .txt.gz file"},
		"shorter than a window": {[]string{"-steps", "5", "-data", file("short.txt", "A few words only.")}, 1, "129"},
		"tokenizer folder":      {[]string{"-steps", "5", "-data", book, "-tokenizer", empty}, 1, "-tokenizer: no tokenizer in "},
		"batch beyond the text": {[]string{"-epochs", "1", "-batch", "100000", "-data", book, "-ctx", "16", "-vocab", "120"}, 1, "fewer than one batch of 100000"},
		"folder in use":         {[]string{"-steps", "5", "-data", book, "-ctx", "16", "-vocab", "120", "-out", full}, 1, "full is not empty"},
		"level":                 {[]string{"-dot", "x", "-dot-level", "layer"}, 2, `-dot-level must be paper, model, block or op, not "layer"`},
		"graph":                 {[]string{"-dot", "x", "-dot-graph", "decode"}, 2, `-dot-graph must be one of step, forward, update, not "decode"`},
		"level, no picture":     {[]string{"-dot-level", "op"}, 2, "-dot-level needs a picture: add -dot FILE or -svg FILE"},
		"profile, no picture":   {[]string{"-dot-profile", "3"}, 2, "-dot-profile needs a picture: add -dot FILE, -svg FILE or -html FILE"},
		"page without a name":   {[]string{"-html", ""}, 2, "-html needs the name of a file"},
		"page over the picture": {[]string{"-html", "x", "-svg", "x"}, 2, "x"},
		"page in no folder":     {[]string{"-steps", "0", "-html", filepath.Join(dir, "no", "g.html")}, 1, "-html"},
		"profile of no runs":    {[]string{"-dot", "x", "-dot-profile", "0"}, 2, "-dot-profile must be at least 1, not 0"},
		"profile and train":     {[]string{"-dot", "x", "-dot-profile", "1", "-steps", "3"}, 2, "-dot-profile measures without training"},
		"profile of the figure": {[]string{"-dot", "x", "-dot-level", "paper", "-dot-profile", "1"}, 2, "-dot-profile measures a graph, and -dot-level paper draws none"},
		"graph of the figure":   {[]string{"-dot", "x", "-dot-level", "paper", "-dot-graph", "step"}, 2, "-dot-graph chooses a graph, and -dot-level paper draws none"},
		"figure of an LSTM":     {[]string{"-dot", "x", "-dot-level", "paper", "-steps", "0", "-arch", "lstm"}, 1, "this model is an LSTM"},
		"one file for both":     {[]string{"-dot", "x", "-svg", "x"}, 2, "-dot and -svg are both x: name two files"},
		"svg in no folder":      {[]string{"-steps", "0", "-svg", filepath.Join(dir, "no", "g.svg")}, 1, "-svg"},
		"dot in no folder":      {[]string{"-steps", "0", "-dot", filepath.Join(dir, "no", "g.dot")}, 1, "-dot"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "run")
			args := c.args
			if name != "folder in use" && !strings.HasPrefix(name, "prepare") {
				args = append(args, "-out", out)
			}
			status, _, stderr := command(t, args...)
			require.Equal(t, c.status, status, stderr)
			require.Contains(t, stderr, c.want)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
			require.NoDirExists(t, out)
		})
	}
}

func TestHelp(t *testing.T) {
	status, help, _ := command(t, "-h")
	require.Zero(t, status)
	s, err := parse(nil, nil, new(bytes.Buffer), nil)
	require.NoError(t, err)
	for _, name := range []string{
		"preset", "data", "tokenizer", "vocab", "out", "steps", "epochs", "batch", "micro", "ctx", "lr", "warmup",
		"l2", "clip", "dropout", "seed", "eval-every", "log-every", "force", "prepare", "cache", "pipeline",
		"dot", "svg", "dot-level", "dot-graph", "dot-profile", "summary",
		"save-every", "checkpoints", "resume", "config", "dry-run", "profile", "sample-every", "schedule", "stages", "patience",
	} {
		require.Contains(t, help, "\n  -"+name+" ")
		require.NotNil(t, flags(s).Lookup(name))
	}
	for line := range strings.Lines(help) {
		require.LessOrEqual(t, len(line), 81, line)
	}
}

// The README shows figure 1 with the command that draws it.
func TestFigureInREADMEIsWhatItsCommandDraws(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	page, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	m := regexp.MustCompile(`(?m)^gorgpt train (.*) -svg (docs/figure1\.svg) (.*)$`).FindStringSubmatch(string(page))
	require.NotNil(t, m)
	require.Contains(t, string(page), "]("+m[2]+")")
	drawn := filepath.Join(t.TempDir(), "figure1.svg")
	status, stdout, stderr := commandHere(append(append(strings.Fields(m[1]), strings.Fields(m[3])...), "-svg", drawn)...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "wrote the figure to "+drawn)
	got, err := os.ReadFile(drawn)
	require.NoError(t, err)
	want, err := os.ReadFile(filepath.Join(root, m[2]))
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run the command in README.md again")
	require.Less(t, len(got), 40<<10)
}

// The page of a graph has the times that profile.csv has beside it.
func TestPageOfTheGraph(t *testing.T) {
	dir := t.TempDir()
	status, stdout, stderr := commandHere("-micro", "1", "-dot-graph", "forward", "-dot-profile", "1", "-html", filepath.Join(dir, "graph.html"))
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "wrote the forward graph to "+filepath.Join(dir, "graph.html"))
	data, err := os.ReadFile(filepath.Join(dir, "graph.html"))
	require.NoError(t, err)
	m := regexp.MustCompile(`(?s)<script id="data" type="application/json">(.*?)</script>`).FindSubmatch(data)
	require.NotNil(t, m)
	var g struct {
		Runs  int
		Nodes []struct {
			Name  string
			Share float64
		}
	}
	require.NoError(t, json.Unmarshal(m[1], &g))
	require.Equal(t, 1, g.Runs)
	table, err := os.ReadFile(filepath.Join(dir, "profile.csv"))
	require.NoError(t, err)
	for _, n := range g.Nodes {
		if n.Share > 0 {
			require.Regexp(t, "(?m)^"+regexp.QuoteMeta(n.Name)+fmt.Sprintf(",.*,%.6f,", n.Share), string(table))
		}
	}
}
