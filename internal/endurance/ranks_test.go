//go:build linux && mpi

package endurance

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tags are what the commands are built with.
const tags = "mpi"

func init() {
	for _, name := range []string{"OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"} { // containers
		if err := os.Setenv(name, "1"); err != nil {
			panic(err)
		}
	}
}

// onRanks starts a command on n ranks of one core each.
func (r *rig) onRanks(n int, command string, args ...string) *process {
	r.t.Helper()
	return r.apps(append([]string{"-n", strconv.Itoa(n), r.program(), command}, args...)...)
}

// apps starts mpirun, which takes ranks with different flags apart by colons.
func (r *rig) apps(args ...string) *process {
	r.t.Helper()
	p := r.startProgram(1, "mpirun", append([]string{"--oversubscribe"}, args...)...)
	r.t.Cleanup(func() { _ = p.Process.Kill() }) // in vain, but where a test has failed
	return p
}

// ranks are the processes of a job, in order.
func (r *rig) ranks(p *process) (pids []int) {
	r.t.Helper()
	var children []byte
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", p.Process.Pid))
	require.NoError(r.t, err)
	for _, path := range threads {
		data, _ := os.ReadFile(path) // the thread may be gone
		children = append(children, data...)
	}
	for _, field := range strings.Fields(string(children)) {
		pid, err := strconv.Atoi(field)
		require.NoError(r.t, err)
		env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if err == nil && strings.Contains(string(env), "OMPI_COMM_WORLD_RANK=") {
			pids = append(pids, pid)
		}
	}
	return pids
}

// similar compares two runs on different numbers of ranks: the same lines, and values that
// differ by no more than the rounding of sums brings about.
func (r *rig) similar(want, got string) {
	r.t.Helper()
	a, b := r.values(want), r.values(got)
	require.Len(r.t, b, len(a))
	for i, x := range a {
		require.Len(r.t, b[i], len(x))
		tolerance := 1e-3 // Adam makes more of small differences
		if x["step"] == 1 {
			tolerance = 1e-6
		}
		for name, v := range x {
			require.InEpsilon(r.t, 1+v, 1+b[i][name], tolerance, "%s of %v, %v", name, x, b[i])
		}
	}
}

// values are the metrics of a finished run, line by line, without timings.
func (r *rig) values(out string) (all []map[string]float64) {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, out, "metrics.jsonl"))
	require.NoError(r.t, err)
	for line := range strings.Lines(string(data)) {
		var x map[string]float64
		require.NoError(r.t, json.Unmarshal([]byte(line), &x), line)
		delete(x, "tok_s")
		delete(x, "elapsed_s")
		all = append(all, x)
	}
	return all
}

// On any number of ranks a run does what it does on one, and the same again.
func TestRanksAreOne(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		job
		one string
	}{{pretraining(24), "base"}, {finetuning(24), "tuned"}} {
		r.undisturbed(c.job, c.one)
		for _, n := range []int{2, 4} {
			out := fmt.Sprintf("%s-%d", c.one, n)
			for _, dir := range []string{out, out + "-again"} {
				p := r.onRanks(n, c.command, append(c.args, "-out", dir)...)
				require.Zero(t, p.wait(), p.stderr.String())
				require.Contains(t, p.stderr.String(), fmt.Sprintf("%d ranks: %d on ", n, n))
				require.Equal(t, 1, strings.Count(p.stdout.String(), "saved the model to"))
				r.whole(dir)
			}
			r.same(out, out+"-again")
			r.similar(c.one, out)
		}
	}
}

