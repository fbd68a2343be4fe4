package traincmd

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/pretrain"
	"gorgpt/train"
)

// workplace changes to a new folder with a book, and returns flags for a run of ten updates.
func workplace(t *testing.T) []string {
	t.Helper()
	book := story(t, 400)
	t.Chdir(t.TempDir())
	return []string{"-data", book, "-ctx", "16", "-vocab", "120", "-batch", "4", "-micro", "2", "-steps", "10", "-eval-every", "5", "-save-every", "2"}
}

// fails runs the command, which must fail, and returns its error, which must be one line.
func fails(t *testing.T, status int, args ...string) string {
	t.Helper()
	got, _, stderr := commandHere(args...)
	require.Equal(t, status, got, stderr)
	lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
	return lines[len(lines)-1]
}

// begin makes a run in folder out that stopped after the checkpoint of update 4 because the disk
// was full, and a complete run with the same settings in folder whole.
func begin(t *testing.T, flags []string) {
	t.Helper()
	status, _, stderr := commandHere(append(flags, "-out", "whole")...)
	require.Zero(t, status, stderr)
	s, err := parse(nil, append(flags, "-out", "out"), io.Discard, nil)
	require.NoError(t, err)
	left := 2 * 10 << 20
	_, err = pretrain.Run(t.Context(), s.Options, train.Listener{Disk: func(w io.Writer) io.Writer {
		return fullDisk{w, &left}
	}})
	require.Error(t, err)
	require.Regexp(t, `^writing out/checkpoints/step-000000005: (adam|model)\.safetensors: .*no space left on device; `+
		`the last checkpoint is out/checkpoints/step-000000004$`, err.Error())
}

// fullDisk is a disk with limited room, in bytes.
type fullDisk struct {
	w    io.Writer
	left *int
}

func (d fullDisk) Write(p []byte) (int, error) {
	n := min(len(p), *d.left)
	*d.left -= n
	n, err := d.w.Write(p[:n])
	if err == nil && n < len(p) {
		err = errors.New("no space left on device")
	}
	return n, err
}

func sameModel(t *testing.T) {
	t.Helper()
	for _, name := range []string{"model.safetensors", "sample.txt", "run.json"} {
		want, err := os.ReadFile(filepath.Join("whole", name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join("out", name))
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
}

func TestFullDiskLeavesThePreviousCheckpoint(t *testing.T) {
	begin(t, workplace(t))
	entries, err := os.ReadDir(filepath.Join("out", "checkpoints"))
	require.NoError(t, err)
	require.Len(t, entries, 2, "two that are whole, and nothing of the third")
	status, stdout, stderr := commandHere("-resume", "out")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "resuming after update 4 of 10, from out/checkpoints/step-000000004\n")
	sameModel(t)
	status, stdout, stderr = commandHere("-resume", "out")
	require.Zero(t, status, stderr)
	require.Equal(t, "the run in out is complete: nothing to do\n", stdout)
}

func spoil(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	data[len(data)/2] ^= 1
	require.NoError(t, os.WriteFile(path, data, 0o600))
}

func TestDamagedCheckpoint(t *testing.T) {
	begin(t, workplace(t))
	spoil(t, "out/checkpoints/step-000000004/model.safetensors")
	status, stdout, stderr := commandHere("-resume", "out")
	require.Zero(t, status, stderr)
	require.Regexp(t, `out/checkpoints/step-000000004/model.safetensors is damaged: its checksum is [0-9a-f]{8}…, not [0-9a-f]{8}…; resuming from an earlier checkpoint`, stdout)
	require.Contains(t, stdout, "resuming after update 2 of 10")
	sameModel(t)
}

func TestAllCheckpointsDamaged(t *testing.T) {
	begin(t, workplace(t))
	spoil(t, "out/checkpoints/step-000000004/adam.safetensors")
	require.NoError(t, os.Truncate("out/checkpoints/step-000000002/state.json", 3))
	require.Regexp(t, `^train: -resume: all 2 checkpoints in out/checkpoints are damaged: out/checkpoints/step-000000004/adam.safetensors is damaged`,
		fails(t, 1, "-resume", "out"))
}

func TestMissingCheckpoints(t *testing.T) {
	begin(t, workplace(t))
	require.NoError(t, os.RemoveAll("out/checkpoints"))
	status, stdout, stderr := commandHere("-resume", "latest")
	require.Equal(t, 2, status, "runs/ has none: "+stdout)
	require.Contains(t, stderr, "-resume latest: there is no run of this command in runs/")
	status, stdout, stderr = commandHere("-resume", "out")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "out has no checkpoint yet: the run starts at update 1\n")
	sameModel(t)
	require.Len(t, metrics(t, "out"), 12, "10 updates and 2 evaluations, each once")
}

