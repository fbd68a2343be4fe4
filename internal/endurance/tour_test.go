//go:build unix

package endurance

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/checkpoint/safetensors"
)

// errand is what a command is sent on, round after round, while it is killed.
type errand struct {
	name  string
	args  func(round int) []string // the command first; it may depend on what an earlier start has left
	check func(round int)          // after a kill: nothing is half-written
	done  func(round int)          // after a success
	out   func(round int) string   // the folder in which others have files, too; "" until it may have
}

// TestKillAnyCommand kills every command that writes at random moments, GORGPT_KILLS times in all.
// Whatever the moment, what was finished stays, what is half-written does not open, files of
// others inside and beside are untouched, and the same command, or -resume, does the rest.
func TestKillAnyCommand(t *testing.T) {
	r := newRig(t)
	r.models()
	r.write("two.jsonl", "{\"text\": \"anna saw an old book .\", \"label\": 0}\n{\"text\": \"ben saw a red apple .\", \"label\": 1}\n")
	errands := []errand{
		r.trains("train", pretraining(24)), r.trains("finetune", finetuning(24)), r.prepares(), r.converts(),
		r.writes("generate -attention", "generate -model base -prompt anna -attention", r.attention),
		r.writes("finetune -predict", "finetune -model tuned -predict many.jsonl -out", r.predictions),
		r.measures("ablate", "ablate -model base -task classification -variants full,scratch -seeds 2 -epochs 1 -train rows.jsonl -test rows.jsonl -out", 4),
		r.measures("zeroshot", "zeroshot -model base -tasks sentiment -positive red -negative old -train two.jsonl -test two.jsonl -out", 2),
	}
	kills := 16
	if testing.Short() {
		kills = 8
	}
	if n, err := strconv.Atoi(os.Getenv("GORGPT_KILLS")); err == nil {
		kills = n
	}
	r.write("beside/notes.md", "mine")
	for i, e := range errands {
		r.survives(e, (kills+i)/len(errands))
	}
}

// survives kills an errand so many times at work, then lets it end.
func (r *rig) survives(e errand, kills int) {
	r.t.Helper()
	begin := time.Now()
	r.succeeds(e, 0)
	took := time.Since(begin)
	round, starts, died := 1, 0, 0
	for ; died < kills; starts++ {
		require.Less(r.t, starts, 20*(kills+1), "%s: too few kills hit", e.name)
		r.plant(e, round)
		args := e.args(round)
		p := r.start(1+r.rng.IntN(2), args[0], args[1:]...)
		select {
		case <-time.After(time.Duration(r.rng.Int64N(int64(took)))):
		case err := <-p.done:
			p.done <- err
		}
		_ = p.Process.Signal(syscall.SIGKILL) // it may have ended
		switch status := p.wait(); status {
		case -1:
			died++
			e.check(round)
		case 0:
			e.done(round)
			round++
		default:
			require.Fail(r.t, e.name, "%v: status %d: %s", args, status, p.stderr.String())
		}
		r.planted(e, round)
	}
	r.succeeds(e, round)
	r.planted(e, round)
	r.t.Logf("%s: %d starts, %d killed at work, %d rounds", e.name, starts, died, round+1)
}

func (r *rig) succeeds(e errand, round int) {
	r.t.Helper()
	args := e.args(round)
	r.run(2, args[0], args[1:]...)
	e.done(round)
}

// planted are names that others may give to files in our folders.
var planted = []string{"notes.md", ".x.tmp-01234567", ".token-mine", "mine/deep.txt"}

// plant puts files of others into the folder.
func (r *rig) plant(e errand, round int) {
	if out := e.out(round); out != "" {
		for _, name := range planted {
			r.write(filepath.Join(out, name), "of "+out)
		}
		r.write(filepath.Join(out, "planted"), "")
	}
}

// planted checks that they are still there.
func (r *rig) planted(e errand, round int) {
	r.t.Helper()
	for n := 0; n <= round; n++ {
		out := e.out(n)
		if _, err := os.Stat(filepath.Join(r.dir, out, "planted")); out == "" || err != nil {
			continue
		}
		for _, name := range planted {
			require.Equal(r.t, "of "+out, r.read(filepath.Join(out, name)), "%s: %s", e.name, name)
		}
	}
	require.Equal(r.t, "mine", r.read("beside/notes.md"))
}

func (r *rig) read(name string) string {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, name))
	require.NoError(r.t, err)
	return string(data)
}

func (r *rig) there(name string) bool {
	_, err := os.Stat(filepath.Join(r.dir, name))
	return err == nil
}

// trains is a run of one of the commands that train.
func (r *rig) trains(name string, j job) errand {
	out := func(round int) string { return fmt.Sprintf("%s-%d", name, round) }
	return errand{
		name: name,
		args: func(round int) []string {
			if r.there(filepath.Join(out(round), "run.json")) {
				return []string{j.command, "-resume", out(round)}
			}
			return append(append([]string{j.command}, j.args...), "-out", out(round))
		},
		check: func(round int) { r.whole(out(round)) },
		done: func(round int) {
			r.whole(out(round))
			r.same(out(0), out(round))
		},
		out: func(round int) string {
			if round == 0 || !r.there(filepath.Join(out(round), "run.json")) {
				return ""
			}
			return out(round)
		},
	}
}

