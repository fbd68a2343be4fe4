package traincmd

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/pretrain"
	"gorgpt/train"
)

// rates returns the learning rates of a run by update.
func rates(t *testing.T, dir string) (all []float64) {
	t.Helper()
	for _, line := range metrics(t, dir) {
		if lr, isUpdate := line["lr"]; isUpdate {
			require.Equal(t, float64(len(all)+1), line["step"])
			all = append(all, lr)
		}
	}
	return all
}

func equalRates(t *testing.T, want, got []float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.InDelta(t, want[i], got[i], 1e-9, "update %d", i+1)
	}
}

func TestSchedules(t *testing.T) {
	flags := append(workplace(t), "-lr", "0.01", "-warmup", "2", "-eval-every", "0", "-checkpoints", "0")
	for name, want := range map[string][]float64{
		"constant": {0.005, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01},
		"wsd":      {0.005, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.005, 0},
	} {
		status, stdout, stderr := commandHere(append(flags, "-schedule", name, "-out", name)...)
		require.Zero(t, status, stderr)
		require.Contains(t, strings.ReplaceAll(stdout, "\n", ""), `"schedule":"`+name+`"`)
		equalRates(t, want, rates(t, name))
	}
	status, _, stderr := commandHere(append(flags, "-schedule", "wsd", "-steps", "4", "-warmup", "0", "-out", "short")...)
	require.Zero(t, status, stderr)
	equalRates(t, []float64{0.01, 0.01, 0.01, 0}, rates(t, "short"))
	require.Contains(t, fails(t, 2, append(flags, "-schedule", "linear")...), `-schedule must be cosine, constant or wsd, not "linear"`)
}

// An extended run has the same bits whether its extension was interrupted or not, and whether the whole was
// done in one go, from its run.json.
func TestExtension(t *testing.T) {
	flags := append(workplace(t), "-steps", "6", "-lr", "0.01", "-warmup", "2", "-eval-every", "4")
	for _, dir := range []string{"whole", "out"} {
		status, _, stderr := commandHere(append(flags, "-out", dir)...)
		require.Zero(t, status, stderr)
	}
	more := []string{"-steps", "12", "-lr", "0.004", "-schedule", "wsd", "-save-every", "2"}
	status, stdout, stderr := commandHere(append(more, "-resume", "whole")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "resuming after update 6 of 12, from whole/checkpoints/step-000000006\n")
	cosine := func(t int) float64 { return 0.01 / 2 * (1 + math.Cos(math.Pi*float64(t-2)/4)) }
	equalRates(t, []float64{0.005, 0.01, cosine(3), cosine(4), cosine(5), 0, 0.004, 0.004, 0.004, 0.004, 0.004, 0}, rates(t, "whole"))

	// The disk is full before the first checkpoint of the extension, then after one.
	for _, room := range []int{1 << 20, 9 << 20} {
		args := []string{"-resume", "out"}
		if room == 1<<20 {
			args = append(more, args...)
		}
		c, err := parse(nil, args, io.Discard, nil)
		require.NoError(t, err)
		left := room
		_, err = pretrain.Run(t.Context(), c.Options, train.Listener{Disk: func(w io.Writer) io.Writer { return fullDisk{w, &left} }})
		require.ErrorContains(t, err, "no space left on device")
		var r train.Record
		readJSON(t, "out/run.json", &r)
		require.False(t, r.Completed)
	}
	status, _, stderr = commandHere("-resume", "out")
	require.Zero(t, status, stderr)
	sameModel(t)
	require.Len(t, metrics(t, "out"), 12+4, "updates, and evaluations after 4, 6, 8 and 12")

	status, _, stderr = commandHere("-config", "whole/run.json", "-out", "again")
	require.Zero(t, status, stderr)
	require.NoError(t, os.RemoveAll("out"))
	require.NoError(t, os.Rename("again", "out"))
	sameModel(t)

	// A second extension, by epochs.
	status, _, stderr = commandHere("-resume", "whole", "-epochs", "2", "-schedule", "constant", "-warmup", "3")
	require.Zero(t, status, stderr)
	var settings struct{ Settings struct{ Stages []string } }
	readJSON(t, "whole/run.json", &settings)
	require.Equal(t, []string{"cosine:6:0.01:2", "wsd:12:0.004:0"}, settings.Settings.Stages)
	got := rates(t, "whole")
	require.InDelta(t, 0.004/3, got[12], 1e-9)
	require.InDelta(t, 0.004, got[len(got)-1], 1e-9)
	status, stdout, stderr = commandHere("-resume", "whole", "-epochs", "2")
	require.Zero(t, status, stderr)
	require.Equal(t, "the run in whole is complete: nothing to do\n", stdout)
}