// A run whose ranks are killed again and again, one at a time, ends like one that was left
// alone, and goes on on another number of ranks.
func TestRankKilled(t *testing.T) {
	r := newRig(t)
	const n = 3
	for _, c := range []struct {
		job
		out string
	}{{pretraining(48), "base"}, {finetuning(40), "tuned"}} {
		p := r.onRanks(n, c.command, append(c.args, "-out", c.out)...)
		start := time.Now()
		require.Zero(t, p.wait(), p.stderr.String())
		took, killed := time.Since(start), c.out+"-killed"
		died := 0
		for range 6 {
			p := r.goOnRanks(n, c.job, killed)
			time.Sleep(took/4 + time.Duration(r.rng.Int64N(int64(took/2))))
			if pids := r.ranks(p); len(pids) == n {
				require.NoError(t, syscall.Kill(pids[r.rng.IntN(n)], syscall.SIGKILL))
				died++
			}
			end := time.Now()
			p.wait()
			require.Less(t, time.Since(end), 10*time.Second)
			r.whole(killed)
		}
		require.Positive(t, died)
		p = r.goOnRanks(n, c.job, killed)
		require.Zero(t, p.wait(), p.stderr.String())
		r.same(c.out, killed)

		other := c.out + "-others"
		p = r.onRanks(2, c.command, append(c.args, "-out", other)...)
		r.begun(other)
		for _, pid := range r.ranks(p)[:1] {
			require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		}
		p.wait()
		for _, m := range []int{4, 1} {
			p = r.goOnRanks(m, c.job, other)
			if m == 4 {
				time.Sleep(took / 3)
				require.NoError(t, p.Process.Signal(syscall.SIGUSR1))
			}
			status := p.wait()
			require.True(t, status == 0 || m == 4, p.stderr.String())
		}
		r.similar(c.out, other)
	}
}

// goOnRanks starts a job in a folder on n ranks, or resumes it if it was begun there.
func (r *rig) goOnRanks(n int, j job, out string) *process {
	r.t.Helper()
	if _, err := os.Stat(filepath.Join(r.dir, out, "run.json")); err == nil {
		return r.onRanks(n, j.command, "-resume", out)
	}
	return r.onRanks(n, j.command, append(j.args, "-out", out)...)
}

// However a job is asked to stop, it saves what it has.
func TestRanksStop(t *testing.T) {
	r := newRig(t)
	long := pretraining(100_000)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGUSR1} {
		for _, who := range []int{-1, 0, 1} { // mpirun, or a rank
			out := fmt.Sprintf("%d-%d", sig, who)
			p := r.onRanks(2, long.command, append(long.args, "-out", out)...)
			r.begun(out)
			pid := p.Process.Pid
			if who >= 0 {
				pid = r.ranks(p)[who]
			}
			require.NoError(t, syscall.Kill(pid, sig))
			start := time.Now()
			require.NotZero(t, p.wait())
			require.Less(t, time.Since(start), 10*time.Second)
			require.Regexp(t, `(?m)^train: stopped after update \d+ of 100000; the last checkpoint is `+out+`/checkpoints/step-\d+; -resume `+out+` resumes the run$`,
				p.stderr.String())
			require.Equal(t, 1, strings.Count(p.stderr.String(), "train: "))
			r.whole(out)
		}
	}
}

