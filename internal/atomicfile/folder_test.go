package atomicfile

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func content(text string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
}

func TestWriteFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, text := range []string{"one", "two"} {
		require.NoError(t, WriteFolder(path, nil, func(f *Folder) error { return f.File("a.txt", content(text)) }))
		require.NoError(t, CheckFolder(path))
		data, err := os.ReadFile(filepath.Join(path, "a.txt"))
		require.NoError(t, err)
		require.Equal(t, text, string(data))
	}
	sums, err := os.ReadFile(filepath.Join(path, SumsFile))
	require.NoError(t, err)
	require.Equal(t, "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3  a.txt\n", string(sums), "as sha256sum has it")
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing is left beside it")
	require.EqualError(t, WriteFolder(filepath.Join(path, "no", "f"), nil, nil), "writing "+filepath.Join(path, "no", "f")+": no such file or directory")
}

func TestReadChecked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, WriteFolder(path, nil, func(f *Folder) error { return f.File("a", content("one")) }))
	data, err := ReadChecked(path, "a")
	require.NoError(t, err)
	require.Equal(t, "one", string(data))
	require.NoError(t, os.WriteFile(filepath.Join(path, "a"), []byte("two"), 0o600))
	_, err = ReadChecked(path, "a")
	require.ErrorContains(t, err, filepath.Join(path, "a")+" is damaged: its checksum is ")
	require.NoError(t, os.WriteFile(filepath.Join(path, "b"), nil, 0o600))
	_, err = ReadChecked(path, "b")
	require.EqualError(t, err, filepath.Join(path, "b")+" has no checksum in SHA256SUMS")
}

// tree writes files, by their paths, into a new folder and opens it.
func tree(t *testing.T, files ...string) (*Dir, string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range files {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600))
	}
	d, err := OpenDir(dir)
	require.NoError(t, err)
	t.Cleanup(d.Close)
	return d, dir
}

// names are the paths of all files below a folder.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			path, err = filepath.Rel(dir, path)
			all = append(all, filepath.ToSlash(path))
		}
		return err
	}))
	return all
}

func own(name string) bool { return slices.Contains([]string{"a", "step", "step/a", "step/b"}, name) }

func TestSweepRemovesOnlyOwnUnfinishedFiles(t *testing.T) {
	stay := []string{
		".a.gorgpt-012345678", ".a.gorgpt-x", ".a.tmp-01234567", ".b.gorgpt-01234567", ".gorgpt-01234567", ".token", "a", "a.gorgpt-01234567",
	}
	d, dir := tree(t, append(stay, ".a.gorgpt-01234567", ".step.gorgpt-01234567/a", ".step.gorgpt-01234567/b", ".step.gorgpt-89abcdef/a", ".step.gorgpt-89abcdef/c")...)
	require.NoError(t, d.Sweep(own))
	require.Equal(t, append(stay, "step.aside/c"), names(t, dir))
}

func TestRemoveFolderKeepsForeignFiles(t *testing.T) {
	file := func(name string) bool { return own("step/" + name) }
	d, dir := tree(t, "step/a", "step/b", "other/a", "other/c")
	require.NoError(t, d.RemoveFolder("step", file))
	require.NoError(t, d.RemoveFolder("other", file))
	require.Equal(t, []string{"other/a", "other/c"}, names(t, dir))
}

func TestReplacedFolderKeepsForeignFiles(t *testing.T) {
	d, dir := tree(t, "step/a", "step/c", "step/d/e")
	require.NoError(t, d.WriteFolder("step", nil, func(f *Folder) error { return f.File("a", content("new")) }))
	require.NoError(t, CheckFolder(filepath.Join(dir, "step")))
	require.Equal(t, []string{"step/SHA256SUMS", "step/a", "step.aside/c", "step.aside/d/e"}, names(t, dir))
}

// If the new folder cannot take the place of the old one, the old one stays.
func TestFailedReplacementKeepsOldFolder(t *testing.T) {
	d, dir := tree(t, "step/a", "step/b")
	for _, replace := range []func(tmp, name string) error{d.replaceFolder, d.rotate} {
		require.Error(t, replace("missing", "step"))
		require.Equal(t, []string{"step/a", "step/b"}, names(t, dir))
	}
}

func TestRotateSwapsFolders(t *testing.T) {
	d, dir := tree(t, "new/a", "step/b")
	require.NoError(t, d.rotate("new", "step"))
	require.Equal(t, []string{"new/b", "step/a"}, names(t, dir))
}

// Where folders can be swapped, there is always one of the name.
func TestReplacedFolderIsNeverAbsent(t *testing.T) {
	d, dir := tree(t, "new/a", "step/b")
	if err := d.exchange("new", "step"); err != nil {
		t.Skipf("folders cannot be swapped here: %v", err)
	}
	require.Equal(t, []string{"new/b", "step/a"}, names(t, dir))
	looks, absent, stop, done := 0, 0, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := os.Lstat(filepath.Join(dir, "step")); err != nil {
				absent++
			}
			looks++
		}
	}()
	for range 3000 {
		require.NoError(t, d.replaceFolder("new", "step"))
	}
	close(stop)
	<-done
	require.Greater(t, looks, 300)
	require.Zero(t, absent, "of %d looks", looks)
}

func TestNothingIsWrittenThroughLinks(t *testing.T) {
	d, dir := tree(t, "file")
	precious := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(precious, "x"), []byte("precious"), 0o600))
	if err := os.Symlink(precious, filepath.Join(dir, "folder")); err != nil {
		t.Skip("links are not permitted here")
	}
	require.NoError(t, os.Symlink(filepath.Join(precious, "x"), filepath.Join(dir, "x")))
	require.NoError(t, os.Symlink("file", filepath.Join(dir, "inside")))
	for _, name := range []string{"folder", "file", "x"} {
		_, err := d.Sub(name)
		require.ErrorContains(t, err, filepath.Join(dir, name)+" is a ")
	}
	for _, name := range []string{"x", "folder", "inside"} {
		_, err := d.Append(name)
		require.ErrorContains(t, err, filepath.Join(dir, name)+" is a link to ")
	}
	require.NoError(t, d.WriteFile("x", []byte("new")))
	require.NoError(t, d.WriteFolder("folder", nil, func(f *Folder) error { return f.File("y", content("new")) }))
	require.Equal(t, []string{"x"}, names(t, precious))
	data, err := os.ReadFile(filepath.Join(precious, "x"))
	require.NoError(t, err)
	require.Equal(t, "precious", string(data))
}