func TestResumeLatest(t *testing.T) {
	flags := workplace(t)
	for range 2 {
		status, _, stderr := commandHere(flags...)
		require.Zero(t, status, stderr)
	}
	status, stdout, stderr := commandHere("-resume", "latest")
	require.Zero(t, status, stderr)
	require.Equal(t, "the run in runs/tiny-2 is complete: nothing to do\n", stdout)
}

func TestResumeRefuses(t *testing.T) {
	flags := workplace(t)
	begin(t, flags)
	require.NoError(t, os.Mkdir("other", 0o700))
	require.NoError(t, os.WriteFile("other/run.json", []byte(`{"command": "finetune"}`), 0o600))
	require.NoError(t, os.Mkdir("broken", 0o700))
	require.NoError(t, os.WriteFile("broken/run.json", []byte(`{"command": "tr`), 0o600))
	for _, c := range []struct{ flags, want string }{
		{"-resume out -lr 1", "-resume: -lr is 1, but the run began with 0.003: omit it, or start a new run with -config and -out"},
		{"-resume out -seed 2", "-resume: -seed is 2, but the run began with 1"},
		{"-resume out -config x.json", "cannot be combined with -config"},
		{"-resume out -out x", "cannot be combined with -out"},
		{"-resume out -lrr 1", "-lrr"},
		{"-resume nowhere", "-resume: nowhere has no run.json, so it does not contain a run: set -resume to the folder of a run, or omit it to start a new run"},
		{"-resume other", "-resume: other holds a run of gorgpt finetune, not of gorgpt train"},
		{"-resume broken", "-resume: broken/run.json: unexpected end of JSON input"},
		{"-resume out -checkpoints -1", "invalid value \"-1\" for flag -checkpoints: must be a number of checkpoints, 0 or more, or best"},
		{"-resume out -save-every soon", `invalid value "soon" for flag -save-every: must be a number of updates, such as 500, or a time, such as 10m; 0 means never`},
	} {
		require.Contains(t, fails(t, 2, strings.Fields(c.flags)...), c.want)
	}
	book := flags[1]
	require.NoError(t, os.WriteFile(book, []byte(strings.Repeat("anna saw a red boat and took it home.\n\n", 400)), 0o600))
	line := fails(t, 1, "-resume", "out")
	require.Contains(t, line, "-resume: the data has changed since the run began, from {")
	require.Contains(t, line, "restore it, or start a new run")
}

