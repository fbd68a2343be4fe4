package serve

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gorgpt"
)

func TestGuard(t *testing.T) {
	_, h := start(t, Options{Key: "secret", Hosts: []string{"models.example"}, Origins: []string{"https://friend.example"}})
	for _, c := range []struct {
		name, path string
		status     int
		headers    []string
	}{
		{"no key", "/info", 401, nil},
		{"wrong key", "/info", 401, []string{"Authorization", "Bearer secreT"}},
		{"part of the key", "/info", 401, []string{"Authorization", "Bearer secre"}},
		{"another scheme", "/info", 401, []string{"Authorization", "Basic secret"}},
		{"key in the URL", "/info?api_key=secret&key=secret", 401, nil},
		{"the key", "/info", 200, []string{"Authorization", "Bearer secret"}},
		{"counters without key", "/metrics", 401, nil},
		{"paths that do not exist need it, too", "/nothing", 401, nil},
		{"health needs none", "/health", 200, nil},
		{"another host", "/health", 421, []string{"Host", "evil.example"}},
		{"another host with a port", "/health", 421, []string{"Host", "evil.example:80"}},
		{"a host of ours", "/health", 200, []string{"Host", "models.example:80"}},
		{"localhost", "/health", 200, []string{"Host", "LOCALHOST:1"}},
		{"an address", "/health", 200, []string{"Host", "[::1]:80"}},
		{"a page of another site", "/health", 403, []string{"Origin", "https://evil.example"}},
		{"a page without a site", "/health", 403, []string{"Origin", "null"}},
		{"a page of another site, no origin", "/health", 403, []string{"Sec-Fetch-Site", "cross-site"}},
		{"a page of a friend", "/health", 200, []string{"Origin", "https://friend.example"}},
		{"a page of ours", "/health", 200, []string{"Host", "models.example", "Origin", "http://models.example"}},
	} {
		status, _ := send(t, http.MethodGet, h.URL+c.path, "", c.headers...)
		require.Equal(t, c.status, status, c.name)
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded"} {
		status, data := send(t, http.MethodPost, h.URL+"/tokenize", `{"content": "a"}`, "Authorization", "Bearer secret", "Content-Type", kind)
		require.Equal(t, http.StatusUnsupportedMediaType, status)
		require.Contains(t, data, "Content-Type")
	}
	status, _ := send(t, http.MethodOptions, h.URL+"/v1/completions", "", "Origin", "https://friend.example")
	require.Equal(t, http.StatusNoContent, status)
	status, _ = send(t, http.MethodOptions, h.URL+"/v1/completions", "", "Origin", "https://evil.example")
	require.Equal(t, http.StatusForbidden, status)
	status, data := post(t, h.URL+"/tokenize", `{"content": "a"}`, "Authorization", "Bearer secret", "Content-Encoding", "gzip")
	require.Equal(t, http.StatusUnsupportedMediaType, status)
	require.Contains(t, data, "Content-Encoding")

	a, err := http.Get(h.URL + "/health")
	require.NoError(t, err)
	a.Body.Close()
	require.Equal(t, "nosniff", a.Header.Get("X-Content-Type-Options"))
	require.Equal(t, "default-src 'self'", a.Header.Get("Content-Security-Policy"))
	require.Empty(t, a.Header.Get("Access-Control-Allow-Origin"))
	for asked, allowed := range map[string]string{"": "Authorization, Content-Type", "content-type,x-stainless-os": "content-type,x-stainless-os"} {
		r := httptest.NewRequest(http.MethodOptions, "http://localhost/v1/completions", nil)
		r.Header.Set("Origin", "https://friend.example")
		r.Header.Set("Access-Control-Request-Headers", asked)
		w := httptest.NewRecorder()
		h.Config.Handler.ServeHTTP(w, r)
		require.Equal(t, http.StatusNoContent, w.Code)
		require.Equal(t, allowed, w.Header().Get("Access-Control-Allow-Headers"))
		require.Equal(t, []string{"Origin", "Access-Control-Request-Headers"}, w.Header().Values("Vary"))
	}
}

