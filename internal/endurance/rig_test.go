//go:build unix

package endurance

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// rig is a folder with the commands, a book and labelled rows.
type rig struct {
	t   *testing.T
	dir string
	bin string // folder of the commands
	rng *rand.Rand
}

// commands builds them, once for all tests.
var commands = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "gorgpt"); err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-tags", tags, "-o", dir, "gorgpt/cmd/gorgpt").CombinedOutput()
	if err != nil {
		return dir, fmt.Errorf("%s: %w", out, err)
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	status := m.Run()
	if dir, _ := commands(); dir != "" {
		_ = os.RemoveAll(dir) // of the tests' own
	}
	os.Exit(status)
}

func newRig(t *testing.T) *rig {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("random moments of seed %d", seed)
	r := &rig{t: t, dir: t.TempDir(), rng: rand.New(rand.NewPCG(seed, 1))}
	var err error
	r.bin, err = commands()
	require.NoError(t, err)
	var book, rows strings.Builder
	text := rand.New(rand.NewPCG(1, 1))
	for i := range 600 {
		person, thing := []string{"anna", "ben", "clara", "david"}[text.IntN(4)], []string{"a red apple", "an old book", "the small boat"}[text.IntN(3)]
		fmt.Fprintf(&book, "%s saw %s and took it home.\n\n", person, thing)
		if i < 40 {
			fmt.Fprintf(&rows, "{\"text\": \"%s saw %s .\", \"label\": %d}\n", person, thing, len(thing)%2)
		}
	}
	r.write("book.txt", book.String())
	r.write("rows.jsonl", rows.String())
	return r
}

// program is the path of the binary.
func (r *rig) program() string { return filepath.Join(r.bin, "gorgpt") }

func (r *rig) write(name, content string) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	require.NoError(r.t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(r.t, os.WriteFile(path, []byte(content), 0o600))
}

// job is a command with its arguments, but for the run folder.
type job struct {
	command string
	args    []string
}

// pretraining saves often, so that many moments are within a save.
func pretraining(steps int) job {
	return job{"train", []string{
		"-data", "book.txt", "-ctx", "16", "-vocab", "110", "-batch", "4", "-micro", "3", "-steps", fmt.Sprint(steps), "-dropout", "0.1",
		"-eval-every", "8", "-save-every", "3", "-sample-every", "16", "-log-every", "1000", "-cache", "tokens",
	}}
}

func finetuning(steps int) job {
	return job{"finetune", []string{
		"-task", "classification", "-train", "rows.jsonl", "-dev", "rows.jsonl", "-test", "rows.jsonl", "-model", "base",
		"-batch", "4", "-micro", "1", "-steps", fmt.Sprint(steps), "-eval-every", "8", "-save-every", "3", "-log-every", "1000",
	}}
}

// process is a command at work.
type process struct {
	*exec.Cmd
	stdout, stderr bytes.Buffer
	done           chan error
}

// start runs a command on so many cores.
func (r *rig) start(procs int, command string, args ...string) *process {
	r.t.Helper()
	return r.startProgram(procs, r.program(), append([]string{command}, args...)...)
}

// startProgram runs any program on so many cores.
func (r *rig) startProgram(procs int, path string, args ...string) *process {
	r.t.Helper()
	p := &process{Cmd: exec.Command(path, args...), done: make(chan error, 1)}
	p.Dir, p.Stdout, p.Stderr = r.dir, &p.stdout, &p.stderr
	p.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", procs))
	require.NoError(r.t, p.Start())
	go func() { p.done <- p.Wait() }()
	return p
}

// wait is the exit status; -1 if a signal ended the process.
func (p *process) wait() int {
	<-p.done
	return p.ProcessState.ExitCode()
}

// run is a command from begin to end, which must succeed.
func (r *rig) run(procs int, command string, args ...string) *process {
	r.t.Helper()
	p := r.start(procs, command, args...)
	require.Zero(r.t, p.wait(), p.stderr.String())
	return p
}

// undisturbed does a job in a folder without a break, and tells how long that takes.
func (r *rig) undisturbed(j job, out string) time.Duration {
	r.t.Helper()
	start := time.Now()
	r.run(1, j.command, append(j.args, "-out", out)...)
	return time.Since(start)
}

// goOn starts a job in a folder, or resumes it if it was begun there.
func (r *rig) goOn(j job, out string) *process {
	r.t.Helper()
	procs := 1 + r.rng.IntN(3)
	if _, err := os.Stat(filepath.Join(r.dir, out, "run.json")); err == nil {
		return r.start(procs, j.command, "-resume", out)
	}
	return r.start(procs, j.command, append(j.args, "-out", out)...)
}

// saving tells whether a checkpoint is being written in a run folder.
func (r *rig) saving(out string) bool {
	hidden, _ := filepath.Glob(filepath.Join(r.dir, out, "checkpoints", ".step-*.gorgpt-*")) // the pattern is fine
	return len(hidden) > 0
}

// kill ends a process at a random moment within limit, half of the times in the middle of a
// save. It tells whether it was one, and whether the process was still at work.
func (r *rig) kill(p *process, out string, limit time.Duration, sig syscall.Signal) (inSave, alive bool) {
	deadline := time.After(time.Duration(r.rng.Int64N(int64(limit))))
	if r.rng.IntN(2) == 0 {
		seen := time.Time{}
		delay := time.Duration(r.rng.IntN(15)) * time.Millisecond
		for begin := time.Now(); time.Since(begin) < limit; time.Sleep(200 * time.Microsecond) {
			if seen.IsZero() && r.saving(out) {
				seen = time.Now()
			}
			if !seen.IsZero() && time.Since(seen) >= delay {
				break
			}
		}
	} else {
		select {
		case <-deadline:
		case err := <-p.done:
			p.done <- err
		}
	}
	alive = p.Process.Signal(sig) == nil
	return r.saving(out), alive
}
