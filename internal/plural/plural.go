// Package plural writes counts with their nouns.
package plural

import "fmt"

// Of returns a count with its noun, whose plural ends in s: "1 row", "2 rows".
func Of(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
