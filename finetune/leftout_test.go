package finetune

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/loaders/ledger"
	"gorgpt/loaders/tables"
)

// lax tolerates many broken rows, so that tests need only a few rows.
var lax = ledger.Tolerance{Share: 0.5}

// encodeFile reads a file of rows and tokenizes it.
func encodeFile(t *testing.T, spec Spec, ctx int, lines ...string) (*Set, []ledger.Account) {
	t.Helper()
	tok, specials := vocabulary(t)
	spec.Specials = specials
	path := filepath.Join(t.TempDir(), "rows.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600))
	rows, account, err := tables.Collect(path, tables.ByName, spec.Task.Task().Fields(), lax)
	require.NoError(t, err)
	accounts := []ledger.Account{account}
	set, err := Encode(spec, tok, ctx, rows, accounts, lax)
	require.NoError(t, err)
	return set, accounts
}

// zeros returns equal logits for k outputs of each example.
func zeros(set *Set, k int) [][]float32 {
	logits := make([][]float32, len(set.Examples))
	for i := range logits {
		logits[i] = make([]float32, k)
	}
	return logits
}

func TestUnusableRowsAreLeftOutAndKeepTheirNumbers(t *testing.T) {
	good := question(`["yes", "no"]`, "1")
	spec := Spec{Task: heads.MultipleChoice, Space: heads.Space{Choices: 2}}
	long := question(`["yes", "`+strings.Repeat("no ", 20)+`"]`, "0")
	set, accounts := encodeFile(t, spec, 20, good, `{"context": "x"}`, good, question(`["yes", "\u200b"]`, "0"), long, question(`["yes"]`, "1"), good, good, good)
	require.Len(t, set.Examples, 5)
	require.Equal(t, 5, accounts[0].Rows)
	require.Equal(t, 4, accounts[0].Broken())
	var out strings.Builder
	require.NoError(t, newOutcome(spec, set, set, heads.Losses{}, zeros(set, 2)).WritePredictions(&out))
	require.Equal(t, "row\tgold\tpredicted\tp(0)\tp(1)\n1\t1\t0\t0.500000\t0.500000\n2\t\t\t\t\n3\t1\t0\t0.500000\t0.500000\n"+
		"4\t\t\t\t\n5\t\t\t\t\n6\t\t\t\t\n7\t1\t0\t0.500000\t0.500000\n8\t1\t0\t0.500000\t0.500000\n9\t1\t0\t0.500000\t0.500000\n", out.String())
}

func TestRowsWithoutTokensCountAsBroken(t *testing.T) {
	tok, specials := vocabulary(t)
	spec := Spec{Task: heads.Similarity, Space: heads.Space{Labels: []string{"no", "yes"}}, Specials: specials}
	lines := pairs(strings.Split(strings.Repeat(`"no" `, 99), " ")[:99]...)
	blank := `{"a": "\u0007", "b": "other", "label": "yes"}`
	encode := func(tolerance ledger.Tolerance, lines ...string) error {
		rows := rowsOf(t, spec.Task, lines...)
		_, err := Encode(spec, tok, 20, rows, []ledger.Account{{Path: rows[0].Path, Rows: len(rows)}}, tolerance)
		return err
	}
	require.NoError(t, encode(ledger.DefaultTolerance, append(lines, blank)...), "1 of 100 rows is broken")
	require.ErrorContains(t, encode(ledger.DefaultTolerance, append(lines, blank, blank)...), "2 of 101 rows are broken")
	require.ErrorContains(t, encode(ledger.Tolerance{Strict: true}, append(lines, blank)...), "no row may be broken")
}

func TestUnlabelledRowsAreNotEncodedAsFirstClass(t *testing.T) {
	tok, specials := vocabulary(t)
	spec := Spec{Task: heads.Similarity, Space: heads.Space{Labels: []string{"no", "yes"}}, Specials: specials}
	rows := rowsOf(t, spec.Task, pairs(`"yes"`, `"no"`)...)
	rows[1].Label.Text = ""
	accounts := []ledger.Account{{Path: rows[0].Path, Rows: 2}}
	set, err := Encode(spec, tok, 20, rows, accounts, ledger.DefaultTolerance)
	require.NoError(t, err)
	require.Equal(t, []heads.Target{{Label: 1}}, set.targets())
	require.Equal(t, 1, accounts[0].Unlabelled())
}

func TestRowsAreNumberedAcrossFiles(t *testing.T) {
	tok, specials := vocabulary(t)
	spec := Spec{Task: heads.Similarity, Space: heads.Space{Labels: []string{"no", "yes"}}, Specials: specials}
	first, second := rowsOf(t, spec.Task, pairs(`"yes"`, `"no"`)...), rowsOf(t, spec.Task, pairs(`"no"`, `"no"`)...)
	lost := ledger.LeftOut{Row: first[1], Err: fmt.Errorf("broken")}
	lost.Row.Number = 3
	accounts := []ledger.Account{{Path: first[0].Path, Rows: 2, LeftOut: []ledger.LeftOut{lost}}, {Path: second[0].Path, Rows: 2}}
	set, err := Encode(spec, tok, 20, append(first, second...), accounts, lax)
	require.NoError(t, err)
	var numbers []int
	for _, l := range newOutcome(spec, set, set, heads.Losses{}, zeros(set, 2)).lines() {
		numbers = append(numbers, l.row)
	}
	require.Equal(t, []int{1, 2, 3, 4, 5}, numbers)
	require.Equal(t, fmt.Sprintf("rows 2, 1 of %s and rows 2 of %s", first[0].Path, second[0].Path), set.rowsOf([]int{1, 0, 3}))
}

func TestSubmissionHasEveryTestRow(t *testing.T) {
	for _, c := range []struct {
		name   string
		spec   Spec
		logits []float32
		blind  string
		want   string
	}{
		{"classes", Spec{Task: heads.Classification, Space: heads.Space{Labels: []string{"no", "yes"}}}, []float32{1, 0}, "yes", "index\tprediction\n0\tno\n17\tyes\n2\tno\n"},
		{"scores", Spec{Task: heads.Regression}, []float32{2}, "3.25", "index\tprediction\n0\t2.000\n17\t3.250\n2\t2.000\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			test := &Set{
				Examples: make([]heads.Encoded, 2), unlabelled: true,
				places:  []place{{row: 1, number: 1}, {row: 3, number: 3}},
				leftOut: []place{{row: 2, number: 2, id: "17"}},
			}
			training := set(1, 1, 0)
			for i, score := range []float32{4, 5, 0.75} {
				training.Examples[i].Score = score
			}
			o := newOutcome(c.spec, training, test, heads.Losses{}, [][]float32{c.logits, c.logits})
			blind, _ := o.judge.Blind()
			require.Equal(t, c.blind, blind)
			require.Equal(t, 1, o.Missing(""))
			var out strings.Builder
			require.NoError(t, o.WriteSubmission(&out, ""))
			require.Equal(t, c.want, out.String())
		})
	}
}

