package hub

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"
)

// Client gets files from a hub. It is safe for concurrent use as long as nothing changes its fields. [FromEnvironment]
// makes one.
type Client struct {
	Endpoint string      // address of the server, without a slash at the end
	Cache    string      // folder of the cache, as HF_HUB_CACHE
	Token    string      // sent to the endpoint alone; "": none
	Offline  bool        // make no requests
	Report   func(Event) // called by one goroutine at a time; may be nil

	once      sync.Once
	http      *http.Client
	reporting sync.Mutex
	reached   atomic.Bool   // the server has answered once
	pause     time.Duration // before the first repetition; 0: a second
	idle      time.Duration // a connection that brings nothing for so long is given up; 0: a minute
}

const (
	attempts = 6               // of a request that makes no progress
	patience = 5 * time.Minute // the longest wait that a server may ask for
)

// send reports an event.
func (c *Client) send(e Event) {
	if c.Report != nil {
		c.reporting.Lock()
		defer c.reporting.Unlock()
		c.Report(e)
	}
}

func (c *Client) note(format string, args ...any) { c.send(Note(fmt.Sprintf(format, args...))) }

// start sets up the connections.
func (c *Client) start() {
	if c.pause == 0 {
		c.pause = time.Second
	}
	if c.idle == 0 {
		c.idle = time.Minute
	}
	const handshake = 30 * time.Second
	endpoint, _ := url.Parse(c.Endpoint) // an invalid one fails in each request
	c.http = &http.Client{
		Transport: &authorized{token: c.Token, endpoint: endpoint, base: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: handshake, ResponseHeaderTimeout: c.idle,
			DialContext:        (&net.Dialer{Timeout: handshake}).DialContext,
			DisableCompression: true, // sizes, ranges and hashes are those of the bytes that are sent
		}},
		CheckRedirect: func(to *http.Request, via []*http.Request) error {
			const most = 10
			switch last := via[len(via)-1].URL; {
			case len(via) >= most:
				return errors.Errorf("more than %d redirections", most)
			case to.URL.Scheme != last.Scheme && to.URL.Scheme != "https":
				return errors.Errorf("redirected from %s to %s", last.Scheme, to.URL.Scheme)
			}
			return nil
		},
	}
}

// authorized adds the token to requests to the endpoint, and to no others: files are redirected to other hosts.
type authorized struct {
	base     http.RoundTripper
	endpoint *url.URL
	token    string
}

// RoundTrip implements [http.RoundTripper].
func (a *authorized) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Del("Authorization")
	r.Header.Del("Referer")
	if a.token != "" && a.endpoint != nil && r.URL.Scheme == a.endpoint.Scheme && r.URL.Host == a.endpoint.Host {
		r.Header.Set("Authorization", "Bearer "+a.token)
	}
	return a.base.RoundTrip(r)
}

// again is an error after which a request is worth repeating.
type again struct {
	cause error
	busy  bool          // the server has asked to wait
	wait  time.Duration // for so long
}

func (a *again) Error() string { return a.cause.Error() }

