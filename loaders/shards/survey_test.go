package shards

import (
	"context"
	"slices"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/dist"
	"gorgpt/dist/disttest"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// All ranks know of all books what each has beside its text.
func TestSurveyOfRanks(t *testing.T) {
	var sources []loaders.Source
	var want []Surveyed
	for i := range 11 {
		s := loaders.Book{Name: "b", Text: "text", Cleaning: loaders.Cleaning{Removed: i}}.Source()
		one := Surveyed{Cleaning: loaders.Cleaning{Removed: i}}
		if i%4 == 3 {
			s.Read = func() (loaders.Book, error) { return loaders.Book{}, errors.WithMessage(loaders.ErrEmpty, "b") }
			one = Surveyed{Empty: true}
		}
		sources, want = append(sources, s), append(want, one)
	}
	for _, ranks := range numbers {
		disttest.Run(t, ranks, func(g *dist.Group) error {
			got, err := Survey(context.Background(), g, sources, tokenizer.Bert)
			if err == nil && !slices.Equal(got, want) {
				err = errors.Errorf("%v, want %v", got, want)
			}
			return err
		})
	}
	got, err := Survey(context.Background(), nil, sources, tokenizer.Bert)
	require.NoError(t, err)
	require.Equal(t, want, got)

	sources[5].Read = func() (loaders.Book, error) { return loaders.Book{}, errors.New("gone") }
	for _, err := range disttest.Errors(2, func(g *dist.Group) error {
		_, err := Survey(context.Background(), g, sources, tokenizer.Bert)
		return err
	}) {
		require.Error(t, err)
	}
	ended, end := context.WithCancel(context.Background())
	end()
	_, err = Survey(ended, nil, sources, tokenizer.Bert)
	require.ErrorIs(t, err, context.Canceled)
}

// A book of which version 1 made another text has another fingerprint.
func TestRevise(t *testing.T) {
	s := loaders.Book{Name: "a", Text: "one"}.Source()
	print := func(s loaders.Source) string {
		sum, err := Fingerprint(context.Background(), nil, []loaders.Source{s}, "")
		require.NoError(t, err)
		return sum
	}
	require.NotEqual(t, print(s), print(Revise(s)))
	require.Equal(t, print(Revise(s)), print(Revise(s)))
}

// Names that are not UTF-8 are replaced in the index, where their books are found again.
func TestNamesThatAreNotUTF8(t *testing.T) {
	books := []loaders.Book{{Name: "caf\xE9\xE9.txt", Text: "abc de abc de"}, {Name: "a\nb.txt", Text: "abc abc de de"}}
	c := corpus(t, vocabulary(t, 0), books, 100)
	dir := prepared(t, c)
	require.NoError(t, Write(context.Background(), dir, c), "nothing is left to do")
}
