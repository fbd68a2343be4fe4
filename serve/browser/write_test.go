package browser_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/serve"
)

// shown is what the page shows of the next token.
type shown struct {
	Text string
	P    float64
}

func (p *tab) bars() []shown {
	p.t.Helper()
	return eval[[]shown](p, `[...document.querySelectorAll('.bar')].map((b) => ({ Text: b.querySelector('.token').textContent, P: Number(b.dataset.p) }))`)
}

func TestWrite(t *testing.T) {
	p, m, ctx := open(t, serve.Options{}, models()...), reference(t, "tuned-done"), context.Background()
	p.visit("", ".bar")
	p.set("#panel-write textarea", "")
	p.run(chromedp.SendKeys(chromedp.CSS("#panel-write textarea"), "the boy saw"))
	p.until(`document.querySelector('.text').textContent.trim() === 'the boy saw'`)

	// The bars are the probabilities of the library, under any settings.
	tok, err := m.Tokenizer()
	require.NoError(t, err)
	prompt := tok.Encode("the boy saw")
	logProbs, err := m.Next(ctx, prompt)
	require.NoError(t, err)
	ids := byProbability(logProbs)
	requireBars := func(temperature float64, k int, topP float64) {
		t.Helper()
		want := drawn(logProbs, ids, temperature, k, topP)
		got := p.bars()
		require.Len(t, got, 15)
		for i, b := range got {
			require.InDelta(t, want[i], b.P, 1e-6, "bar %d", i)
			token, _ := tok.Token(ids[i])
			require.Equal(t, strings.TrimSuffix(token, "</w>"), strings.TrimPrefix(b.Text, "·"))
		}
	}
	requireBars(1, 0, 1)
	p.set(".slider:nth-of-type(1) input", "0.5")
	requireBars(0.5, 0, 1)
	p.set(".slider:nth-of-type(2) input", "7")
	requireBars(0.5, 7, 1)
	p.set(".slider:nth-of-type(3) input", "0.6")
	requireBars(0.5, 7, 0.6)
	p.look("write-settings")

	// What is written is what the library writes with these settings.
	written := func(prompt string, s gorgpt.Sampling) string {
		t.Helper()
		var b strings.Builder
		b.WriteString(prompt)
		for piece, err := range m.Generate(ctx, prompt, s) {
			require.NoError(t, err)
			b.WriteString(piece)
		}
		return squeezed(b.String())
	}
	p.set("input[type=number]", "25")
	p.click(".main")
	want := written("the boy saw", gorgpt.Sampling{Tokens: 25, Temperature: 0.5, TopK: 7, TopP: 0.6, Seed: 1})
	p.until(`document.querySelectorAll('.text .written').length === 25 && !document.querySelector('.main').disabled`)
	require.Equal(t, want, squeezed(p.spelled()))

	// Back to a word, another token, and so a branch; and back again.
	_ = eval[bool](p, `(() => { document.querySelectorAll('.text button')[2].click(); return true })()`)
	p.until(`document.querySelectorAll('.text .beyond').length > 20 && document.querySelector('.bars').ariaBusy === 'false'`)
	other := 0
	for follows := p.texts(".text .beyond")[0]; strings.TrimPrefix(p.bars()[other].Text, "·") == follows; {
		other++
	}
	taken := p.bars()[other]
	p.click(fmt.Sprintf(".bar:nth-of-type(%d)", other+1))
	p.until(`document.querySelectorAll('.branch').length === 1`)
	branch := squeezed(p.spelled())
	require.True(t, strings.HasSuffix(branch, strings.TrimPrefix(taken.Text, "·")), branch)
	require.Equal(t, []string{want}, mapped(p.texts(".branch"), squeezed))
	p.look("write-branch")
	p.click(".branch")
	p.until(`document.querySelectorAll('.text .written').length === 25`)
	require.Equal(t, want, squeezed(p.spelled()))
	undo := `//button[text()="Undo"]`
	p.run(chromedp.Click(chromedp.Search(undo)))
	p.until(`document.querySelectorAll('.text .written').length < 25`)
	require.Equal(t, branch, squeezed(p.spelled()))

	// What was just typed is what is written, and an emptied prompt shows nothing.
	p.set("#panel-write textarea", "the girl")
	p.click(".main")
	want = written("the girl", gorgpt.Sampling{Tokens: 25, Temperature: 0.5, TopK: 7, TopP: 0.6, Seed: 1})
	p.until(`document.querySelectorAll('.text .written').length === 25 && !document.querySelector('.main').disabled && document.querySelector('.bars').ariaBusy === 'false'`)
	require.Equal(t, want, squeezed(p.spelled()))
	p.set("#panel-write textarea", " ")
	p.until(`document.querySelectorAll('.bar, .text button').length === 0`)
	p.run(chromedp.Click(chromedp.Search(undo)))
	p.until(`document.querySelectorAll('.text .written').length === 25 && document.querySelectorAll('.bar').length > 0`)
	branch = want

	// A link has all of it.
	p.click(".quiet")
	p.until(`location.hash.includes('ids=')`)
	hash, bars := eval[string](p, `location.hash`), p.bars()
	p.visit(hash, ".bar")
	p.until(`document.querySelectorAll('.text .written').length > 0`)
	require.Equal(t, branch, squeezed(p.spelled()))
	require.Equal(t, bars, p.bars())
}