// With all places taken and the queue full, a request is refused. A client that leaves makes room, in
// work and in the queue.
func TestOverload(t *testing.T) {
	s, h := start(t, Options{Limits: Limits{Requests: 1, Queue: 1}})
	begin := func(ctx context.Context) (*http.Response, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL+"/v1/completions", strings.NewReader(`{"prompt": "the boy", "max_tokens": 60000, "stream": true}`))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/json")
		return http.DefaultClient.Do(r)
	}
	ctx, leave := context.WithCancel(context.Background())
	long, err := begin(ctx)
	require.NoError(t, err)
	defer long.Body.Close()
	_, err = long.Body.Read(make([]byte, 1))
	require.NoError(t, err)

	var wait sync.WaitGroup
	queued, leaveQueue := context.WithCancel(context.Background())
	wait.Go(func() {
		_, err := begin(queued)
		assert.ErrorIs(t, err, context.Canceled)
	})
	require.Eventually(t, func() bool { return s.waiting() == 1 }, 10*time.Second, time.Millisecond)
	leaveQueue()
	require.Eventually(t, func() bool { return s.waiting() == 0 }, 10*time.Second, time.Millisecond)
	wait.Wait()
	wait.Go(func() {
		status, _ := post(t, h.URL+"/tokenize", `{"content": "a boy"}`)
		assert.Equal(t, http.StatusOK, status)
	})
	require.Eventually(t, func() bool { return s.waiting() == 1 }, 10*time.Second, time.Millisecond)
	status, data := post(t, h.URL+"/tokenize", `{"content": "a boy"}`)
	require.Equal(t, http.StatusTooManyRequests, status, data)
	status, _ = send(t, http.MethodGet, h.URL+"/health", "")
	require.Equal(t, http.StatusOK, status, "which waits for nobody")
	leave()
	wait.Wait()
	require.Eventually(t, func() bool { return s.models[0].opened.Load().Load() == gorgpt.Load{} }, 10*time.Second, time.Millisecond)
}

func TestTimeout(t *testing.T) {
	_, h := start(t, Options{Limits: Limits{Time: 50 * time.Millisecond}})
	status, data := post(t, h.URL+"/v1/completions", `{"prompt": "the boy", "max_tokens": 60000}`)
	require.Equal(t, http.StatusGatewayTimeout, status, data)
	_, data = post(t, h.URL+"/v1/completions", `{"prompt": "the boy", "max_tokens": 60000, "stream": true}`)
	require.Contains(t, data, "took too long")
	require.NotContains(t, data, "[DONE]")
}

// A path says which methods it has.
func TestMethods(t *testing.T) {
	_, h := start(t, Options{})
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"HEAD", "/health", 200, ""},
		{"POST", "/health", 405, "GET, HEAD, OPTIONS"},
		{"DELETE", "/predict", 405, "POST, OPTIONS"},
		{"POST", "/nothing", 404, ""},
		{"HEAD", "/predict", 405, "POST, OPTIONS"},
		{"OPTIONS", "/predict", 204, "POST, OPTIONS"},
		{"OPTIONS", "/nothing", 404, ""},
	} {
		r := httptest.NewRequest(c.method, "http://localhost"+c.path, nil)
		w := httptest.NewRecorder()
		h.Config.Handler.ServeHTTP(w, r)
		require.Equal(t, c.status, w.Code, c)
		require.Equal(t, c.allow, w.Header().Get("Allow"), c)
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	}
}

// Bytes that no library of a client sends.
func TestConnections(t *testing.T) {
	_, h := start(t, Options{Limits: Limits{Body: 4000}})
	body := `{"content": "a boy"}`
	head := "POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	get := "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
	for name, c := range map[string]struct{ request, answer, part string }{
		"HTTP/1.0 without Host":       {"GET /health HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK", `{"status":"ok"}`},
		"HTTP/1.1 without Host":       {"GET /health HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request", "Host"},
		"a URL of another host":       {"GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 421 Misdirected Request", "evil.example"},
		"a path to be cleaned":        {"GET //health HTTP/1.1\r\nHost: evil.example\r\n\r\n", "HTTP/1.1 421 Misdirected Request", "evil.example"},
		"several requests at once":    {get + get + get, "HTTP/1.1 200 OK", `{"status":"ok"}`},
		"chunks":                      {head + "Transfer-Encoding: chunked\r\n\r\n14\r\n" + body + "\r\n0\r\n\r\n", "HTTP/1.1 200 OK", `{"tokens":[`},
		"chunks beyond the limit":     {head + "Transfer-Encoding: chunked\r\n\r\n1388\r\n" + strings.Repeat(" ", 5000) + "\r\n0\r\n\r\n", "HTTP/1.1 413 Request Entity Too Large", "more than 4000 bytes"},
		"a chunk without a size":      {head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 400 Bad Request", "read to its end"},
		"a body that ends early":      {head + "Content-Length: 100\r\n\r\n" + body, "HTTP/1.1 400 Bad Request", "read to its end"},
		"two lengths":                 {head + "Content-Length: 20\r\nContent-Length: 2\r\n\r\n" + body, "HTTP/1.1 400 Bad Request", ""},
		"a length beyond the limit":   {head + "Content-Length: 2147483648\r\n\r\n", "HTTP/1.1 413 Request Entity Too Large", "more than 4000 bytes"},
		"a client that waits":         {head + "Expect: 100-continue\r\nContent-Length: 20\r\n\r\n" + body, "HTTP/1.1 100 Continue", `{"tokens":[`},
		"a client that waits in vain": {head + "Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n", "HTTP/1.1 413 Request Entity Too Large", ""},
		"a tunnel":                    {"CONNECT localhost HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 404 Not Found", "no path"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", h.Listener.Addr().String())
			require.NoError(t, err)
			defer conn.Close()
			require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
			go func() { _, _ = io.WriteString(conn, c.request); _ = conn.(*net.TCPConn).CloseWrite() }() // the server may close first
			answer, _ := io.ReadAll(conn)
			require.True(t, strings.HasPrefix(string(answer), c.answer), "%s", answer)
			require.Contains(t, string(answer), c.part)
		})
	}
}

