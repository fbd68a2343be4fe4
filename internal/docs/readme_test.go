package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var root = filepath.Join("..", "..")

// pages are the texts for people, by path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "testdata/*/README.md"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			all[path] = string(text)
		}
	}
	return all
}

func TestREADMEFitsAFewScreens(t *testing.T) {
	require.LessOrEqual(t, strings.Count(pages(t)[filepath.Join(root, "README.md")], "\n"), 200)
}

func TestLinksInPagesLeadToFiles(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#: ]+)(#[^)]*)?\)`)
	for path, text := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(path), m[1]))
			require.NoError(t, err, path)
		}
	}
}

// Programs in the pages compile.
func TestProgramsInPagesCompile(t *testing.T) {
	program := regexp.MustCompile("(?s)```go\n(package main\n.*?)```")
	found := 0
	for path, text := range pages(t) {
		for _, m := range program.FindAllStringSubmatch(text, -1) {
			found++
			file := filepath.Join(t.TempDir(), "main.go")
			require.NoError(t, os.WriteFile(file, []byte(m[1]), 0o600))
			cmd := exec.Command("go", "vet", file)
			cmd.Dir = root
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s: %s", path, out)
		}
	}
	require.NotZero(t, found)
}
