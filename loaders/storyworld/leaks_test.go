package storyworld_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gorgpt/controls"
	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/storyworld"
)

// What only a part of the input shows must not tell the label: a hypothesis without its
// premise, an answer without its story, the lengths. On development rows, as the
// generator may be changed in the light of this.
func TestPartialInputsTellNothing(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("fits linear models to thousands of rows")
	}
	for set, kind := range map[storyworld.Set]heads.Kind{
		storyworld.Entailment:     heads.Entailment,
		storyworld.Similarity:     heads.Similarity,
		storyworld.MultipleChoice: heads.MultipleChoice,
	} {
		t.Run(string(set), func(t *testing.T) {
			t.Parallel()
			train := rows(t, set, storyworld.Train)[:1500]
			kind, space, err := heads.Learn(kind, train)
			require.NoError(t, err)
			results, err := controls.Measure(t.Context(), kind, space, train, rows(t, set, storyworld.Dev), nil)
			require.NoError(t, err)
			for _, r := range results[1:] { // the first is the majority
				t.Logf("%s (%s): dev %.3f, lift %+.3f ± %.3f", r.Name, r.Inputs, r.Dev.Value, r.Dev.Lift, r.Dev.Noise)
				if r.Partial {
					assert.True(t, r.Dev.WithinNoise(), "%s leaks: %+.3f ± %.3f", r.Name, r.Dev.Lift, r.Dev.Noise)
				}
			}
		})
	}
}

func rows(t *testing.T, set storyworld.Set, split storyworld.Split) []loaders.Row {
	t.Helper()
	all, err := storyworld.Rows(set, split)
	require.NoError(t, err)
	return all
}