// judging returns a task of questions with 2 to 5 answers, and sets to evaluate.
func judging(t *testing.T) (*Task, []*Set) {
	t.Helper()
	pre, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 1, NEmbd: 8, NCtx: 16, VocabSize: 60, LayerNormEps: 1e-5, InitRange: 0.3})
	require.NoError(t, err)
	pre.Init(1)
	m, err := heads.Attach(pre, heads.AttachOptions{Rows: 60, Outputs: 1, Blocks: pre.NLayer, Seed: 1})
	require.NoError(t, err)
	head, err := heads.New(heads.MultipleChoice, m, 0)
	require.NoError(t, err)
	sets := make([]*Set, 8)
	for i := range sets {
		sets[i] = &Set{}
		for k := range 10 {
			e := heads.Encoded{Target: heads.Target{Label: int32(k % 2)}}
			for a := range 2 + k%4 {
				e.Sequences = append(e.Sequences, []int32{1, int32(3*i + k), int32(10 + a), 2, int32(i)}[:3+a%3])
			}
			sets[i].Examples = append(sets[i].Examples, e)
		}
	}
	return &Task{Tuner: &heads.Tuner{Model: m, Head: head, Micro: 2}, Spec: Spec{Task: heads.MultipleChoice, Space: heads.Space{Choices: 5}}}, sets
}

func TestConcurrentJudgementsEqualSequentialOnes(t *testing.T) {
	task, sets := judging(t)
	judge := func(set *Set) *Outcome {
		o, err := task.Judge(context.Background(), set)
		if err != nil {
			t.Error(err)
		}
		return o
	}
	want, got := make([]*Outcome, len(sets)), make([]*Outcome, 4*len(sets))
	for i, set := range sets {
		want[i] = judge(set)
	}
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i] = judge(sets[i%len(sets)]) })
	}
	all.Wait()
	for i, o := range got {
		require.Equal(t, want[i%len(sets)], o)
	}
}

func TestNonFiniteOutputIsAnError(t *testing.T) {
	task, sets := judging(t)
	task.Tuner.Head.Linear.B.Value[0] = float32(math.NaN())
	_, err := task.Judge(context.Background(), sets[0])
	require.ErrorContains(t, err, "the output of the model is NaN")
}
