package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/internal/results"
)

// Rows are the same for a seed, and others for another. All labels occur, and most test rows are new.
func TestRows(t *testing.T) {
	for _, s := range sets {
		rows := s.rows(1, 1000)
		require.Equal(t, rows[:100], s.rows(1, 100))
		require.NotEqual(t, rows[:100], s.rows(2, 100))
		labels, texts := map[string]bool{}, map[string]bool{}
		for _, row := range rows {
			require.NotContains(t, row.Texts[0], "{")
			labels[row.Label.Text], texts[row.Texts[0]] = true, true
		}
		require.Len(t, labels, map[string]int{"tickets": 4, "questions": 6, "requests": 30}[s.name])
		seen := 0
		for _, row := range s.rows(1<<32, testRows) {
			require.True(t, labels[row.Label.Text])
			if texts[row.Texts[0]] {
				seen++
			}
		}
		require.Less(t, seen, testRows/4, "%s: test rows that are among 1,000 training rows", s.name)
	}
}

func TestTable(t *testing.T) {
	all := map[id]result{}
	for seed, acc := range []float64{0.5, 0.6} {
		for _, method := range []string{byDefault, long, bag, majority} {
			all[id{"tickets", 100, method, seed + 1}] = result{Accuracy: acc}
		}
	}
	lines := strings.Split(table(all, []int{100}, []string{"tickets"}, 2), "\n")
	require.Equal(t, []string{"100", "tickets", "55.0", "55.0", "55.0", "55.0"}, strings.Fields(strings.ReplaceAll(lines[2], "|", " ")))
}

// A result in the folder is not computed again.
func TestResultsAreKept(t *testing.T) {
	dir := t.TempDir()
	log, err := results.Open(dir, func(r result) id { return r.id })
	require.NoError(t, err)
	for _, s := range sets {
		for _, method := range []string{byDefault, long, bag, majority} {
			require.NoError(t, log.Add(result{id{s.name, 100, method, 1}, 0.75}))
		}
	}
	var out, errs bytes.Buffer
	require.NoError(t, run(context.Background(), dir, "100", 1, "", &out, &errs))
	require.Empty(t, errs.String())
	require.Equal(t, 12, strings.Count(out.String(), "75.0"), out.String())
	for _, wrong := range [][2]string{{"", "100"}, {dir, "10"}, {dir, "x"}} {
		require.Error(t, run(context.Background(), wrong[0], wrong[1], 1, "", &out, &errs))
	}
	require.EqualError(t, run(context.Background(), dir, "100", 0, "", &out, &errs), "-seeds must be at least 1, not 0")
}