// A client that sends its body slowly keeps nobody from being answered.
func TestSlowBodies(t *testing.T) {
	s, h := start(t, Options{Limits: Limits{Requests: 1, Queue: 3}})
	for range 3 {
		conn, err := net.Dial("tcp", h.Listener.Addr().String())
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, "POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { return s.waiting() == 3 }, 10*time.Second, time.Millisecond)
	status, data := post(t, h.URL+"/tokenize", `{"content": "a boy"}`)
	require.Equal(t, http.StatusOK, status, data)
}

// A handler that fails after the beginning of its answer, as when the client has left, adds nothing to it.
func TestFailureAfterTheBeginning(t *testing.T) {
	s, _ := start(t, Options{})
	for begun, want := range map[string]int{"": http.StatusInternalServerError, "half of": http.StatusOK} {
		h := s.counted("GET /health", s.guarded("GET /health", func(w http.ResponseWriter, _ *http.Request) error {
			if begun != "" {
				_, _ = w.Write([]byte(begun))
			}
			return errors.New("the rest cannot be written")
		}))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/health", nil))
		require.Equal(t, want, w.Code)
		if begun != "" {
			require.Equal(t, begun, w.Body.String())
		}
	}
}

// stalled is the connection of a client that does not read.
type stalled struct {
	*httptest.ResponseRecorder
	net.Conn
}

func (s stalled) Write(data []byte) (int, error) { return s.Conn.Write(data) }

// A client that does not read its stream keeps nobody from being answered, and its request ends in time.
func TestAClientThatDoesNotRead(t *testing.T) {
	s, h := start(t, Options{Limits: Limits{Time: 2 * time.Second}})
	conn, client := net.Pipe()
	defer client.Close()
	r := httptest.NewRequest(http.MethodPost, "http://localhost/v1/completions", strings.NewReader(`{"prompt": "the boy", "n": 32, "max_tokens": 2000, "stream": true}`))
	r.Header.Set("Content-Type", "application/json")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.ServeHTTP(stalled{httptest.NewRecorder(), conn}, r)
	}()
	require.Eventually(t, func() bool { return s.models[0].opened.Load().Load().Writing == 32 }, 10*time.Second, time.Millisecond, "all places")
	for range 3 {
		require.NotEmpty(t, complete(t, h.URL, `{"prompt": "the girl", "max_tokens": 20}`).Choices[0].Text)
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		require.Fail(t, "it has not ended")
	}
}

// Who waits for an answer that somebody computes, or for a model that somebody opens, waits no longer than a request may take. Answers
// that are there are given meanwhile.
func TestWaitingForOthers(t *testing.T) {
	s, h := start(t, Options{Limits: Limits{Time: 500 * time.Millisecond}})
	_, figure := post(t, h.URL+"/figure", `{}`)
	s.models[0].kept.computing <- struct{}{}
	s.models[1].opening <- struct{}{}
	for _, c := range []struct {
		path, body string
		status     int
	}{
		{"/positions", `{}`, 504},
		{"/graph", `{}`, 504},
		{"/figure", `{}`, 200},
		{"/tokenize", `{"model": "base", "content": "a"}`, 504},
		{"/tokenize", `{"content": "a"}`, 200},
	} {
		status, data := post(t, h.URL+c.path, c.body)
		require.Equal(t, c.status, status, "%s: %s", c.path, data)
		if c.path == "/figure" {
			require.Equal(t, figure, data)
		}
	}
	<-s.models[0].kept.computing
	<-s.models[1].opening
	for path, body := range map[string]string{"/positions": `{}`, "/tokenize": `{"model": "base", "content": "a"}`} {
		status, data := post(t, h.URL+path, body)
		require.Equal(t, http.StatusOK, status, data)
	}
}