func TestExtensionRefuses(t *testing.T) {
	flags := workplace(t)
	begin(t, flags)
	for _, c := range []struct{ flags, want string }{
		{"-resume out -steps 20", "-resume: the run in out is not complete, so it cannot be extended: finish it with -resume alone first"},
		{"-resume whole -steps 5", "the run has done 10 updates, so an extension needs more than that, and this makes 5: set -steps to a larger number, or -epochs"},
		{"-resume whole -steps 0", "-steps to a larger number"},
		{"-resume whole -steps 20 -epochs 3", "-steps and -epochs both set the length of the run"},
		{"-resume whole -steps 20 -batch 8", "-resume: -batch is 8, but the run began with 4"},
		{"-resume whole -steps 20 -schedule up", `-schedule must be cosine, constant or wsd, not "up"`},
		{"-resume whole -steps 20 -lr -1", "-lr must be between 0 and 1e6, not -1"},
		{"-resume whole -steps 20 -stages wsd:2:0.1:0", "-resume: the run records its own -stages: omit the flag"},
		{"-resume whole -lr 1", "-resume: -lr is 1, but the run began with 0.003"},
		{"-stages cosine:3:1 -steps 5", `-stages: "cosine:3:1" must be a schedule, a number of updates, a rate and a warm-up, such as cosine:3000:0.0006:300`},
	} {
		require.Contains(t, fails(t, 2, strings.Fields(c.flags)...), c.want)
	}
	record, err := os.ReadFile("whole/run.json")
	require.NoError(t, err)
	require.Contains(t, fails(t, 1, "-resume", "whole", "-steps", "12", "-warmup", "3"), "-warmup of 3 updates is longer than the run of 2")
	require.NoError(t, os.RemoveAll("whole/checkpoints"))
	require.Contains(t, fails(t, 1, "-resume", "whole", "-steps", "20"),
		"whole has no undamaged checkpoint with Adam's moments, so its run cannot be extended: train its model further with -init")
	after, err := os.ReadFile("whole/run.json")
	require.NoError(t, err)
	require.Equal(t, record, after, "the run is still complete")
}

// The update at which a run is extended may become a milestone of its history.
func TestHistoryOfAnExtension(t *testing.T) {
	flags := append(workplace(t), "-steps", "4", "-history", "2", "-eval-every", "0", "-out", "out")
	status, _, stderr := commandHere(flags...)
	require.Zero(t, status, stderr)
	half, err := os.ReadFile("out/model.safetensors")
	require.NoError(t, err)
	status, _, stderr = commandHere("-resume", "out", "-steps", "8")
	require.Zero(t, status, stderr)
	kept, err := os.ReadFile("out/history/step-000000004/model.safetensors")
	require.NoError(t, err)
	require.Equal(t, half, kept)
}

