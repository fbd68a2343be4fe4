package traincmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// contents returns the contents of all files below a folder except locks, by path.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == ".lock" {
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = string(data)
		return err
	}))
	return files
}

func put(t *testing.T, path, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}

// survive requires that all files still have their contents.
func survive(t *testing.T, want map[string]string, dir string) {
	t.Helper()
	got := contents(t, dir)
	for name, content := range want {
		require.Equal(t, content, got[name], name)
	}
}

func TestForceInAFolderWithoutARun(t *testing.T) {
	flags := workplace(t)
	for _, name := range []string{"samples/a.txt", "history/b/c", "checkpoints/old/x", "sample", "predictions.tsv", ".config"} {
		put(t, filepath.Join("home", name), name)
	}
	want := contents(t, "home")
	status, _, stderr := commandHere(append(flags, "-out", "home", "-force")...)
	require.Zero(t, status, stderr)
	survive(t, want, "home")
	status, _, stderr = commandHere(append(flags, "-out", "home", "-force", "-sample-every", "4", "-history", "1")...)
	require.Zero(t, status, stderr)
	survive(t, want, "home")
	require.FileExists(t, "home/samples/step-000000004.txt")
	status, _, stderr = commandHere(append(flags, "-out", "home", "-force")...)
	require.Zero(t, status, stderr)
	survive(t, want, "home")
	require.NoFileExists(t, "home/samples/step-000000004.txt", "the earlier run wrote it")

	put(t, "other/vocab.json", "mine")
	require.Equal(t, "train: -out: other/vocab.json does not belong to a run, and the run would overwrite it: move it away, or choose another folder",
		fails(t, 1, append(flags, "-out", "other", "-force")...))
	require.Equal(t, map[string]string{"other/vocab.json": "mine"}, contents(t, "other"))
}

func TestForceKeepsTheBooksOfTheRun(t *testing.T) {
	flags := workplace(t)
	book, err := os.ReadFile(flags[1])
	require.NoError(t, err)
	put(t, "di/samples/a.txt", string(book))
	want := contents(t, "di")
	books := []string{"-data", "di/samples"}
	status, _, stderr := commandHere(append(append(flags, books...), "-out", "di", "-force")...)
	require.Zero(t, status, stderr)
	survive(t, want, "di")
	want = contents(t, "di")
	line := fails(t, 1, append(append(flags, books...), "-out", "di", "-force")...)
	require.Equal(t, "train: -out di: -force would remove di/samples of the run that is there, but the new run reads di/samples: choose another folder", line)
	require.Equal(t, want, contents(t, "di"))
	put(t, "di/samples/step-000000001.txt", string(book))
	want = contents(t, "di")
	line = fails(t, 1, append(append(flags, "-data", "di/samples/*1.txt"), "-out", "di", "-force")...)
	require.Contains(t, line, "-force would remove di/samples of the run that is there, but the new run reads di/samples/*1.txt")
	require.Equal(t, want, contents(t, "di"))
	line = fails(t, 1, append(flags, "-config", "di/run.json", "-out", "di", "-force")...)
	require.Contains(t, line, "but the new run reads di/run.json")
	require.Equal(t, want, contents(t, "di"))
}

// Links in a run folder from someone else are not followed.
func TestLinksInAReceivedRun(t *testing.T) {
	flags := workplace(t)
	begin(t, flags)
	put(t, "precious", "precious")
	require.NoError(t, os.Mkdir("disk", 0o700))
	for _, name := range []string{".lock", "metrics.jsonl", "checkpoints", "samples", "model.safetensors", "loss.png"} {
		require.NoError(t, os.RemoveAll("received"))
		require.NoError(t, os.CopyFS("received", os.DirFS("out")))
		require.NoError(t, os.RemoveAll(filepath.Join("received", name)))
		target := "../precious"
		if !strings.Contains(name, ".") {
			target = "../disk"
		}
		if err := os.Symlink(target, filepath.Join("received", name)); err != nil {
			t.Skip("links are not permitted here")
		}
		want := "received/" + name + " is a link to " + target + ", and links inside a run folder are not followed"
		status, _, stderr := commandHere("-resume", "received")
		require.NotZero(t, status)
		require.Contains(t, stderr, want)
		require.Contains(t, fails(t, 1, append(flags, "-out", "received", "-force")...), want)
		require.Equal(t, map[string]string{"precious": "precious"}, contents(t, "precious"))
		require.Empty(t, contents(t, "disk"))
	}

	require.NoError(t, os.Rename("out", "disk/out"))
	require.NoError(t, os.Symlink("disk/out", "out"))
	status, _, stderr := commandHere("-resume", "out")
	require.Zero(t, status, stderr)
	sameModel(t)
}

// An incomplete folder with the name of a checkpoint does not count.
func TestEmptyCheckpoint(t *testing.T) {
	begin(t, workplace(t))
	require.NoError(t, os.Mkdir("out/checkpoints/step-999999999", 0o700))
	put(t, "out/checkpoints/step-888888888/notes.txt", "x")
	status, stdout, stderr := commandHere("-resume", "out")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "resuming after update 4 of 10, from out/checkpoints/step-000000004\n")
	require.FileExists(t, "out/checkpoints/step-000000010/state.json")
	require.DirExists(t, "out/checkpoints/step-999999999")
	require.FileExists(t, "out/checkpoints/step-888888888/notes.txt")
	sameModel(t)
}
