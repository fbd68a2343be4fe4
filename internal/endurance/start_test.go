//go:build unix

package endurance

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

var programs = []string{"train", "finetune", "generate", "convert", "ablate", "zeroshot"}

// nobody is a user with no rights of its own.
const nobody = 65534

// Commands start and draw whatever the folder of temporary files is like, for every user, and
// leave nothing there.
func TestCommandsStartWithAnyTemporaryFolder(t *testing.T) {
	r := newRig(t)
	root := os.Geteuid() == 0 && runtime.GOOS == "linux"
	shared := func(t *testing.T) string {
		dir := t.TempDir()
		require.NoError(t, os.Chmod(dir, 0o1777))
		return dir
	}
	for name, c := range map[string]struct {
		temp func(t *testing.T) string
		uid  uint32
	}{
		"shared, as another user": {func(t *testing.T) string {
			dir := shared(t)
			r.starts(t, dir, 0)
			return dir
		}, nobody},
		"full": {func(t *testing.T) string {
			dir := "full"
			if !r.mountSmall(dir, 1) {
				t.Skip("mounting a small disk is not permitted")
			}
			r.fill(dir, 0)
			return filepath.Join(r.dir, dir)
		}, 0},
		"not writable": {func(t *testing.T) string {
			dir := t.TempDir()
			require.NoError(t, os.Chmod(dir, 0o555))
			return dir
		}, nobody},
		"missing": {func(t *testing.T) string { return filepath.Join(t.TempDir(), "none") }, 0},
		"holding garbage": {func(t *testing.T) string {
			dir := shared(t)
			for _, name := range []string{"go-graphviz", "wazero", "gorgpt"} { // the first is what was once trusted
				deep := filepath.Join(dir, name, "wazero-v1.10.1-amd64-linux")
				require.NoError(t, os.MkdirAll(deep, 0o755))
				require.NoError(t, os.WriteFile(filepath.Join(deep, "code"), bytes.Repeat([]byte{0xcc}, 4096), 0o644))
			}
			return dir
		}, nobody},
	} {
		t.Run(name, func(t *testing.T) {
			if c.uid != 0 && !root {
				c.uid = 0
			}
			r.starts(t, c.temp(t), c.uid)
		})
	}
}

// starts runs the help of all commands and draws a picture, as a user and with a folder for
// temporary files.
func (r *rig) starts(t *testing.T, temp string, uid uint32) {
	t.Helper()
	before := names(t, temp)
	home := filepath.Join(r.dir, "home-"+filepath.Base(t.TempDir()))
	require.NoError(t, os.MkdirAll(home, 0o777))
	require.NoError(t, os.Chmod(home, 0o777))
	for dir := home; len(dir) > len(os.TempDir()); dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		require.NoError(t, err)
		require.NoError(t, os.Chmod(dir, info.Mode().Perm()|0o055), "others may look for the picture there")
	}
	require.NoError(t, os.Chmod(r.bin, 0o755))
	jobs := [][]string{{"train", "-steps", "0", "-svg", "g.svg", "-cache", ""}}
	for _, p := range programs {
		jobs = append(jobs, []string{p, "-h"})
	}
	for _, j := range jobs {
		cmd := exec.Command(r.program(), j...)
		cmd.Dir, cmd.Env = home, []string{"TMPDIR=" + temp, "PATH=/nowhere"}
		if uid != 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%v: %s", j, out)
	}
	picture, err := os.ReadFile(filepath.Join(home, "g.svg"))
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(string(picture), "</svg>\n"))
	require.Equal(t, before, names(t, temp), "nothing is added there")
}

func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}