// A run that no longer gets better ends early and keeps its best weights. It cannot be extended.
func TestPatience(t *testing.T) {
	flags := append(workplace(t), "-lr", "0.5", "-warmup", "1", "-schedule", "constant", "-eval-every", "1", "-checkpoints", "9", "-out", "out")
	status, stdout, stderr := commandHere(append(flags, "-patience", "2")...)
	require.Zero(t, status, stderr)
	require.Regexp(t, `ended after update \d of 10, because the last 2 evaluations were not better than the one after update \d\n`, stdout)
	best, least := 0.0, math.Inf(1)
	lines := metrics(t, "out")
	for _, line := range lines {
		if loss, evaluated := line["val_loss"]; evaluated && loss < least {
			best, least = line["step"], loss
		}
	}
	require.Equal(t, best+2, lines[len(lines)-1]["step"])
	require.Contains(t, stdout, fmt.Sprintf("kept the weights after update %v of %v, the best on held-out data\n", best, best+2))
	kept, err := os.ReadFile("out/model.safetensors")
	require.NoError(t, err)
	want, err := os.ReadFile(fmt.Sprintf("out/checkpoints/step-%09.0f/model.safetensors", best))
	require.NoError(t, err)
	require.Equal(t, want, kept)
	require.Contains(t, fails(t, 1, "-resume", "out", "-steps", "20"),
		fmt.Sprintf("the run in out ended early, after update %v of 10, so it cannot be extended: train its model further with -init", best+2))
	require.Contains(t, fails(t, 2, append(flags, "-patience", "2", "-eval-every", "0")...), "-patience counts evaluations, but -eval-every is 0")
	require.Contains(t, fails(t, 2, append(flags, "-patience", "2", "-checkpoints", "0")...), "-patience keeps the weights of the best evaluation, but -checkpoints is 0")
	var record train.Record
	readJSON(t, "out/run.json", &record)
	require.Equal(t, int(best), record.Kept)

	// Where patience ends with the last update, the run is complete. Its extension is as patient again.
	last := fmt.Sprint(best + 2)
	status, _, stderr = commandHere(append(flags, "-patience", "2", "-steps", last, "-out", "complete")...)
	require.Zero(t, status, stderr)
	status, stdout, stderr = commandHere("-resume", "complete", "-steps", fmt.Sprint(best+6), "-log-every", "1")
	require.Zero(t, status, stderr)
	lines = metrics(t, "complete")
	require.GreaterOrEqual(t, lines[len(lines)-1]["step"], best+4, stdout)
}

// With -config run.json and other flags, a run chooses anew what it once chose by itself.
func TestConfigFreezesNothingDerived(t *testing.T) {
	flags := workplace(t)
	settings := func(dir string) map[string]any {
		var r struct{ Settings map[string]any }
		readJSON(t, dir+"/run.json", &r)
		return r.Settings
	}
	status, _, stderr := commandHere("-data", flags[1], "-ctx", "16", "-vocab", "120", "-batch", "1", "-epochs", "1", "-lr", "0.01", "-eval-every", "0", "-out", "a")
	require.Zero(t, status, stderr)
	a := settings("a")
	require.Equal(t, "dropout,micro,pipeline,steps,warmup", a["derived"])
	steps := a["steps"].(float64)
	require.Equal(t, []any{1.0, math.Floor(steps / 5)}, []any{a["micro"], a["warmup"]})

	status, _, stderr = commandHere("-config", "a/run.json", "-batch", "4", "-out", "b")
	require.Zero(t, status, stderr)
	b := settings("b")
	require.Equal(t, []any{4.0, 2.0, math.Floor(steps / 4), math.Floor(math.Floor(steps/4) / 5)}, []any{b["batch"], b["micro"], b["steps"], b["warmup"]})
	require.Equal(t, []any{0.01, 120.0, 1.0, "dropout,pipeline,steps,warmup"}, []any{b["lr"], b["vocab"], b["epochs"], b["derived"]})

	status, _, stderr = commandHere("-config", "a/run.json", "-steps", "7", "-out", "c")
	require.Zero(t, status, stderr)
	c := settings("c")
	require.Equal(t, []any{7.0, 1.0, nil}, []any{c["steps"], c["warmup"], c["epochs"]})

	// Without flags, it is the same run.
	status, _, stderr = commandHere("-config", "b/run.json", "-out", "d")
	require.Zero(t, status, stderr)
	require.Equal(t, b, settings("d"))
}
