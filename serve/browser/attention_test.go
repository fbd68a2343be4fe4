package browser_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// The page of gorgpt generate -attention opens from the disk, without a server, and is used with the keyboard.
func TestAttentionPage(t *testing.T) {
	ctx := browse(t)
	dir := t.TempDir()
	program, page := filepath.Join(dir, "gorgpt"), filepath.Join(dir, "attention.html")
	build := exec.Command("go", "build", "-o", program, "./cmd/gorgpt")
	build.Dir = "../.."
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	out, err = exec.Command(program, "generate", "-model", folder+"base", "-prompt", "anna was sad . anna was glad .", "-attention", page).CombinedOutput()
	require.NoError(t, err, string(out))

	p := &tab{t: t, ctx: ctx, url: "http://"} // no host is asked for anything
	require.NoError(t, chromedp.Listen(ctx, p.notice))
	p.size(1280)
	p.run(chromedp.Navigate("file://" + page))
	var layers, heads int
	_, err = fmt.Sscanf(string(out), "%d layers × [%d", &layers, &heads)
	require.NoError(t, err, string(out))
	require.Equal(t, layers*heads, eval[int](p, `document.querySelectorAll('.heads canvas').length`))
	const large = ".attention > div:last-child "
	require.Equal(t, "Block 0, head 0", p.texts(large + "h2")[0])
	p.look("attention")
	p.run(chromedp.Focus(chromedp.CSS(".heads button")), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Enter))
	require.Equal(t, "Block 0, head 1", p.texts(large + "h2")[0])
	require.Equal(t, "1", eval[string](p, `[...document.querySelectorAll('.heads button[aria-pressed=true]')].map((b) => [...document.querySelectorAll('.heads button')].indexOf(b)).join()`))
	require.Equal(t, 1, eval[int](p, `document.querySelectorAll('.heads button[tabindex="0"]').length`))
	p.run(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.ArrowDown)) // to the tokens, and down
	require.Contains(t, p.texts(large + ".note")[0], "reads ")
	sum := eval[float64](p, `[...document.querySelectorAll('.read span')].reduce((sum, e) => sum + Number(e.style.getPropertyValue('--a')), 0)`)
	require.InDelta(t, 1, sum, 2*0.5/255+1e-9, "the weights of a row, rounded to 1/255")
	require.LessOrEqual(t, eval[int](p, `document.querySelectorAll('.lines path').length`), 2)
	p.mu.Lock()
	defer p.mu.Unlock()
	require.Empty(t, p.mistakes)
}