// Flags that do not affect the result may change, and repeating the same flags is allowed.
func TestResumeWithFlags(t *testing.T) {
	flags := workplace(t)
	begin(t, flags)
	status, _, stderr := commandHere(append(flags, "-resume", "out", "-out", "out", "-checkpoints", "1", "-log-every", "1")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stderr, "step 7/10")
	entries, err := os.ReadDir("out/checkpoints")
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestTwoTrainers(t *testing.T) {
	begin(t, workplace(t))
	f, err := train.OpenFolder("out")
	require.NoError(t, err)
	defer f.Close()
	want := fmt.Sprintf("train: out is in use by another trainer (process %d): wait until it has ended, or set -out to another folder", os.Getpid())
	require.Equal(t, want, fails(t, 1, "-resume", "out"))
}

func TestTooLittleMemory(t *testing.T) {
	flags := workplace(t)
	defer debug.SetMemoryLimit(math.MaxInt64)
	debug.SetMemoryLimit(250 << 20)
	args := append(flags, "-batch", "512", "-micro", "512", "-out", "out")
	require.Regexp(t, `^train: the run needs \d+\.\d MB of memory, but only \d+\.\d MB is free: -micro \d+ needs \d+\.\d MB and gives the same gradients up to rounding$`,
		fails(t, 1, args...))
	require.NoDirExists(t, "out")
	require.Contains(t, fails(t, 1, append(flags, "-preset", "gpt1", "-micro", "1", "-out", "out")...),
		"MB is free: choose a smaller model, -ctx or -vocab, or a machine with more memory")
}

func TestDryRun(t *testing.T) {
	status, stdout, stderr := commandHere(append(workplace(t), "-dry-run", "-out", "out")...)
	require.Zero(t, status, stderr)
	for _, want := range []string{
		" parameters; 10 updates of 64 tokens\n", "  parameters  ", "  gradients  ", "  Adam's moments  ", "  activations", "  logits",
		"  total memory  ", " per update, ", " in total, without evaluations\n",
	} {
		require.Contains(t, stdout, want)
	}
	require.NoDirExists(t, "out")
}

func TestNotFinite(t *testing.T) {
	flags := workplace(t)
	require.Regexp(t, `^train: update \d+: the (loss|norm of the gradients) is \S+; the first such value is in h\.\d+\.\S+ .*: element \d+ is (NaN|[+-]Inf); `+
		`batch: windows \d+ to \d+ of epoch 0; (there is no checkpoint yet|the last checkpoint is out/checkpoints/step-\d+); `+
		`the weights are unchanged; to avoid this, start again with -config out/run.json and a smaller -lr, a longer -warmup or -clip 1$`,
		fails(t, 1, append(flags, "-lr", "900000", "-out", "out")...))
}

// A run.json repeats its run, and flags override it.
func TestConfig(t *testing.T) {
	flags := workplace(t)
	status, stdout, stderr := commandHere(append(flags, "-out", "whole")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "settings, also in whole/run.json:\n{\"preset\":\"tiny\",")
	for line := range strings.Lines(stdout[strings.Index(stdout, "settings"):strings.Index(stdout, "saved")]) {
		if !strings.Contains(line, filepath.Dir(flags[1])) { // a long path
			require.LessOrEqual(t, len(line), 81, line)
		}
	}
	status, _, stderr = commandHere("-config", "whole/run.json", "-out", "out")
	require.Zero(t, status, stderr)
	sameModel(t)

	require.NoError(t, os.WriteFile("c.json", []byte(`{"preset": "mini", "steps": 7, "lr": 0.5, "eval-every": 3, "save_every": "5m", "data": ["a", "b"]}`), 0o600))
	s, err := parse(nil, []string{"-lr", "0.25", "-config", "c.json"}, io.Discard, nil)
	require.NoError(t, err)
	require.Equal(t, 0.25, s.LR, "flags override the file")
	require.Equal(t, 7, s.Steps)
	require.Zero(t, s.Epochs)
	require.Equal(t, 3, s.EvalEvery)
	require.Equal(t, 16, s.Batch, "the file goes before the preset, which it names")
	require.Equal(t, "5m", s.SaveEvery.String())
	require.Equal(t, []string{"a", "b"}, s.Data)
}

func TestBadConfig(t *testing.T) {
	t.Chdir(t.TempDir())
	for content, want := range map[string]string{
		`{"learning_rate": 1}`:       `-config c.json: unknown key "learning_rate": -h lists the settings`,
		`{"warm_up": 1}`:             `-config c.json: unknown key "warm_up": did you mean warmup?`,
		`{"evalevery": 1}`:           `-config c.json: unknown key "evalevery": did you mean eval_every?`,
		`{"resume": "x"}`:            `-config c.json: unknown key "resume"`,
		`{"lr": 1, "lr": 2}`:         `-config c.json: duplicate key "lr"`,
		`{"lr": "fast"}`:             `-config c.json: key "lr": invalid value "fast"`,
		`{"lr": {}}`:                 `-config c.json: key "lr": the value must be a string, a number, true, false, or a list of strings`,
		`{"lr": -1}`:                 `-lr must be between 0 and 1e6, not -1`,
		"{\n\"lr\": 1,\n}":           `-config c.json:3: invalid character '}'`,
		`[1]`:                        `-config c.json: the file must be a JSON object of settings, such as {"lr": 0.001}`,
		``:                           `-config c.json:1: unexpected end of JSON input`,
		`{"steps": 5, "warmup": 10}`: `-warmup of 10 updates is longer than the run of 5`,
	} {
		require.NoError(t, os.WriteFile("c.json", []byte(content), 0o600))
		require.Contains(t, fails(t, 2, "-config", "c.json"), want)
	}
	require.Contains(t, fails(t, 2, "-config", "none.json"), "-config: opening settings: stat none.json: no such file")
}

func TestProfile(t *testing.T) {
	status, _, stderr := commandHere(append(workplace(t), "-profile", "p", "-out", "out")...)
	require.Zero(t, status, stderr)
	for _, name := range []string{"p/cpu.pprof", "p/heap.pprof"} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.NotZero(t, info.Size())
	}
	flags := workplace(t)
	require.Contains(t, fails(t, 2, append(flags, "-profile", "/dev/null/p", "-out", "out")...), "is in a system folder")
	require.NoError(t, os.WriteFile("file", nil, 0o600))
	require.Contains(t, fails(t, 1, append(flags, "-profile", filepath.Join("file", "p"), "-out", "out")...), "-profile: mkdir file")
}

func TestSamples(t *testing.T) {
	status, stdout, stderr := commandHere(append(workplace(t), "-sample-every", "4", "-out", "out")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "sample after update 4:\n")
	for _, name := range []string{"step-000000004.txt", "step-000000008.txt"} {
		text, err := os.ReadFile(filepath.Join("out", "samples", name))
		require.NoError(t, err)
		require.Contains(t, string(text), " | ")
	}
}
