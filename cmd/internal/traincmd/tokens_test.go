package traincmd

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders/shards"
	"gorgpt/tokenizer"
)

// library writes small books into a folder and returns the folder.
func library(t *testing.T, books int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range books {
		text := strings.Repeat(fmt.Sprintf("Anna saw %d cats, and Ben saw none of them.\n\n", i), 30+i)
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("book%d.txt", i)), []byte(text), 0o600))
	}
	return dir
}

// short returns flags for a short run on the data.
func short(data string, more ...string) []string {
	return append([]string{"-data", data, "-ctx", "16", "-batch", "4", "-micro", "4", "-steps", "4", "-eval-every", "2"}, more...)
}

// succeed runs the command in the current folder and returns its output.
func succeed(t *testing.T, args ...string) (stdout, stderr string) {
	t.Helper()
	status, stdout, stderr := commandHere(args...)
	require.Zero(t, status, stderr)
	return stdout, stderr
}

// TestSameRunFromFiles checks that tokens in memory, in a new cache, in an existing cache, and in a
// prepared folder give the same weights and metrics.
func TestSameRunFromFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	books := library(t, 7)
	timing := regexp.MustCompile(`"(tok_s|elapsed_s)":[0-9.e+]+`)
	result := func(dir string) map[string]string {
		files := map[string]string{}
		for _, name := range []string{"model.safetensors", "metrics.jsonl", "sample.txt", "vocab.json", "merges.txt", "tokenizer.json"} {
			data, err := os.ReadFile(filepath.Join(dir, name))
			require.NoError(t, err)
			files[name] = string(timing.ReplaceAll(data, nil))
		}
		return files
	}
	for _, pipeline := range []string{"bert", "original"} {
		t.Run(pipeline, func(t *testing.T) {
			text := []string{"-vocab", "90", "-pipeline", pipeline}
			succeed(t, short(books, append(text, "-cache", "", "-out", pipeline+"/memory")...)...)
			require.NoDirExists(t, "runs")
			want := result(pipeline + "/memory")
			prepared := pipeline + "/tokens"
			stdout, _ := succeed(t, append(text, "-prepare", prepared, "-data", books)...)
			require.Contains(t, stdout, "gorgpt train -data "+prepared)
			stdout, _ = succeed(t, short(prepared, "-out", pipeline+"/prepared")...)
			require.Contains(t, stdout, "reading the tokens in "+prepared)
			require.Equal(t, want, result(pipeline+"/prepared"))
			require.Equal(t, pipeline == "original", strings.Contains(stdout, "note: the tokenizer's pipeline is original"), stdout)

			tok, err := tokenizer.Load(pipeline + "/prepared")
			require.NoError(t, err)
			require.Equal(t, pipeline, tok.Pipeline().String())
			var config map[string]any // as Hugging Face's tools read it
			readJSON(t, pipeline+"/prepared/tokenizer_config.json", &config)
			require.Equal(t, "OpenAIGPTTokenizer", config["tokenizer_class"])
			require.Equal(t, pipeline, config["gorgpt_pipeline"])
			var run struct{ Settings map[string]any }
			readJSON(t, pipeline+"/prepared/run.json", &run)
			require.Equal(t, pipeline, run.Settings["pipeline"])
			if pipeline == "original" {
				return // the cache is also a prepared folder
			}
			cache := pipeline + "/cache"
			stdout, _ = succeed(t, short(books, append(text, "-cache", cache, "-out", pipeline+"/made")...)...)
			require.Contains(t, stdout, "learned a vocabulary of")
			require.Contains(t, stdout, "tokenized into "+cache)
			require.Equal(t, want, result(pipeline+"/made"))
			stdout, _ = succeed(t, short(books, append(text, "-cache", cache, "-out", pipeline+"/found")...)...)
			require.Contains(t, stdout, "the text is unchanged: its tokens are reused from "+cache)
			require.NotContains(t, stdout, "learned")
			require.Equal(t, want, result(pipeline+"/found"))
		})
	}
}

// whole requires that a folder of tokens can be opened.
func whole(t *testing.T, dir string) {
	t.Helper()
	f, err := shards.Open(dir)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestPreparedErrors(t *testing.T) {
	t.Chdir(t.TempDir())
	books := library(t, 5)
	succeed(t, "-prepare", "tokens", "-data", books, "-vocab", "90")
	succeed(t, "-prepare", "foreign", "-data", books, "-vocab", "50")
	refused := func(want string, args ...string) {
		t.Helper()
		status, _, stderr := commandHere(args...)
		require.Equal(t, 1, status, stderr)
		require.Contains(t, stderr, want)
		require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		require.NoDirExists(t, "out")
	}
	refused("-data tokens is a folder of tokens: it cannot be combined", short(books, "-data", "tokens", "-out", "out")...)
	for _, flag := range []string{"-vocab=90", "-pipeline=bert"} {
		status, _, stderr := commandHere(short("tokens", flag, "-out", "out")...)
		require.Equal(t, 2, status)
		require.Contains(t, stderr, "-data tokens is already tokenized: it cannot be combined with -vocab or -pipeline")
	}
	refused("-data tokens, -tokenizer foreign: the books were tokenized with another tokenizer", short("tokens", "-tokenizer", "foreign", "-out", "out")...)
	refused("-prepare: tokens: the folder holds tokens of other books or settings", "-prepare", "tokens", "-data", books, "-vocab", "91")
	require.NoError(t, os.Mkdir("full", 0o700))
	require.NoError(t, os.WriteFile("full/vocab.json", nil, 0o600))
	refused("-prepare: full: the folder holds no tokens, but other files (vocab.json)", "-prepare", "full", "-data", books, "-vocab", "91")
	refused("nowhere", "-prepare", "out", "-data", "nowhere.txt")

	require.NoError(t, os.WriteFile("tokens/tokens-00000.bin", []byte("x"), 0o600))
	refused("opening the tokens in tokens: tokens-00000.bin has 1 bytes in place of", short("tokens", "-out", "out")...)
	stdout, _ := succeed(t, "-prepare", "tokens", "-data", books, "-vocab", "90")
	require.Contains(t, stdout, "tokenized into tokens: ", "preparing again repairs it")
	stdout, _ = succeed(t, "-prepare", "tokens", "-data", books, "-vocab", "90")
	require.Contains(t, stdout, "tokens is complete")
	whole(t, "tokens")
}

// TestPrepareInterrupted stops the work with a signal. The same command continues it.
func TestPrepareInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	books := filepath.Join(t.TempDir(), "long.txt")
	var text strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&text, "Number %x saw %d cats.\n", i*7919, i)
	}
	require.NoError(t, os.WriteFile(books, []byte(text.String()), 0o600))
	args := []string{"-prepare", "tokens", "-data", books, "-vocab", "200"}
	self, err := os.FindProcess(os.Getpid())
	require.NoError(t, err)
	go func() {
		for {
			time.Sleep(time.Millisecond)
			if _, err := os.Stat("tokens/tokens.json"); err == nil {
				break
			}
		}
		_ = self.Signal(os.Interrupt)
	}()
	status, _, stderr := commandHere(args...)
	require.Equal(t, 130, status, stderr)
	require.Contains(t, stderr, "preparing tokens: stopped; the same command resumes after 0 tokens")
	status, _, stderr = commandHere(short("tokens", "-out", "out")...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "tokens is not finished: prepare it again with the same books and settings")
	stdout, _ := succeed(t, args...)
	require.Contains(t, stdout, "continuing tokens")
	require.NotContains(t, stdout, "learned", "the vocabulary exists")
	whole(t, "tokens")
}
