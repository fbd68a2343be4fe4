package browser_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/serve"
)

// cell is a place of the table of what the model would say.
type cell struct{ Text, LogProb string }

func TestInside(t *testing.T) {
	ctx := context.Background()
	p := open(t, serve.Options{}, models()...)
	m := reference(t, "tuned-done")
	tok, err := m.Tokenizer()
	require.NoError(t, err)
	alike, err := m.AlikePositions()
	require.NoError(t, err)
	p.visit("#inside", "#panel-inside .stops")
	for _, text := range []string{"the boy was glad", "one day the girl saw the lamp at the sea .", "a"} {
		ids := tok.Encode(text)
		want, err := m.Look(ctx, ids, 5)
		require.NoError(t, err)
		p.set("#panel-inside textarea", text)
		p.until(fmt.Sprintf(`document.querySelectorAll('.stops thead th').length === %d`, len(ids)+1))

		// What it would say, the last block on top.
		got := eval[[]cell](p, `[...document.querySelectorAll('.stops td button')].map((b) => ({ Text: b.firstChild.textContent, LogProb: b.dataset.p }))`)
		require.Len(t, got, len(want.Best)*len(ids))
		for l, at := range want.Best {
			for i, best := range at {
				x, err := strconv.ParseFloat(got[(len(want.Best)-1-l)*len(ids)+i].LogProb, 64)
				require.NoError(t, err)
				require.InDelta(t, best[0].LogProb, x, 1e-9, "state %d, position %d", l, i)
			}
		}

		// Attention of the head that is shown, in words and as thumbnails.
		require.Len(t, p.texts(".heads button"), 4)
		for head := range 4 {
			p.click(fmt.Sprintf(".heads button:nth-child(%d)", head+1))
			require.Equal(t, fmt.Sprintf("Block %d, head %d", head/2, head%2), p.texts(".attention > div:last-child h2")[0])
			weights := want.Attention[head/2][head%2*len(ids)*len(ids):]
			alphas := eval[[]int](p, fmt.Sprintf(`(() => { const c = document.querySelectorAll('.heads canvas')[%d];
				return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((_, i) => i %% 4 === 3) })()`, head))
			require.Len(t, alphas, len(ids)*len(ids))
			for k, a := range alphas {
				require.InDelta(t, 255*weights[k], a, 1)
			}
			last := len(ids) - 1
			_ = eval[bool](p, `(() => { const all = document.querySelectorAll('.tokens button'); all[all.length - 1].focus(); return true })()`)
			best := 0
			for j := range ids {
				if weights[last*len(ids)+j] > weights[last*len(ids)+best] {
					best = j
				}
			}
			require.Contains(t, p.texts(".links + .note")[0], fmt.Sprintf("reads %.0f %%", 100*weights[last*len(ids)+best]))
		}
	}
	near := 0.0
	for i := range m.Context() - 1 {
		near += float64(alike[i*m.Context()+i+1]) / float64(m.Context()-1)
	}
	shown := eval[float64](p, `Number(document.querySelector('[data-near]').dataset.near)`)
	require.InDelta(t, near, shown, 1e-6)
	require.Contains(t, p.texts("[data-near]")[0], fmt.Sprintf("neighbours %.2f", near))
	require.Contains(t, p.texts(".paper svg")[0], fmt.Sprintf("up to T = %d tokens", m.Context()))

	// By keyboard: the next head, and a token that stays chosen.
	p.set("#panel-inside textarea", "the boy was glad")
	p.until(`document.querySelectorAll('.stops thead th').length > 4`)
	_ = eval[bool](p, `(() => { document.querySelector('.heads button').focus(); return true })()`)
	p.press("ArrowRight")
	p.press("Enter")
	p.until(`document.querySelector('.attention > div:last-child h2').textContent === 'Block 0, head 1'`)
	_ = eval[bool](p, `(() => { document.querySelector('.tokens button').focus(); return true })()`)
	p.press("ArrowDown")
	p.press("Enter")
	p.until(`document.querySelectorAll('.tokens button')[1].getAttribute('aria-pressed') === 'true'`)
	p.look("inside")

	// A link has the text, the head and the token.
	p.click("#panel-inside .quiet")
	p.until(`location.hash.startsWith('#inside?')`)
	hash := eval[string](p, `location.hash`)
	p.visit(hash, "#panel-inside .stops")
	p.until(`document.querySelector('.attention > div:last-child h2').textContent === 'Block 0, head 1'`)
	require.Equal(t, "true", eval[string](p, `document.querySelectorAll('.tokens button')[1].getAttribute('aria-pressed')`))

	p.set("#model", "base")
	p.until(`document.querySelector('.paper svg')?.textContent.includes('base on a text') ?? false`)
}
