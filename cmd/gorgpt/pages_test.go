package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// code returns the lines of a page that are in fences or indented.
func code(page string) string {
	var lines []string
	fenced := false
	for _, line := range strings.Split(page, "\n") {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		} else if fenced || strings.HasPrefix(line, "    ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// Commands in pages and in help texts use only existing flags.
func TestCommandsInPagesHaveTheirFlags(t *testing.T) {
	var texts []string
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		paths, err := filepath.Glob(filepath.Join("..", "..", pattern))
		require.NoError(t, err)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			texts = append(texts, code(string(text)))
		}
	}
	help := map[string]string{}
	for _, c := range commands {
		_, help[c.name], _ = gorgpt(t, "", "help", c.name)
		texts = append(texts, help[c.name])
	}
	line := regexp.MustCompile(`(?m)^ *(?:gorgpt|go run \./cmd/gorgpt|go run \./cmd) ?/?([a-z]+)((?: .*(?:\\\n.*)*)?)$`)
	flags := regexp.MustCompile(` -([a-z0-9-]+)`)
	found := 0
	for _, text := range texts {
		for _, m := range line.FindAllStringSubmatch(text, -1) {
			usage, known := help[m[1]]
			if !known {
				require.Contains(t, []string{"help", "version"}, m[1], m[0])
				continue
			}
			arguments, _, _ := strings.Cut(m[2], " #")
			for _, f := range flags.FindAllStringSubmatch(arguments, -1) {
				found++
				require.Regexp(t, `(?m)^  -`+regexp.QuoteMeta(f[1])+`\b`, usage, m[0])
			}
		}
	}
	require.Greater(t, found, 50)
}