// retry repeats an attempt that fails with an [again], with growing pauses. An attempt that has made progress does not count.
func (c *Client) retry(ctx context.Context, r Ref, attempt func() (progress bool, err error)) error {
	for n := 0; ; n++ {
		progress, err := attempt()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var a *again
		if !errors.As(err, &a) {
			return err
		}
		if progress {
			n = 0
		}
		wait := max(a.wait, c.pause<<n)
		switch {
		case a.busy && (n == attempts-1 || wait > patience):
			return &Error{ErrBusy, r, fmt.Sprintf("%v: try again in %s", a.cause, max(wait, time.Minute)), a.cause}
		case n == attempts-1 || !c.reached.Load():
			return c.unreachable(r, a.cause)
		}
		c.note("%s: %v: trying again in %s", r, a.cause, wait)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// unreachable is the error if there is no network. It names what the cache has.
func (c *Client) unreachable(r Ref, cause error) error {
	text := fmt.Sprintf("%s cannot be reached: %v; ", c.host(), cause)
	if there := c.commits(r); len(there) > 0 {
		return &Error{ErrNetwork, r, text + "HF_HUB_OFFLINE=1 uses what the cache has: " + strings.Join(there, ", "), cause}
	}
	return &Error{ErrNetwork, r, text + "the cache, " + c.Cache + ", has nothing of it; HF_ENDPOINT names another server, HTTPS_PROXY a proxy", cause}
}

// host is the name of the server.
func (c *Client) host() string {
	u, err := url.Parse(c.Endpoint)
	if err != nil {
		return "the server" // each request fails
	}
	return u.Host
}

// get makes one request. It returns an [again] if it is worth repeating, and otherwise an error for every status but 200,
// and 206 and 416 if a range is asked for. The body ends with an error if it brings nothing for too long.
func (c *Client) get(ctx context.Context, r Ref, address, ranged string) (*http.Response, error) {
	c.once.Do(c.start)
	ctx, cancel := context.WithCancel(ctx)
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		cancel()
		return nil, &Error{ErrAnswer, r, "the address of the server is not valid", err}
	}
	q.Header.Set("User-Agent", "gorgpt")
	q.Header.Set("Accept-Encoding", "identity")
	if ranged != "" {
		q.Header.Set("Range", ranged)
	}
	resp, err := c.http.Do(q)
	if err != nil {
		cancel()
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // without the address, which may be signed
		}
		return nil, &again{cause: err}
	}
	c.reached.Store(true)
	w := &watched{ReadCloser: resp.Body, cancel: cancel, idle: c.idle}
	w.timer = time.AfterFunc(c.idle, func() { w.late.Store(true); cancel() })
	resp.Body = w
	if s := resp.StatusCode; s == http.StatusOK || ranged != "" && (s == http.StatusPartialContent || s == http.StatusRequestedRangeNotSatisfiable) {
		return resp, nil
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	return nil, c.refused(r, resp)
}

// watched is a body that must bring something from time to time.
type watched struct {
	io.ReadCloser
	timer  *time.Timer
	late   atomic.Bool
	cancel func()
	idle   time.Duration
}

// Read implements [io.Reader].
func (w *watched) Read(p []byte) (int, error) {
	w.timer.Reset(w.idle)
	n, err := w.ReadCloser.Read(p)
	if err != nil && w.late.Load() {
		err = errors.Errorf("nothing came for %s", w.idle)
	}
	return n, err
}

// Close implements [io.Closer].
func (w *watched) Close() error {
	w.timer.Stop()
	w.cancel()
	return w.ReadCloser.Close()
}

// refused is the error for a status.
func (c *Client) refused(r Ref, resp *http.Response) error {
	const most = 300
	message := resp.Header.Get("X-Error-Message")
	said := fmt.Sprintf("%s answers %d %s", c.host(), resp.StatusCode, http.StatusText(resp.StatusCode))
	if message != "" {
		said += fmt.Sprintf(", %.*q", most, message)
	}
	elsewhere := resp.Request.URL.Host != c.host()
	page := c.Endpoint + "/" + r.repo()
	fail := func(reason error, format string, args ...any) error {
		return &Error{reason, r, fmt.Sprintf(format, args...), errors.New(said)}
	}
	switch code, status := resp.Header.Get("X-Error-Code"), resp.StatusCode; {
	case status == http.StatusTooManyRequests || status >= 500 || status == http.StatusRequestTimeout:
		return &again{cause: errors.New(said), busy: true, wait: retryAfter(resp.Header.Get("Retry-After"), time.Now())}
	case elsewhere: // a signed address that has expired, for instance: the endpoint gives a new one
		return &again{cause: errors.Errorf("%s answers %d %s", resp.Request.URL.Host, status, http.StatusText(status))}
	case code == "GatedRepo" && c.Token == "":
		return fail(ErrGated, "access must be requested on %s; then set HF_TOKEN to a token of that account", page)
	case code == "GatedRepo":
		return fail(ErrGated, "the account of the token has no access: request it on %s", page)
	case code == "RevisionNotFound":
		return fail(ErrRevision, "there is no revision %s: %s/tree/main lists branches and tags", r.revision(), page)
	case code == "EntryNotFound":
		return fail(ErrFile, "a file is missing on the server: try again, or name another revision")
	case status == http.StatusUnauthorized && c.Token != "" && code != "RepoNotFound":
		return fail(ErrToken, "the server does not accept the token: renew HF_TOKEN, or the file HF_TOKEN_PATH, or remove it")
	case code == "RepoNotFound" || status == http.StatusNotFound || status == http.StatusUnauthorized:
		kind := "model"
		if r.Dataset {
			kind = "dataset"
		}
		return fail(ErrNotFound, "%s has no such %s, or it is private: check the name; a private one needs HF_TOKEN", c.host(), kind)
	}
	return fail(ErrAnswer, "%s", said)
}

// retryAfter is the time that a server asks to wait, in seconds or until a date.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(n, 0), 1e6)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
