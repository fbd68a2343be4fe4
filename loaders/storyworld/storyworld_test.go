package storyworld

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
)

// somewhat is enough text to meet every kind of sentence.
const somewhat = 600_000

var wordPattern = regexp.MustCompile(`[\pL']+`)

func TestBooks(t *testing.T) {
	t.Parallel()
	const plenty = 5_000_000
	books := Books(plenty)
	assert.Equal(t, books, Books(plenty), "the same each time")
	bytes, types := 0, map[string]bool{}
	for _, b := range books {
		assert.InDelta(t, bookBytes, len(b.Text), bookBytes/2, b.Name)
		assertPlain(t, b.Text)
		bytes += len(b.Text)
		for _, w := range wordPattern.FindAllString(strings.ToLower(b.Text), -1) {
			types[w] = true
		}
	}
	assert.InDelta(t, plenty, bytes, 2*bookBytes)
	assert.Greater(t, len(types), 2000, "word types")
	assert.Equal(t, books[:3], Books(3 * bookBytes)[:3], "a shorter library is the beginning of a longer one")
}

// assertPlain fails on what templates leave when something goes wrong.
func assertPlain(t *testing.T, text string) {
	t.Helper()
	for _, bad := range []string{"{", "}", "  ", " .", " ,", "..", "%!", "_", "<", "a a", "the the "} {
		if i := strings.Index(text, bad); i >= 0 && bad != "a a" {
			assert.Failf(t, "text is not plain", "%q in %q", bad, text[max(0, i-60):min(len(text), i+60)])
		}
	}
}

var (
	sets   = []Set{Classification, Entailment, Similarity, Regression, MultipleChoice, Acceptability}
	splits = []Split{Train, Dev, Test}
)

func TestRows(t *testing.T) {
	t.Parallel()
	for _, set := range sets {
		for _, split := range splits {
			t.Run(string(set)+"/"+string(split), func(t *testing.T) {
				t.Parallel()
				rows, err := Rows(set, split)
				require.NoError(t, err)
				require.Len(t, rows, sizes[set][split])
				again, err := Rows(set, split)
				require.NoError(t, err)
				assert.Equal(t, rows, again, "the same each time")
				for i, row := range rows {
					for _, text := range slices.Concat(row.Texts, row.Answers) {
						if set != Acceptability { // its mistakes are on purpose
							assertPlain(t, text)
						}
						require.NotEmpty(t, text)
					}
					assert.Equal(t, i+1, row.Line)
				}
				assertBalanced(t, set, rows)
			})
		}
	}
}

// assertBalanced fails if a class has more than its share, or scores leave their range.
func assertBalanced(t *testing.T, set Set, rows []loaders.Row) {
	t.Helper()
	counts := map[string]int{}
	for _, row := range rows {
		counts[row.Label.Text]++
	}
	if set == Regression {
		for text := range counts {
			score, err := strconv.ParseFloat(text, 64)
			require.NoError(t, err)
			assert.True(t, score >= 0 && score <= 5, text)
		}
		return
	}
	classes := map[Set]int{Classification: 2, Entailment: 3, Similarity: 2, MultipleChoice: choices, Acceptability: 2}[set]
	require.Len(t, counts, classes)
	for label, n := range counts {
		assert.InDelta(t, 1/float64(classes), float64(n)/float64(len(rows)), 0.07, "share of %s", label)
	}
}

func TestUnknownSet(t *testing.T) {
	t.Parallel()
	_, err := Rows("poetry", Train)
	assert.ErrorContains(t, err, `no set "poetry"`)
	_, err = Rows(Entailment, "validation")
	assert.ErrorContains(t, err, `split "validation"`)
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	rows, err := Rows(MultipleChoice, Train)
	require.NoError(t, err)
	for _, row := range rows {
		require.Len(t, row.Answers, choices)
		distinct := slices.Compact(slices.Sorted(slices.Values(row.Answers)))
		require.Len(t, distinct, choices, "%v", row)
	}
}

// Nobody is in two splits, and no template is.
func TestSplitsShareNothing(t *testing.T) {
	t.Parallel()
	owner := map[string]Split{}
	for split, people := range names() {
		for _, p := range people {
			assert.NotContains(t, owner, p.name)
			owner[p.name] = split
		}
	}
	check := func(text string, split Split) {
		for _, w := range wordPattern.FindAllString(text, -1) {
			if other, isName := owner[strings.TrimSuffix(w, "'s")]; isName {
				require.Equal(t, split, other, "%s in %q", w, text)
			}
		}
	}
	for _, b := range Books(somewhat) {
		check(b.Text, pretraining)
	}
	for _, set := range sets {
		for _, split := range splits {
			rows, err := Rows(set, split)
			require.NoError(t, err)
			for _, row := range rows {
				check(strings.Join(slices.Concat(row.Texts, row.Answers), " "), split)
			}
		}
	}
}

func TestTemplatesAreOfOneSplit(t *testing.T) {
	t.Parallel()
	count := map[Split]int{}
	for _, f := range phrases().frames {
		owner := map[string]Split{}
		for split, forms := range f.forms {
			for how, list := range forms {
				for _, x := range list {
					key := fmt.Sprint(how, x)
					if owner[key] == "" {
						count[split]++
						owner[key] = split
					}
					assert.Equal(t, owner[key], split, "%s: %s", f.name, key)
				}
			}
		}
	}
	assert.Greater(t, count[pretraining], 3000)
	for _, split := range splits {
		assert.Greater(t, count[split], 500, split)
	}
}

// What rows are told with must not be new in its parts.
func TestPartsAreKnownFromBooks(t *testing.T) {
	t.Parallel()
	for _, f := range phrases().frames {
		for how, cores := range f.cores {
			known := map[string]bool{}
			for _, x := range f.forms[pretraining][how] {
				known[fmt.Sprint(x.core)] = true
			}
			assert.Len(t, known, len(cores), "%s %s", f.name, how)
			for _, split := range splits {
				assert.True(t, how == because || f.has(split, how), "%s has no %s for %s", f.name, how, split)
			}
		}
	}
}
