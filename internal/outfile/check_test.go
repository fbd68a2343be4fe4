package outfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/internal/outfile"
)

// workplace has a run, a checkpoint of it, a downloaded model, books, and links to all.
func workplace(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, path := range []string{
		"rows.tsv", "books/a.txt", "books/deep/b.txt.gz", "books/readme.md", "picture.svg",
		"run/run.json", "run/config.json", "run/model.safetensors", "run/vocab.json", "run/metrics.jsonl", "run/mine.tsv", "run/predictions.tsv",
		"run/checkpoints/step-1/SHA256SUMS", "run/checkpoints/step-1/model.safetensors",
		"hf/config.json", "hf/pytorch_model.bin", "openai/params_shapes.json", "openai/params_0.npy",
		"lone/config.json", "predictions.tsv", "results/results.jsonl", "results/table.md",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(path), 0o600))
	}
	require.NoError(t, os.Link("rows.tsv", "hard.tsv"))
	for link, to := range map[string]string{"soft.tsv": "rows.tsv", "chain.tsv": "soft.tsv", "linked": "run", "shelf": "books", "dangling": "nowhere"} {
		require.NoError(t, os.Symlink(to, link))
	}
}

func TestOutputsThatDestroyAreRefused(t *testing.T) {
	workplace(t)
	const input, part, sums = "would overwrite what -in reads", "is a file of a model or a run", "is a file of a folder with checksums"
	for _, c := range []struct{ out, in, want string }{
		{"rows.tsv", "rows.tsv", input},
		{"./books/../rows.tsv", "rows.tsv", input},
		{"hard.tsv", "rows.tsv", input},
		{"soft.tsv", "rows.tsv", input},
		{"rows.tsv", "chain.tsv", input},
		{"hard.tsv", "chain.tsv", input},
		{"dangling", "dangling", input},
		{"rows.tsv", "*.tsv", input},
		{"books/a.txt", "books", input},
		{"books/deep/b.txt.gz", "books", input},
		{"shelf/a.txt", "books", input},
		{"books/a.txt", "shelf", input},
		{"run/config.json", "", part},
		{"run/Model.safetensors", "", part},
		{"run/model.safetensors", "", part},
		{"run/vocab.json", "", part},
		{"linked/vocab.json", "", part},
		{"run/tokenizer.json", "", part}, // is not there, but would be read
		{"run/predictions.tsv", "", part},
		{"run/report.json", "", part},
		{"run/errors.tsv", "", part},
		{"run/confusion.svg", "", part},
		{"run/SST-2.tsv", "", part},
		{"run/.lock", "", part},
		{"hf/vocab.json", "", part},
		{"hf/pytorch_model.bin", "", part},
		{"openai/params_9.npy", "", part},
		{"lone/config.json", "", part},
		{"results/results.jsonl", "", part},
		{"run/checkpoints/step-1/model.safetensors", "", sums},
		{"run/checkpoints/step-1/new.svg", "", sums},
		{"books", "", "is a folder: name a file"},
		{"shelf", "", "is a folder: name a file"},
		{os.DevNull, "", "is a device, which cannot be replaced by a file"},
		{"/dev/stdout", "", "is in a system folder"},
		{"/proc/self/fd/1", "", "is in a system folder"},
	} {
		err := outfile.Check([]outfile.Name{{"-out", c.out}}, []outfile.Name{{"-in", c.in}})
		require.ErrorContains(t, err, "-out "+c.out+" "+c.want, "%s over %s", c.out, c.in)
		require.NotContains(t, err.Error(), "\n")
	}
	err := outfile.Check([]outfile.Name{{"-dot", "new"}, {"-svg", "./new"}}, nil)
	require.EqualError(t, err, "-dot and -svg are both ./new: name two files")
}

func TestOtherOutputsAreNotRefused(t *testing.T) {
	workplace(t)
	for _, c := range []struct{ out, in string }{
		{"", ""},
		{"", "rows.tsv"},
		{"new.tsv", "rows.tsv"},
		{"picture.svg", "rows.tsv"}, // again
		{"run/mine.tsv", ""},
		{"run/new.svg", ""},
		{"predictions.tsv", "rows.tsv"},
		{"config.json", ""}, // of nothing
		{"books/new.txt", "books"},
		{"books/readme.md", "books"}, // is no book
		{"rows.tsv", "-"},
		{"rows.tsv", "missing.tsv"},
		{"results/table.md", "."},
		{"no/folder/at/all.svg", "rows.tsv"}, // for the writer to say
		{"dangling", "rows.tsv"},
	} {
		require.NoError(t, outfile.Check([]outfile.Name{{"-out", c.out}}, []outfile.Name{{"-in", c.in}}), "%s beside %s", c.out, c.in)
	}
	results := func(dir string, in string) error {
		return outfile.CheckResults(outfile.Name{"-out", dir}, "results.jsonl", []string{"table.md"}, []outfile.Name{{"-test", in}})
	}
	require.NoError(t, results("results", "rows.tsv"))
	require.NoError(t, results("results", "."))
	require.ErrorContains(t, results("results", "results/results.jsonl"), "would overwrite what -test reads")
	require.ErrorContains(t, results("run/checkpoints/step-1", "rows.tsv"), "a folder with checksums")
}