// By keyboard alone: into the bars, down, and take.
func TestWriteByKeyboard(t *testing.T) {
	p := open(t, serve.Options{}, models()...)
	p.visit("#write?text=the+boy", ".bar")
	p.until(`document.querySelector('.text').textContent.trim() === 'the boy'`)
	want := strings.TrimPrefix(p.bars()[2].Text, "·")
	p.run(chromedp.Focus(chromedp.CSS(".bar")), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	p.until(`document.querySelectorAll('.text .written').length === 1 && document.activeElement.className === 'bar'`)
	require.Equal(t, want, p.texts(".text .written")[0])
	p.run(chromedp.Focus(chromedp.CSS("#tab-write")), chromedp.KeyEvent(kb.ArrowRight))
	p.until(`document.activeElement.getAttribute('role') === 'tab'`)
}

// A model writes a script, and the page shows it.
func TestTextsAreNotCode(t *testing.T) {
	p := open(t, serve.Options{}, models()...)
	p.visit(`#write?model=tuned&text=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E%3Cscript%3Ealert(2)%3C/script%3E`, ".bar")
	require.Zero(t, eval[int](p, `document.querySelectorAll('main script, main img').length`))
}

// spelled is the text that the page shows, without what stands beyond the place where the model continues.
func (p *tab) spelled() string {
	p.t.Helper()
	return eval[string](p, `(() => { const c = document.querySelector('.text').cloneNode(true); c.querySelectorAll('.beyond').forEach((b) => b.remove()); return c.textContent })()`)
}

func mapped(all []string, f func(string) string) (out []string) {
	for _, s := range all {
		out = append(out, f(s))
	}
	return out
}

// byProbability returns the ids of all tokens that can follow, the likeliest first.
func byProbability(logProbs []float64) (ids []int32) {
	for id, x := range logProbs {
		at := len(ids)
		for at > 0 && logProbs[ids[at-1]] < x {
			at--
		}
		if !math.IsInf(x, -1) {
			ids = append(ids[:at], append([]int32{int32(id)}, ids[at:]...)...)
		}
	}
	return ids
}

// drawn is the definition of what the page computes.
func drawn(logProbs []float64, ids []int32, temperature float64, k int, topP float64) []float64 {
	p, total := make([]float64, len(ids)), 0.0
	for i, id := range ids {
		if k == 0 || i < k {
			p[i] = math.Exp(logProbs[id] / temperature)
			total += p[i]
		}
	}
	sum, kept := 0.0, 0.0
	for i := range p {
		if sum >= topP {
			p[i] = 0
		}
		sum += p[i] / total
		kept += p[i]
	}
	for i := range p {
		p[i] /= kept
	}
	return p
}