// prepares tokenizes a book of some megabytes.
func (r *rig) prepares() errand {
	r.write("long.txt", strings.Repeat(r.read("book.txt"), 40))
	out := func(round int) string { return fmt.Sprintf("shards-%d", round) }
	return errand{
		name: "train -prepare",
		args: func(round int) []string {
			return []string{"train", "-data", "long.txt", "-vocab", "110", "-prepare", out(round)}
		},
		check: func(int) {},
		done: func(round int) {
			entries, err := os.ReadDir(filepath.Join(r.dir, out(0)))
			require.NoError(r.t, err)
			for _, e := range entries {
				if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
					require.Equal(r.t, r.read(filepath.Join(out(0), e.Name())), r.read(filepath.Join(out(round), e.Name())), e.Name())
				}
			}
		},
		out: func(round int) string {
			if round == 0 || !r.there(filepath.Join(out(round), "tokens.json")) {
				return ""
			}
			return out(round)
		},
	}
}

// converts writes two models of one shape into a folder by turns.
func (r *rig) converts() errand {
	r.write("other.txt", strings.NewReplacer("anna", "erin", "apple", "table", "boat", "drum").Replace(r.read("book.txt")))
	_, tok, err := checkpoint.ReadFolder(filepath.Join(r.dir, "base"), 0)
	require.NoError(r.t, err)
	r.run(1, "train", "-data", "other.txt", "-ctx", "16", "-steps", "2", "-vocab", fmt.Sprint(tok.Size()), "-out", "other")
	models := []string{"base", "other"}
	_, tok2, err := checkpoint.ReadFolder(filepath.Join(r.dir, "other"), 0)
	require.NoError(r.t, err)
	require.Equal(r.t, tok.Size(), tok2.Size(), "so that a mix would open")
	opens := func() string {
		m, tok, err := checkpoint.ReadFolder(filepath.Join(r.dir, "converted"), 0)
		if err != nil {
			return ""
		}
		for _, name := range models {
			want, wantTok, err := checkpoint.ReadFolder(filepath.Join(r.dir, name), 0)
			require.NoError(r.t, err)
			if m.Store.Digest() == want.Store.Digest() {
				require.True(r.t, bytes.Equal(wantTok.MergesTXT(), tok.MergesTXT()), "the tokenizer of another model")
				return name
			}
		}
		require.Fail(r.t, "the folder opens as neither model")
		return ""
	}
	return errand{
		name: "convert -force",
		args: func(round int) []string {
			return []string{"convert", "-model", models[round%2], "-out", "converted", "-force"}
		},
		check: func(int) { opens() },
		done:  func(round int) { require.Equal(r.t, models[round%2], opens()) },
		out:   func(int) string { return "converted" },
	}
}

// writes is a command that writes one file, over that of the round before.
func (r *rig) writes(name, line string, complete func(path string)) errand {
	r.write("many.jsonl", strings.Repeat(r.read("rows.jsonl"), 10))
	dir := strings.ReplaceAll(name, " ", "")
	path := filepath.Join(dir, "out")
	r.write(filepath.Join(dir, "planted"), "")
	return errand{
		name:  name,
		args:  func(int) []string { return append(strings.Fields(line), path) },
		check: func(int) { complete(path) }, // the round before has left it
		done:  func(int) { complete(path) },
		out: func(round int) string {
			if round == 0 {
				return ""
			}
			return dir
		},
	}
}

func (r *rig) attention(path string) {
	r.t.Helper()
	f, err := safetensors.Open(filepath.Join(r.dir, path))
	require.NoError(r.t, err)
	require.NoError(r.t, f.Close())
}

func (r *rig) predictions(path string) {
	r.t.Helper()
	require.Equal(r.t, 401, strings.Count(r.read(path), "\n"), "a line a row, and a head")
}

// measures is a command that keeps finished runs in a folder; two of it work there at a time.
func (r *rig) measures(name, line string, runs int) errand {
	out := func(round int) string { return fmt.Sprintf("%s-%d", name, round) }
	kept := map[int][]string{}
	finished := func(round int) []string {
		data, err := os.ReadFile(filepath.Join(r.dir, out(round), "results.jsonl"))
		if os.IsNotExist(err) {
			return nil
		}
		require.NoError(r.t, err)
		lines := strings.SplitAfter(string(data), "\n")
		return lines[:len(lines)-1]
	}
	check := func(round int) {
		lines := finished(round)
		require.GreaterOrEqual(r.t, len(lines), len(kept[round]), "finished runs are kept")
		for i, line := range kept[round] {
			require.Equal(r.t, line, lines[i])
		}
		kept[round] = lines
	}
	return errand{
		name:  name,
		args:  func(round int) []string { return append(strings.Fields(line), out(round)) },
		check: check,
		done: func(round int) {
			check(round)
			distinct := map[string]bool{}
			for _, l := range finished(round) {
				distinct[timings.ReplaceAllString(strings.Split(l, `"seconds"`)[0], "")] = true
			}
			require.GreaterOrEqual(r.t, len(distinct), runs)
			require.FileExists(r.t, filepath.Join(r.dir, out(round), "table.md"))
		},
		out: func(round int) string {
			if round == 0 {
				return ""
			}
			return out(round)
		},
	}
}

// Two processes in one folder of results lose none of each other's runs.
func TestTwoProcessesShareAFolderOfResults(t *testing.T) {
	r := newRig(t)
	r.models()
	const each = 5
	line := "ablate -model base -task classification -seeds 5 -epochs 1 -train rows.jsonl -test rows.jsonl -out shared -variants "
	var both []*process
	for _, variant := range []string{"full", "scratch"} {
		args := strings.Fields(line + variant)
		both = append(both, r.start(1, args[0], args[1:]...))
	}
	for _, p := range both {
		require.Zero(t, p.wait(), p.stderr.String())
	}
	require.Equal(t, 2*each, strings.Count(r.read("shared/results.jsonl"), "\n"))
}
