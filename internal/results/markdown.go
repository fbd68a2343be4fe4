package results

import (
	"strings"
	"unicode/utf8"
)

// Markdown formats a table, whose first line is the header. All columns except the first are right-aligned.
func Markdown(lines [][]string) string {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, text := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(text), len("--:"))
		}
	}
	var out strings.Builder
	for n, line := range lines {
		for i, text := range line {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
			if i == 0 {
				out.WriteString("| " + text + pad + " |")
			} else {
				out.WriteString(" " + pad + text + " |")
			}
		}
		out.WriteByte('\n')
		if n == 0 {
			out.WriteString("| " + strings.Repeat("-", widths[0]) + " |")
			for _, w := range widths[1:] {
				out.WriteString(" " + strings.Repeat("-", w-1) + ": |")
			}
			out.WriteByte('\n')
		}
	}
	return out.String()
}
