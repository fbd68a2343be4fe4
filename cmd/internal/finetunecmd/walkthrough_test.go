package finetunecmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The commands of docs/your-own-table.md do what the page shows, but for a small base model and a few
// updates. Each indented line of the page occurs in the output of the command before it, or in a file.
func TestYourOwnTable(t *testing.T) {
	dir, root := t.TempDir(), filepath.Join("..", "..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "your-own-table.md"))
	require.NoError(t, err)
	for _, name := range []string{"tickets.csv", "checked.csv", "new.csv"} {
		data, err := os.ReadFile(filepath.Join(root, "testdata", "tickets", name))
		require.NoError(t, err)
		write(t, dir, name, string(data))
	}
	writeModel(t, filepath.Join(dir, "runs", "tiny"))
	t.Chdir(dir)
	output := read(t, dir, "tickets.csv")
	commands, lines := 0, 0
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSuffix(line, "\n")
		shown, indented := strings.CutPrefix(line, "    ")
		switch {
		case strings.HasPrefix(line, "gorgpt finetune "):
			commands++
			output = typed(t, dir, strings.TrimPrefix(line, "gorgpt finetune "))
		case indented:
			lines++
			require.Contains(t, output, shown+"\n")
		}
	}
	require.Equal(t, 8, commands)
	require.Greater(t, lines, 15)
}

// typed runs a command line and returns its output, with the predictions that it writes.
func typed(t *testing.T, dir, line string) string {
	t.Helper()
	line, _, _ = strings.Cut(line, " > ")
	line, from, piped := strings.Cut(line, " < ")
	line, text, quoted := strings.Cut(line, ` "`)
	args := strings.Fields(line)
	if quoted {
		args = append(args, strings.TrimSuffix(text, `"`))
	}
	if strings.Contains(line, "-train") && !strings.Contains(line, "-controls") {
		args = append(args, "-steps", "4", "-batch", "4")
	}
	stdin := ""
	if piped {
		stdin = read(t, dir, from)
	}
	var out, errs bytes.Buffer
	status := Run(nil, args, strings.NewReader(stdin), &out, &errs)
	if !strings.HasPrefix(errs.String(), "finetune: tickets.csv needs columns") {
		require.Zero(t, status, errs.String())
	}
	output := out.String() + errs.String()
	if data, err := os.ReadFile(filepath.Join(dir, "labels.tsv")); err == nil {
		output += string(data)
	}
	return output
}
