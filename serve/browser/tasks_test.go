package browser_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/finetune/finetunetest"
	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/serve"
)

// tuned writes the folder of a model with a random head for a task.
func tuned(t *testing.T, kind heads.Kind, rows ...loaders.Row) string {
	t.Helper()
	return finetunetest.Folder(t, folder+"base", kind, rows...)
}

func pairs(labels ...string) (rows []loaders.Row) {
	for _, label := range labels {
		rows = append(rows, loaders.Row{Texts: []string{"a", "b"}, Label: loaders.Label{Text: label}})
	}
	return rows
}

// requireRows compares the sequences on the page, with those of the library.
func (p *tab) requireRows(in gorgpt.Inspection) {
	p.t.Helper()
	var want []string
	for _, s := range in.Sequences {
		line := ""
		for _, token := range s {
			line += token.Role + strings.ReplaceAll(token.Text, " ", "·")
		}
		want = append(want, line)
	}
	require.Equal(p.t, want, p.texts("#panel-tasks figure:not([hidden]) .chips"))
}

// requireScores compares the bars, which the page sorts unless they are answers.
func (p *tab) requireScores(m *gorgpt.Model, in gorgpt.Inspection) {
	p.t.Helper()
	got := eval[map[string]string](p, `Object.fromEntries([...document.querySelectorAll('#panel-tasks aside .bar')].map((b) => [b.querySelector('.token').textContent, b.dataset.p]))`)
	require.Len(p.t, got, len(in.Probabilities))
	for i, want := range in.Probabilities {
		name := strconv.Itoa(i) + " " + []string{"the lamp", "the mill", "the sea"}[i%3]
		if labels := m.Labels(); labels != nil {
			name = labels[i]
		}
		x, err := strconv.ParseFloat(got[name], 64)
		require.NoError(p.t, err, "%s in %v", name, got)
		require.InDelta(p.t, want, x, 1e-9)
	}
}

func TestTasks(t *testing.T) {
	ctx := context.Background()
	question := loaders.Row{Texts: []string{"a", "b"}, Answers: []string{"c", "d"}, Label: loaders.Label{Text: "1"}}
	dirs := map[string]string{
		"tuned": folder + "tuned-done", "similar": tuned(t, heads.Similarity, pairs("no", "yes")...),
		"entailed": tuned(t, heads.Entailment, pairs("contradiction", "entailment", "neutral")...), "asked": tuned(t, heads.MultipleChoice, question),
	}
	opened := map[string]*gorgpt.Model{}
	var all []serve.Named
	for _, name := range []string{"tuned", "similar", "entailed", "asked"} {
		m, err := gorgpt.Open(dirs[name])
		require.NoError(t, err)
		opened[name] = m
		all = append(all, serve.Named{Name: name, Dir: dirs[name]})
	}
	all = append(all, serve.Named{Name: "base", Dir: folder + "base"}, serve.Named{Name: "later", Dir: dirs["similar"], Lazy: true})
	inspect := func(name string, in gorgpt.Input) gorgpt.Inspection {
		t.Helper()
		out, err := opened[name].Inspect(ctx, in)
		require.NoError(t, err)
		return out
	}
	p := open(t, serve.Options{}, all...)
	p.visit("#tasks", "#panel-tasks .bar")

	// Classification: change a word, and the difference is shown; then the importance of tokens.
	before := inspect("tuned", gorgpt.Text("the boy was glad"))
	p.requireRows(before)
	p.requireScores(opened["tuned"], before)
	p.set("#panel-tasks textarea", "the boy was sad")
	p.until(`document.querySelectorAll('#panel-tasks .change').length === 2`)
	after := inspect("tuned", gorgpt.Text("the boy was sad"))
	p.requireRows(after)
	p.requireScores(opened["tuned"], after)
	i := 0
	if after.Scores[1] > after.Scores[0] {
		i = 1
	}
	require.Equal(t, fmt.Sprintf("%+.1f", 100*(after.Probabilities[i]-before.Probabilities[i])), strings.ReplaceAll(p.texts("#panel-tasks .change")[0], "−", "-"))
	p.click("#panel-tasks input[type=checkbox]")
	p.until(`document.querySelectorAll('#panel-tasks .for[data-effect], #panel-tasks .against[data-effect]').length > 2`)
	e, err := opened["tuned"].Explain(ctx, gorgpt.Text("the boy was sad"))
	require.NoError(t, err)
	for _, measure := range []string{"masked", "gradient"} {
		p.set("#panel-tasks select", measure)
		for k, x := range eval[[]float64](p, `[...document.querySelectorAll('[data-effect]')].map((c) => Number(c.dataset.effect))`) {
			token := e.Parts[0].Tokens[k]
			want := map[string]float64{"masked": token.Masked, "gradient": token.Gradient}[measure]
			require.InDelta(t, want, x, 1e-9)
		}
	}
	p.look("tasks-classification")
	p.click("#panel-tasks input[type=checkbox]")

	// Similarity: both orders and their sum.
	p.set("#model", "similar")
	p.until(`document.querySelectorAll('#panel-tasks td').length > 6`)
	in := inspect("similar", gorgpt.Pair("the boy was glad", "the girl was happy"))
	p.requireRows(in)
	p.requireScores(opened["similar"], in)
	var cells []string
	for _, line := range [][]float64{in.Shares[0], in.Shares[1], in.Scores} {
		for _, x := range line {
			cells = append(cells, fmt.Sprintf("%.3f", x))
		}
	}
	require.Equal(t, cells, p.texts("#panel-tasks tbody td"))
	p.look("tasks-similarity")

	p.set("#model", "entailed")
	p.until(`document.querySelectorAll('#panel-tasks aside .bar').length === 3`)
	in = inspect("entailed", gorgpt.Pair("the boy saw the lamp", "the boy saw nothing"))
	p.requireRows(in)
	p.requireScores(opened["entailed"], in)

	// Questions: the answers beside each other, and one more.
	p.set("#model", "asked")
	p.until(`document.querySelectorAll('#panel-tasks textarea').length === 4 && document.querySelectorAll('#panel-tasks aside .bar').length === 2`)
	p.run(chromedp.Click(chromedp.Search(`//button[text()="Add an answer"]`)))
	p.set("#panel-tasks label:nth-last-of-type(1) textarea", "the sea")
	p.until(`document.querySelectorAll('#panel-tasks aside .bar').length === 3`)
	in = inspect("asked", gorgpt.Question("the boy saw the lamp at the sea", "what did the boy see ?", "the lamp", "the mill", "the sea"))
	p.requireRows(in)
	p.requireScores(opened["asked"], in)
	p.look("tasks-qa")

	// A link has the sentences.
	p.click("#panel-tasks .quiet")
	p.until(`location.hash.startsWith('#tasks?')`)
	hash := eval[string](p, `location.hash`)
	p.visit(hash, "#panel-tasks .bar")
	p.requireRows(in)

	p.set("#model", "base")
	p.until(`document.getElementById('panel-tasks').textContent.includes('was not fine-tuned')`)
	p.set("#model", "later")
	p.until(`document.querySelectorAll('#panel-tasks textarea').length === 2`)
}
