package heads

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
)

func TestSequences(t *testing.T) {
	s, d, c := int32(90), int32(91), int32(92)
	long := []int32{1, 2, 3, 4, 5, 6, 7, 8, 9}
	cases := map[string]struct {
		kind Kind
		ctx  int
		e    Example
		want [][]int32
		cut  int
	}{
		"text":             {Classification, 20, Example{A: []int32{1, 2}}, [][]int32{{s, 1, 2, c}}, 0},
		"text cut":         {Classification, 5, Example{A: long}, [][]int32{{s, 1, 2, 3, c}}, 1},
		"entailment":       {Entailment, 20, Example{A: []int32{1, 2}, B: []int32{3}}, [][]int32{{s, 1, 2, d, 3, c}}, 0},
		"premise cut":      {Entailment, 8, Example{A: long, B: []int32{3, 4}}, [][]int32{{s, 1, 2, 3, d, 3, 4, c}}, 1},
		"hypothesis cut":   {Entailment, 8, Example{A: []int32{3, 4}, B: long}, [][]int32{{s, 3, 4, d, 1, 2, 3, c}}, 1},
		"pair, both ways":  {Similarity, 20, Example{A: []int32{1, 2}, B: []int32{3}}, [][]int32{{s, 1, 2, d, 3, c}, {s, 3, d, 1, 2, c}}, 0},
		"pair cut evenly":  {Similarity, 9, Example{A: long, B: long}, [][]int32{{s, 1, 2, 3, d, 1, 2, 3, c}, {s, 1, 2, 3, d, 1, 2, 3, c}}, 1},
		"first longer":     {Regression, 8, Example{A: long, B: []int32{7}}, [][]int32{{s, 1, 2, 3, 4, d, 7, c}, {s, 7, d, 1, 2, 3, 4, c}}, 1},
		"second longer":    {Regression, 8, Example{A: []int32{7}, B: long}, [][]int32{{s, 7, d, 1, 2, 3, 4, c}, {s, 1, 2, 3, 4, d, 7, c}}, 1},
		"answers":          {MultipleChoice, 20, Example{A: []int32{1}, B: []int32{2}, Answers: [][]int32{{3}, {4, 5}}}, [][]int32{{s, 1, 2, d, 3, c}, {s, 1, 2, d, 4, 5, c}}, 0},
		"context cut once": {MultipleChoice, 7, Example{A: long, B: []int32{2}, Answers: [][]int32{{3}, {4, 5}}}, [][]int32{{s, 1, 2, 2, d, 3, c}, {s, 1, 2, d, 4, 5, c}}, 1},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			f := Formatter{Kind: test.kind, Specials: Specials{s, d, c}, NCtx: test.ctx}
			got, err := f.Sequences(test.e)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			require.Equal(t, test.cut, f.Cut)
			for _, seq := range got {
				require.LessOrEqual(t, len(seq), test.ctx)
			}
		})
	}
}

func TestQuestionAndAnswerAreNeverCut(t *testing.T) {
	f := Formatter{Kind: MultipleChoice, NCtx: 6}
	_, err := f.Sequences(Example{A: []int32{1}, B: []int32{1, 2}, Answers: [][]int32{{3, 4}}})
	require.ErrorContains(t, err, "have 7 tokens, including the special ones, but the model has 6 positions")
}

func TestContextWithoutRoomForTheSpecialTokens(t *testing.T) {
	for kind, n := range map[Kind]int{Classification: 2, Entailment: 3, Similarity: 3} {
		f := Formatter{Kind: kind, NCtx: n - 1}
		_, err := f.Sequences(Example{A: []int32{1}, B: []int32{2}})
		require.EqualError(t, err, fmt.Sprintf("the model has %d positions: the special tokens of this task alone need %d", n-1, n))
		f.NCtx = n
		seqs, err := f.Sequences(Example{A: []int32{1}, B: []int32{2}})
		require.NoError(t, err)
		require.Len(t, seqs[0], n)
	}
}

// Rows that a program makes have no file and may be none.
func TestLearnFromRowsWithoutAFile(t *testing.T) {
	for _, k := range Kinds() {
		_, _, err := Learn(k, nil)
		require.EqualError(t, err, "there are no training rows to learn the labels from", k)
	}
	rows := []loaders.Row{{Label: loaders.Label{Text: "1"}, Answers: []string{"a"}}}
	for k, want := range map[Kind]string{
		Classification: `the rows of the program: every label is "1": the rows need two or more classes`, MultiLabel: "the rows of the program: two or more different labels are needed, not 1",
		Regression: "the rows of the program: every score is 1: the rows need different scores", MultipleChoice: "a row of the program: a question needs two or more answers, not one",
	} {
		_, _, err := Learn(k, rows)
		require.EqualError(t, err, want)
	}
}

func TestTasks(t *testing.T) {
	require.Equal(t, []Kind{Classification, Entailment, Similarity, Regression, MultipleChoice, MultiLabel}, Kinds())
	for _, k := range Kinds() {
		task, err := Of(k)
		require.NoError(t, err)
		require.Equal(t, k, task.Kind())
	}
	seen := map[Kind]bool{}
	for _, task := range registry { // an embedded task may lend its name unnoticed
		require.False(t, seen[task.Kind()], "%s is registered twice", task.Kind())
		seen[task.Kind()] = true
	}
	_, err := Of("summary")
	require.EqualError(t, err, `unknown task "summary": it must be classification, entailment, similarity, regression, qa or multilabel`)
	require.Nil(t, Kind("summary").Task())
	_, err = (&Formatter{Kind: "summary"}).Sequences(Example{})
	require.ErrorContains(t, err, `unknown task "summary"`)
}
