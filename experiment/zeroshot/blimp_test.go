package zeroshot

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/generate"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// line is a line of a file of pairs.
func line(good, bad, uid string) string {
	return fmt.Sprintf(`{"sentence_good": %q, "sentence_bad": %q, "field": "syntax", "linguistics_term": "agreement", "UID": %q, "pairID": "0", "one_prefix_method": true}`+"\n", good, bad, uid)
}

// pairsFolder writes files of pairs.
func pairsFolder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "[pairs]*")
	require.NoError(t, os.Mkdir(dir, 0o755))
	var number, order strings.Builder
	for _, name := range []string{"Anna", "Ben", "a dog", "the small dog that Anna saw"} {
		number.WriteString(line(name+" sees the sea.", name+" see the sea.", "number"))
		order.WriteString(line("Today "+name+" sees it.", name+" it sees today.", "order"))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "number.jsonl"), []byte(number.String()+"\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "order.jsonl"), []byte(order.String()), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "LICENSE"), nil, 0o600))
	return dir
}

// pairsModel writes a random model whose vocabulary knows the pairs.
func pairsModel(t *testing.T) (dir string) {
	t.Helper()
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 70})
	trainer.Add("Anna sees the sea. Ben sees a small dog that Anna saw today. Today it sees.")
	tok, err := trainer.Train()
	require.NoError(t, err)
	m, err := gpt1.New(gpt1.Config{NLayer: 2, NHead: 2, NEmbd: 16, NCtx: 48, VocabSize: tok.Size(), InitRange: 0.3, LayerNormEps: 1e-5})
	require.NoError(t, err)
	m.Init(3)
	dir = t.TempDir()
	require.NoError(t, checkpoint.WriteFolder(dir, m, tok, checkpoint.Form{}))
	return dir
}

// The model is right where the sum of the log-probabilities, as gorgpt generate -score has them, is higher.
func TestPairsEqualScores(t *testing.T) {
	paradigms, err := ReadBLiMP(pairsFolder(t))
	require.NoError(t, err)
	require.Len(t, paradigms, 2)
	dir := pairsModel(t)
	for _, before := range []string{".", "", "Ben saw it."} {
		e := &Pairs{Paradigms: paradigms, Runs: []Run{{Name: "m", States: []State{{3, dir}}}}, Before: before}
		log, err := OpenPairsLog(t.TempDir())
		require.NoError(t, err)
		states, err := e.Measure(context.Background(), log, train.Listener{})
		require.NoError(t, err)
		require.Len(t, states, 1)

		m, tok, err := checkpoint.ReadFolder(dir, 0)
		require.NoError(t, err)
		scorer := generate.NewScorer(m)
		sum := func(sentence string) (sum float64) {
			logProbs, err := scorer.LogProbs(context.Background(), tok.Encode(strings.TrimSpace(before+" "+sentence)))
			require.NoError(t, err)
			skip := max(len(tok.Encode(before))-1, 0)
			for _, x := range logProbs[skip:] {
				sum += x
			}
			return sum
		}
		for i, r := range states[0].Results {
			right, bits, bytes := 0, 0.0, 0
			for _, p := range paradigms[i].Pairs {
				if sum(p.Good) > sum(p.Bad) {
					right++
				}
				bits, bytes = bits-sum(p.Good)/math.Ln2, bytes+len(p.Good)
			}
			require.InDelta(t, bits, r.Bits, 1e-3)
			require.Equal(t, bytes, r.Bytes)
			require.Equal(t, right, r.Right, "%s after %q", r.Paradigm, before)
			require.Equal(t, [3]any{"syntax", "agreement", 4}, [3]any{r.Field, r.Term, r.Pairs})
		}

		// Measured once, results come from the log; other weights are measured again.
		e.Dtype = graph.Int8
		again, err := (&Pairs{Paradigms: paradigms, Runs: e.Runs, Before: before}).Measure(context.Background(), log, train.Listener{Report: func(e train.Event) { t.Error(e) }})
		require.NoError(t, err)
		require.Equal(t, states, again)
		_, err = e.Measure(context.Background(), log, train.Listener{})
		require.NoError(t, err)
		all, err := log.All()
		require.NoError(t, err)
		require.Len(t, all, 4)
	}
}

