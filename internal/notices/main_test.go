package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoticesHaveTheLicenceOfEachLinkedModule(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run([]string{"linux/amd64"}, &out))
	for _, module := range []string{"Go go1.", "gorgonia.org/gorgonia v", "gorgonia.org/tensor v", "github.com/pkg/errors v"} {
		require.Contains(t, out.String(), "\n"+module)
	}
	require.NotContains(t, out.String(), "stretchr/testify", "only tests use it")
	require.ErrorContains(t, run([]string{"linux"}, &out), "linux")
}

func TestLicencesOfLinkedFoldersAreFound(t *testing.T) {
	root := t.TempDir()
	used, unused := filepath.Join(root, "a", "b"), filepath.Join(root, "c")
	for path, text := range map[string]string{
		filepath.Join(root, "a", "LICENCE.md"): "of a", filepath.Join(used, "COPYING"): "of b", filepath.Join(used, "license.go"): "code",
		filepath.Join(unused, "LICENSE"): "of c",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	var out strings.Builder
	require.NoError(t, (&module{root: root, packages: []string{used}}).write(&out, "m v1"))
	require.Contains(t, out.String(), "a/LICENCE.md\n\nof a\n")
	require.Contains(t, out.String(), "a/b/COPYING\n\nof b\n")
	require.NotContains(t, out.String(), "code")
	require.NotContains(t, out.String(), "of c")
	require.ErrorContains(t, (&module{root: used + "/none"}).write(&out, "m v1"), "m v1")
	require.NoError(t, os.Mkdir(filepath.Join(root, "empty"), 0o700))
	require.ErrorContains(t, (&module{root: filepath.Join(root, "empty")}).write(&out, "m v1"), "m v1 has no licence file")
}