// Ranks that would not compute the same are told of at once, in one message.
func TestRanksDiffer(t *testing.T) {
	r := newRig(t)
	r.write("one/rate.json", `{"lr": 0.001}`)
	r.write("two/rate.json", `{"lr": 0.002}`)
	book, err := os.ReadFile(filepath.Join(r.dir, "book.txt"))
	require.NoError(t, err)
	r.write("one/book.txt", string(book))
	r.write("two/book.txt", strings.Replace(string(book), "red", "new", 1))
	flags := pretraining(8).args
	flags = append(flags, "-cache", "") // else one rank tokenizes for all
	one, two := filepath.Join(r.dir, "one"), filepath.Join(r.dir, "two")
	train := []string{r.program(), "train"}
	app := func(before, after []string) []string {
		return append(append(append([]string{"-n", "1"}, before...), append(train, flags...)...), after...)
	}
	for name, c := range map[string]struct {
		first, second []string
		want          string
	}{
		"flags":    {app(nil, []string{"-lr", "0.1"}), app(nil, []string{"-lr", "0.2"}), `other flags than rank 0: .*-lr 0\.2 there, .*-lr 0\.1 on rank 0`},
		"settings": {app([]string{"-wdir", one}, []string{"-config", "rate.json"}), app([]string{"-wdir", two}, []string{"-config", "rate.json"}), `other settings than rank 0: lr is 0\.002 there, 0\.001 on rank 0`},
		"data":     {app([]string{"-wdir", one}, nil), app([]string{"-wdir", two}, nil), `other data than rank 0: digest is "[0-9a-f]+" there, "[0-9a-f]+" on rank 0`},
		"kernels":  {app(nil, nil), app([]string{"-x", "GORGPT_CPU=generic"}, nil), `other vector instructions \(GORGPT_CPU sets them\) than rank 0: generic there, avx\w+ on rank 0`},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			p := r.apps(append(append(c.first, ":"), c.second...)...)
			require.NotZero(t, p.wait())
			require.Less(t, time.Since(start), 10*time.Second)
			require.Regexp(t, `(?m)^train: rank 1 of 2 on \S+ has `+c.want+`$`, p.stderr.String())
			require.Equal(t, 1, strings.Count(p.stderr.String(), "train: "), p.stderr.String())
		})
	}
	t.Run("an error of one rank", func(t *testing.T) {
		require.NoError(t, os.Remove(filepath.Join(two, "book.txt")))
		start := time.Now()
		p := r.apps(append(append(app([]string{"-wdir", one}, nil), ":"), app([]string{"-wdir", two}, nil)...)...)
		require.NotZero(t, p.wait())
		require.Less(t, time.Since(start), 10*time.Second)
		require.Regexp(t, `(?m)^train: rank 1 of 2 on \S+: looking for books: stat book\.txt: no such file or directory$`, p.stderr.String())
		require.Equal(t, 1, strings.Count(p.stderr.String(), "train: "))
	})
	t.Run("an error of all ranks", func(t *testing.T) {
		p := r.onRanks(3, "train", "-batch", "2")
		require.NotZero(t, p.wait())
		require.Contains(t, p.stderr.String(), "train: -batch 2 cannot be divided among 3 ranks: it must be at least 3\n")
		require.Equal(t, 1, strings.Count(p.stderr.String(), "train: "))
	})
}

// A full disk of rank 0 ends the job, and leaves the checkpoint before.
func TestRanksFullDisk(t *testing.T) {
	r := newRig(t)
	if !r.mountSmall("disk", 40) {
		t.Skip("mounting a small disk is not permitted")
	}
	j, out := pretraining(48), filepath.Join("disk", "run")
	r.undisturbedRanks(2, j, "base")
	r.fill("disk", 25<<20) // for two checkpoints of 10 MB
	start := time.Now()
	p := r.goOnRanks(2, j, out)
	require.NotZero(t, p.wait())
	require.Less(t, time.Since(start), 20*time.Second)
	require.Regexp(t, `(?m)^train: writing disk/run/checkpoints/step-\d+: (model|adam)\.safetensors: .*no space left on device; `+
		`the last checkpoint is disk/run/checkpoints/step-\d+; once the problem is fixed, -resume disk/run resumes the run$`, p.stderr.String())
	require.Equal(t, 1, strings.Count(p.stderr.String(), "train: "))
	r.whole(out)
	require.NoError(t, os.Remove(filepath.Join(r.dir, "disk", "ballast")))
	p = r.goOnRanks(2, j, out)
	require.Zero(t, p.wait(), p.stderr.String())
	require.Contains(t, p.stdout.String(), "resuming after update ")
	r.same("base", out)
}

// undisturbedRanks does a job on n ranks without a break.
func (r *rig) undisturbedRanks(n int, j job, out string) {
	r.t.Helper()
	p := r.onRanks(n, j.command, append(j.args, "-out", out)...)
	require.Zero(r.t, p.wait(), p.stderr.String())
}