func TestPairsTables(t *testing.T) {
	result := func(name, field, term string, right int) PairsResult {
		return PairsResult{PairsID: PairsID{Paradigm: name}, Field: field, Term: term, Pairs: 100, Right: right, Cost: Cost{Bits: float64(right), Bytes: 40}}
	}
	states := []PairsState{
		{"m", 10, []PairsResult{result("a", "syntax", "x", 50), result("b", "syntax", "y", 60), result("c", "morphology", "z", 90)}},
		{"m", 1000, []PairsResult{result("a", "syntax", "x", 100), result("b", "syntax", "y", 70), result("c", "morphology", "z", 90)}},
	}
	text := PairsMarkdown(states)
	require.Contains(t, text, "| m, 10          |                                      1.667 |")
	// 1.96/3 · √(Σ p(1−p)/104), with p = 52/104, 62/104 and 92/104
	require.Contains(t, text, "| all           |         3 | 66.7 ± 4.9 | 86.7 ± 3.7 |")
	require.Contains(t, text, "| syntax     |         2 | 55.0 ± 6.7 | 85.0 ± 4.6 |")
	require.Contains(t, text, "| z    |         1 | 90.0 ± 6.1 |  90.0 ± 6.1 |")
	var out strings.Builder
	require.NoError(t, DrawPairs(states, "svg", &out))
	for _, want := range []string{"all paradigms", "syntax", "morphology", "chance"} {
		require.Contains(t, out.String(), want)
	}
	picture := out.String()
	out.Reset()
	folder := PairsState{"folder", 0, states[0].Results}
	require.NoError(t, DrawPairs(append(states, folder), "svg", &out))
	require.Equal(t, picture, out.String(), "nobody knows where a folder belongs")
	require.Contains(t, PairsMarkdown(append(states, folder)), "|     folder |")
	require.ErrorContains(t, DrawPairs([]PairsState{folder}, "svg", &out), "no state to draw")
}

func TestPairsThatCannotBeRead(t *testing.T) {
	good := line("a b", "b a", "u")
	for want, data := range map[string]string{
		"line 1: sentence_bad is missing or empty":                                   `{"sentence_good": "a", "field": "f", "linguistics_term": "t", "UID": "u"}`,
		"line 2: it must be a JSON object":                                           good + "sentence\n",
		"line 3: UID, field and linguistics_term are v, syntax and agreement, but u": good + "\n" + line("a b", "b a", "v"),
		"the file has no pairs":                                                      "\n\n",
	} {
		_, err := parseParadigm([]byte(data))
		require.ErrorContains(t, err, want)
	}
	_, err := ReadBLiMP(filepath.Join(t.TempDir(), "nowhere"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	dir := t.TempDir()
	_, err = ReadBLiMP(dir)
	require.ErrorContains(t, err, "has no files *.jsonl")
	for _, name := range []string{"a.jsonl", "b.jsonl"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(good), 0o600))
	}
	_, err = ReadBLiMP(dir)
	require.ErrorContains(t, err, "b.jsonl: an earlier file has the UID u, too")

	paradigm, err := parseParadigm([]byte(line(strings.Repeat("Anna sees ", 30), "Anna", "long")))
	require.NoError(t, err)
	log, err := OpenPairsLog(t.TempDir())
	require.NoError(t, err)
	e := &Pairs{Paradigms: []Paradigm{paradigm}, Runs: []Run{{Name: "m", States: []State{{3, pairsModel(t)}}}}}
	_, err = e.Measure(context.Background(), log, train.Listener{})
	require.ErrorContains(t, err, "long: pair 1 has a sentence of")

	m, tok, err := checkpoint.ReadFolder(pairsModel(t), 0)
	require.NoError(t, err)
	recurrent, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 1, NEmbd: 4, NCtx: 8, VocabSize: m.VocabSize, LayerNormEps: 1e-5, NUnits: 4})
	require.NoError(t, err)
	dir = t.TempDir()
	require.NoError(t, checkpoint.WriteFolder(dir, recurrent, tok, checkpoint.Form{}))
	e.Runs[0].States[0].Dir = dir
	_, err = e.Measure(context.Background(), log, train.Listener{})
	require.ErrorContains(t, err, "and the model reads at most 9")
}

// The published files, where they are at hand.
func TestPublishedPairs(t *testing.T) {
	data := os.Getenv("GORGPT_DATA")
	if data == "" {
		data = filepath.FromSlash("../shared/data")
	}
	if !filepath.IsAbs(data) {
		data = filepath.Join("..", "..", data) // from the module root
	}
	dir := filepath.Join(data, "blimp")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("BLiMP is not there: GORGPT_DATA names the folder above it")
	}
	all, err := ReadBLiMP(dir)
	require.NoError(t, err)
	require.Len(t, all, 67)
	fields := map[string]int{}
	for _, p := range all {
		require.Len(t, p.Pairs, 1000, p.Name)
		fields[p.Field]++
	}
	require.Equal(t, map[string]int{"morphology": 18, "semantics": 9, "syntax": 26, "syntax/semantics": 14}, fields)
}

func FuzzParadigm(f *testing.F) {
	f.Add([]byte(line("a b", "b a", "u")))
	f.Add([]byte("{}\n\n[1]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parseParadigm(data)
		if err == nil && (p.Name == "" || len(p.Pairs) == 0) {
			t.Error("a paradigm without a name or pairs")
		}
	})
}
