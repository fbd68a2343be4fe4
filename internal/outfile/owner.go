package outfile

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// parts are names of files of models, runs and results. In any folder, an output of another kind
// never replaces them.
var parts = []string{
	"config.json", "model*.safetensors", "model.safetensors.index.json", "vocab.json", "merges.txt", "tokenizer.json",
	"tokenizer_config.json", "special_tokens_map.json", "generation_config.json", "pytorch_model*.bin",
	"params_shapes.json", "params_*.npy", "encoder_bpe_40000.json", "vocab_40000.bpe",
	"run.json", "task.json", "metrics.jsonl", "state.json", "adam.safetensors", "sha256sums",
	"results.jsonl", "tokens.json", "tokens-*.bin",
}

// extras are further files of runs. They are protected only in the folder of a model or a run.
var extras = []string{
	"predictions.tsv", "split.tsv", "report.json", "errors.tsv", "confusion.svg", "scatter.svg", "loss.svg", "loss.png", "sample.txt", ".*",
	"cola.tsv", "sst-2.tsv", "mrpc.tsv", "sts-b.tsv", "qqp.tsv", "mnli-m.tsv", "mnli-mm.tsv", "qnli.tsv", "rte.tsv", // submissions
}

// marks are files that identify the folder of a model or a run.
var marks = []string{"run.json", "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "params_shapes.json", "state.json", "task.json", "tokenizer.json", "merges.txt"}

// owner names what a file belongs to, or is "".
func owner(path string) string {
	dir, name := filepath.Dir(path), strings.ToLower(filepath.Base(path)) // some file systems ignore case
	part, extra := matches(parts, name), matches(extras, name)
	_, err := os.Lstat(path)
	switch {
	case exists(dir, "SHA256SUMS"):
		return "a folder with checksums"
	case (part || extra) && slices.ContainsFunc(marks, func(mark string) bool { return exists(dir, mark) }):
		return "a model or a run"
	case part && err == nil:
		return "a model or a run"
	}
	return ""
}

// CheckModelFolder refuses to write a model into the folder of a run, or into one of its folders,
// since that would replace its checkpoints or samples.
func CheckModelFolder(flag, dir string) error {
	path := real(dir)
	run := ""
	for _, mark := range []string{"run.json", "state.json", "SHA256SUMS"} {
		if exists(path, mark) {
			run = path
		}
	}
	for up, inside := filepath.Dir(path), filepath.Base(path); run == "" && filepath.Dir(up) != up; up, inside = filepath.Dir(up), filepath.Base(up) {
		if exists(up, "run.json") && slices.Contains([]string{"checkpoints", "history", "samples"}, inside) {
			run = up
		}
	}
	if run == "" {
		return nil
	}
	return errors.Errorf("%s %s belongs to a run: name another folder", flag, dir)
}

func exists(dir, name string) bool {
	_, err := os.Lstat(filepath.Join(dir, name))
	return err == nil
}

func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		found, err := filepath.Match(p, name)
		return err == nil && found
	})
}
