package browser_test

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/serve"
)

func TestRead(t *testing.T) {
	const text = "the boy was glad . the girl saw the lamp at the sea ."
	p, ctx := open(t, serve.Options{}, models()...), context.Background()
	p.visit("", ".bar")
	p.click("#tab-read")
	p.set("#panel-read textarea", text)
	p.set("#panel-read select", "base")
	p.click("#panel-read .main")
	p.until(`document.querySelectorAll('.readings section').length === 2`)

	scored := [][]gorgpt.Token{}
	for i, name := range []string{"tuned-done", "base"} {
		tokens, err := reference(t, name).Score(ctx, text, 10)
		require.NoError(t, err)
		scored = append(scored, tokens)
		section := fmt.Sprintf(".readings section:nth-of-type(%d) ", i+1)
		losses := eval[[]string](p, fmt.Sprintf(`[...document.querySelectorAll(%q)].map((b) => b.dataset.loss)`, section+".text button"))
		require.Len(t, losses, len(tokens))
		require.Empty(t, losses[0])
		total, bytes := 0.0, 0
		for k, token := range tokens[1:] {
			loss, err := strconv.ParseFloat(losses[k+1], 64)
			require.NoError(t, err)
			require.InDelta(t, -token.LogProb, loss, 1e-12)
			total, bytes = total-token.LogProb, bytes+len(token.Text)
		}
		mean := total / float64(len(tokens)-1)
		require.Equal(t, []string{
			strconv.Itoa(len(tokens)), fmt.Sprintf("%.3f", mean), fmt.Sprintf("%.2f", math.Exp(mean)), fmt.Sprintf("%.3f", total/math.Ln2/float64(bytes)),
		}, p.texts(section+"dd"))
		require.Equal(t, text, squeezed(strings.Join(p.texts(section+".text"), "")))
	}
	p.look("read")

	// Point at a token: the alternatives of both models.
	requireDetail := func(at int) {
		t.Helper()
		figures := p.texts("#panel-read aside .figure")
		require.NotEmpty(t, figures)
		for _, tokens := range scored {
			require.Contains(t, figures, percent(math.Exp(tokens[at].Alternatives[0].LogProb)))
			require.Contains(t, p.texts("#panel-read aside")[0], fmt.Sprintf("loss %.2f nats", -tokens[at].LogProb))
		}
	}
	p.run(chromedp.Focus(chromedp.CSS(".readings section:nth-of-type(2) .text button")), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
	requireDetail(2)
	_ = eval[bool](p, `(() => { document.querySelectorAll('.readings .text button')[5].click(); return true })()`)
	requireDetail(5)

	// A link reads it again.
	p.click("#panel-read .quiet")
	p.until(`location.hash.startsWith('#read?')`)
	figures := p.texts(".readings dd")
	p.visit(eval[string](p, `location.hash`), ".readings dd")
	p.until(`document.querySelectorAll('.readings section').length === 2`)
	require.Equal(t, figures, p.texts(".readings dd"))
}

// percent is how the page writes a probability.
func percent(x float64) string {
	if x > 0 && x < 0.0005 {
		return "< 0.1 %"
	}
	return fmt.Sprintf("%.1f %%", 100*x)
}
