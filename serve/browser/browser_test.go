// Package browser_test uses the page of gorgpt serve in a browser, as a person does. It is a module of its own, so that nobody
// else needs the library that drives the browser. Without Chromium, the tests are skipped.
package browser_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/serve"
)

const folder = "../../testdata/stability/c3479e4/"

// shots is a folder for screenshots; "": none are taken.
var shots = os.Getenv("GORGPT_SCREENSHOTS")

// tab is a tab of a browser on a server.
type tab struct {
	t    *testing.T
	ctx  context.Context
	url  string
	file string // that may be opened beside the server's; "": none

	mu       sync.Mutex
	mistakes []string // errors on the console, and requests to other hosts
}

// models are the models of most tests.
func models() []serve.Named {
	return []serve.Named{{Name: "tuned", Dir: folder + "tuned-done"}, {Name: "base", Dir: folder + "base"}}
}

// open starts a server and a browser on it. At the end of the test, it checks that nothing was wrong.
func open(t *testing.T, o serve.Options, models ...serve.Named) *tab {
	t.Helper()
	ctx := browse(t)
	o.Page = true
	s, err := serve.New(models, o)
	require.NoError(t, err)
	require.NoError(t, s.Load(context.Background()))
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	p := &tab{t: t, ctx: ctx, url: h.URL}
	require.NoError(t, chromedp.Listen(ctx, p.notice))
	p.size(1280)
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		require.Empty(t, p.mistakes)
	})
	return p
}

// browse starts a browser.
func browse(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil && program == "" {
			program = path
		}
	}
	if program == "" {
		t.Skip("there is no Chromium (Debian: chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	return ctx
}

// notice notes what must not happen.
func (p *tab) notice(event any) {
	mistake := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		mistake = fmt.Sprintf("exception: %+v", e.ExceptionDetails.Exception)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			mistake = fmt.Sprintf("console: %s", e.Args[0].Value)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			mistake = fmt.Sprintf("console: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme != "data" && "http://"+u.Host != p.url && (p.file == "" || e.Request.URL != p.file) {
			mistake = "a request to " + e.Request.URL
		}
	}
	if mistake != "" {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.mistakes = append(p.mistakes, mistake)
	}
}

func (p *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	require.NoError(p.t, chromedp.Do(p.ctx, actions...))
}

// visit opens the page with a fragment and waits until a selector is there.
func (p *tab) visit(fragment, until string) {
	p.t.Helper()
	p.run(chromedp.Navigate("about:blank"), chromedp.Navigate(p.url+"/"+fragment), chromedp.WaitVisible(chromedp.CSS(until)))
}

// eval evaluates an expression.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(p.t, err, expression)
	return v
}

// until waits until an expression is true.
func (p *tab) until(expression string) {
	p.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if eval[bool](p, expression) {
			return
		}
	}
	require.Fail(p.t, "waiting in vain for "+expression, "status: %s", eval[string](p, `document.getElementById('status').textContent`))
}

// set gives an input a value, as a person does.
func (p *tab) set(selector, value string) {
	p.t.Helper()
	_ = eval[bool](p, fmt.Sprintf(`(() => { const e = document.querySelector(%q); e.value = %q;
		e.dispatchEvent(new Event('input', { bubbles: true })); e.dispatchEvent(new Event('change', { bubbles: true })); return true })()`, selector, value))
}

func (p *tab) click(selector string) {
	p.t.Helper()
	p.run(chromedp.Click(chromedp.CSS(selector)))
}

// press presses a key.
func (p *tab) press(key string) {
	p.t.Helper()
	keys := map[string]string{"ArrowRight": kb.ArrowRight, "ArrowLeft": kb.ArrowLeft, "ArrowDown": kb.ArrowDown, "ArrowUp": kb.ArrowUp, "Enter": kb.Enter}
	if special, found := keys[key]; found {
		key = special
	}
	p.run(chromedp.KeyEvent(key))
}

