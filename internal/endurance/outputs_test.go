//go:build unix

package endurance

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// models makes a pre-trained model in base, its history included, and a fine-tuned one in tuned.
func (r *rig) models() {
	r.t.Helper()
	j := pretraining(8)
	r.run(1, j.command, append(j.args, "-history", "1", "-out", "base")...)
	j = finetuning(4)
	r.run(1, j.command, append(j.args, "-out", "tuned")...)
}

// state is the content of all files of the rig by their paths, and where links lead.
func (r *rig) state() map[string]string {
	r.t.Helper()
	all := map[string]string{}
	require.NoError(r.t, filepath.WalkDir(r.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if e.Type()&fs.ModeSymlink != 0 {
			all[path], err = os.Readlink(path)
			return err
		}
		data, err := os.ReadFile(path)
		all[path] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	}))
	return all
}

// No output takes the place of an input, or of a file of a model or a run.
func TestOutputsOverInputsAreRefused(t *testing.T) {
	r := newRig(t)
	r.models()
	require.NoError(t, os.Symlink("rows.jsonl", filepath.Join(r.dir, "soft")))
	require.NoError(t, os.Link(filepath.Join(r.dir, "rows.jsonl"), filepath.Join(r.dir, "hard")))
	before := r.state()
	for _, line := range []string{
		"finetune -model tuned -predict rows.jsonl -out rows.jsonl",
		"finetune -model tuned -predict rows.jsonl -out soft",
		"finetune -model tuned -predict rows.jsonl -out hard",
		"finetune -model tuned -predict soft -out rows.jsonl",
		"finetune -model tuned -predict rows.jsonl -out tuned/model.safetensors",
		"finetune -model tuned -predict rows.jsonl -out tuned/predictions.tsv",
		"finetune -model tuned -predict rows.jsonl -out base/history",
		"finetune -model base -task classification -train rows.jsonl -steps 0 -svg rows.jsonl",
		"finetune -model base -task classification -train rows.jsonl -steps 0 -dot base/run.json",
		"finetune -model base -task classification -train rows.jsonl -dev hard -steps 0 -dot-profile 1 -svg soft",
		"train -data book.txt -steps 0 -svg book.txt",
		"train -data book.txt -steps 0 -dot base/config.json",
		"train -data book.txt -tokenizer base -steps 0 -svg base/merges.txt",
		"train -config base/run.json -steps 0 -svg base/run.json",
		"generate -model base -svg base/config.json",
		"generate -model base -prompt anna -attention base/vocab.json",
		"generate -model base -prompt anna -attention base/model.safetensors",
		"generate -model base -prompt anna -attention /dev/null",
		"ablate -model base -task classification -train rows.jsonl -test r/results.jsonl -out r",
		"zeroshot -model base -tasks sentiment -train rows.jsonl -test r/table.md -out r",
		"convert -model base -out base",
		"convert -model base -out tuned -force",
		"convert -model base -out base/history -force",
	} {
		args := strings.Fields(line)
		p := r.start(1, args[0], args[1:]...)
		require.Contains(t, []int{1, 2}, p.wait(), "%s: %s", line, p.stdout.String())
		require.Regexp(t, `name (another|two|a)\b`, lastLine(p.stderr.String()), line)
		require.Equal(t, 1, strings.Count(p.stderr.String(), "\n"), "%s: %s", line, p.stderr.String())
		require.Equal(t, before, r.state(), line)
	}
}

// Results that are not written are an error, whatever the command.
func TestFullStandardOutputIsAnError(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full")
	}
	defer full.Close() //nolint:errcheck // nothing is written
	r := newRig(t)
	r.models()
	r.write("two.jsonl", "{\"text\": \"anna saw an old book .\", \"label\": 0}\n{\"text\": \"ben saw a red apple .\", \"label\": 1}\n")
	rows := "-train two.jsonl -test two.jsonl"
	for _, line := range append([]string{
		"train -data book.txt -steps 0", "train -data book.txt -dry-run -out new", "train -data book.txt -steps 0 -summary", "train -prepare shards -data book.txt",
		"train -resume base", "finetune -model tuned -eval rows.jsonl", "finetune -model tuned -predict rows.jsonl", "finetune -task classification -train rows.jsonl -dev rows.jsonl -test rows.jsonl -controls",
		"convert -model base -out converted", "generate -model base -prompt anna -tokens 3", "generate -model base -score book.txt", "generate -model base -score book.txt -score-json",
		"generate -model base -prompt anna -attention a.safetensors", "generate -model base -prompt anna -n 2 -tokens 3", "generate -model base -prompt anna -beams 2 -tokens 3",
		"ablate -model base -task classification -variants full -seeds 1 -epochs 1 " + rows, "zeroshot -model base -tasks sentiment -positive red -negative old " + rows,
	}, helps()...) {
		args := strings.Fields(line)
		cmd := exec.Command(r.program(), args...)
		var stderr strings.Builder
		cmd.Dir, cmd.Stdout, cmd.Stderr = r.dir, full, &stderr
		require.Error(t, cmd.Run(), line)
		require.Equal(t, 1, cmd.ProcessState.ExitCode(), "%s: %s", line, stderr.String())
		require.Contains(t, lastLine(stderr.String()), "no space left on device", line)
	}
}

func helps() (all []string) {
	for _, p := range programs {
		all = append(all, p+" -h")
	}
	return all
}

// A reader that has seen enough ends a command as it does other tools: by SIGPIPE, without a word.
func TestClosedPipeEndsACommandQuietly(t *testing.T) {
	r := newRig(t)
	read, write, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, read.Close())
	cmd := exec.Command(r.program(), "train", "-h")
	var stderr strings.Builder
	cmd.Stdout, cmd.Stderr = write, &stderr
	require.Error(t, cmd.Run())
	require.NoError(t, write.Close())
	require.Equal(t, syscall.SIGPIPE, cmd.ProcessState.Sys().(syscall.WaitStatus).Signal())
	require.Empty(t, stderr.String())
}
