package loaders

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// shelf is n books.
func shelf(n int) []Book {
	books := make([]Book, n)
	for i := range books {
		books[i] = Book{Name: fmt.Sprint(i), Text: "text"}
	}
	return books
}

func TestSplitBooks(t *testing.T) {
	for _, c := range []struct{ books, held int }{
		{0, 0}, {2, 1}, {5, 1}, {10, 1}, {11, 2}, {95, 10}, {5000, maxHeldOut},
	} {
		t.Run(fmt.Sprint(c.books, " books"), func(t *testing.T) {
			books := shelf(c.books)
			train, valid := SplitBooks(books, 3)
			require.Len(t, valid, c.held)
			require.ElementsMatch(t, books, append(append([]Book{}, train...), valid...))
			again, held := SplitBooks(books, 3)
			require.Equal(t, train, again)
			require.Equal(t, valid, held)
		})
	}
	t.Run("the seed decides", func(t *testing.T) {
		seen := make(map[string]bool)
		for seed := range uint64(50) {
			_, valid := SplitBooks(shelf(5), seed)
			seen[valid[0].Name] = true
		}
		require.Len(t, seen, 5)
	})
}

func TestSplitOneBook(t *testing.T) {
	for _, c := range []struct{ name, text, valid string }{
		{"between paragraphs", strings.Repeat("paragraph\n", 100), strings.TrimSpace(strings.Repeat("paragraph\n", 10))},
		{"between words", strings.Repeat("word ", 100), strings.TrimSpace(strings.Repeat("word ", 10))},
		{"nowhere in particular", strings.Repeat("x", 100), strings.Repeat("x", 10)},
		{"between characters", strings.Repeat("é", 95), strings.Repeat("é", 10)},
	} {
		t.Run(c.name, func(t *testing.T) {
			train, valid := SplitBooks([]Book{{Name: "one", Text: strings.TrimSpace(c.text)}}, 1)
			require.Len(t, train, 1)
			require.Len(t, valid, 1)
			require.Equal(t, "one", train[0].Name)
			require.Equal(t, "one", valid[0].Name)
			require.Equal(t, c.valid, valid[0].Text)
			require.True(t, utf8.ValidString(train[0].Text))
			require.Equal(t, strings.Join(strings.Fields(c.text), ""), strings.Join(strings.Fields(train[0].Text+valid[0].Text), ""))
		})
	}
}