// look takes screenshots, wide and narrow, light and dark, and lets axe-core search for what keeps people out.
func (p *tab) look(name string) {
	p.t.Helper()
	source := axe(p.t)
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 390} {
			what := fmt.Sprintf("%s-%s-%d", name, scheme, width)
			p.scheme(scheme)
			p.size(width)
			require.LessOrEqual(p.t, eval[int64](p, `document.documentElement.scrollWidth`), width, "%s: nothing is wider than the window", what)
			if shots != "" {
				picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
				require.NoError(p.t, err)
				require.NoError(p.t, os.WriteFile(filepath.Join(shots, what+".png"), picture, 0o644))
			}
			if source != "" {
				require.Empty(p.t, p.violations(source), what)
			}
		}
	}
	p.scheme("light")
	p.size(1280)
}

// size sets the width of the window.
func (p *tab) size(width int64) {
	p.t.Helper()
	p.run(chromedp.EmulateViewport(width, 900))
}

// scheme makes the page light or dark.
func (p *tab) scheme(name string) {
	p.t.Helper()
	_, err := chromedp.Run(p.ctx, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
		return chromedp.Void{}, err
	})
	require.NoError(p.t, err)
}

// violations are the serious ones that axe-core finds.
func (p *tab) violations(source string) []string {
	p.t.Helper()
	p.run(chromedp.Evaluate[chromedp.Void](source + "; true"))
	return eval[[]string](p, `axe.run().then((r) => r.violations.filter((v) => ['serious', 'critical'].includes(v.impact))
		.flatMap((v) => v.nodes.map((n) => v.id + ': ' + n.html + ' ' + n.failureSummary)))`)
}

// axe returns the source of axe-core, which npm loads into a temporary folder; "" if it cannot.
var axe = func() func(t *testing.T) string {
	load := sync.OnceValues(func() (string, error) {
		dir, err := os.MkdirTemp("", "axe")
		if err != nil {
			return "", err
		}
		defer os.RemoveAll(dir)
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		defer stop()
		cmd := exec.CommandContext(ctx, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", dir, "axe-core@4.10.3")
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%w: %s", err, out)
		}
		data, err := os.ReadFile(filepath.Join(dir, "node_modules/axe-core/axe.min.js"))
		return string(data), err
	})
	return func(t *testing.T) string {
		source, err := load()
		if err != nil {
			t.Logf("without axe-core, which npm cannot install: %v", err)
		}
		return source
	}
}()

// reference opens a model with the library.
func reference(t *testing.T, name string) *gorgpt.Model {
	t.Helper()
	m, err := gorgpt.Open(folder + name)
	require.NoError(t, err)
	return m
}

// The page asks for the key, and keeps it out of the address.
func TestKey(t *testing.T) {
	p := open(t, serve.Options{Key: "secret"}, models()...)
	p.visit("", "#ask")
	p.run(chromedp.SendKeys(chromedp.CSS("#key"), "wrong\r"))
	p.until(`document.getElementById('ask').open && document.getElementById('ask-error').textContent.includes('not the server')`)
	p.look("key")
	p.run(chromedp.SendKeys(chromedp.CSS("#key"), "secret\r"))
	p.until(`document.querySelectorAll('.bar').length > 5`)
	p.click(".quiet")
	p.until(`location.hash !== ''`)
	require.NotContains(t, eval[string](p, `location.href`), "secret")
	require.NotContains(t, eval[string](p, `document.documentElement.outerHTML`), "secret")
	require.Equal(t, "secret", eval[string](p, `Object.values(sessionStorage).join()`))
	require.Zero(t, eval[int](p, `localStorage.length + document.cookie.length`))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mistakes = nil // the browser notes the answers of status 401 on its console
}

// Nothing but the page is served without a key.
func TestStrangers(t *testing.T) {
	p := open(t, serve.Options{Key: "secret"}, models()...)
	for _, path := range []string{"/info", "/runs"} {
		a, err := http.Get(p.url + path)
		require.NoError(t, err)
		a.Body.Close()
		require.Equal(t, http.StatusUnauthorized, a.StatusCode)
	}
}

// texts returns the texts of elements.
func (p *tab) texts(selector string) []string {
	p.t.Helper()
	return eval[[]string](p, fmt.Sprintf(`[...document.querySelectorAll(%q)].map((e) => e.textContent)`, selector))
}

// squeezed is a text with single spaces.
func squeezed(s string) string { return strings.Join(strings.Fields(s), " ") }
