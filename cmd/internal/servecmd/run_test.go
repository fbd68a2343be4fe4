package servecmd

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// command is a command that answers requests.
type command struct {
	url    string
	lines  *bufio.Scanner // what it prints
	errs   log
	status chan int
}

// log is what the command writes on standard error. A handshake that fails may be logged after the end.
type log struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// begin runs the command with the test model until it says that it is ready.
func begin(t *testing.T, args ...string) *command {
	t.Helper()
	r, w := io.Pipe()
	c := &command{lines: bufio.NewScanner(r), status: make(chan int, 1)}
	go func() {
		c.status <- Run(append([]string{"-model", "mood=" + model, "-addr", "127.0.0.1:0"}, args...), nil, w, &c.errs)
		w.Close()
	}()
	require.True(t, c.lines.Scan())
	url, found := strings.CutPrefix(c.lines.Text(), "listening on ")
	require.True(t, found)
	require.True(t, c.lines.Scan())
	require.Equal(t, "the models are open", c.lines.Text())
	c.url = url
	return c
}

// terminate sends SIGTERM to the process.
func terminate(t *testing.T) {
	t.Helper()
	self, err := os.FindProcess(os.Getpid())
	require.NoError(t, err)
	require.NoError(t, self.Signal(syscall.SIGTERM))
}

// end waits for the end of the command, and returns its status.
func (c *command) end(t *testing.T) int {
	t.Helper()
	require.False(t, c.lines.Scan(), "it prints no more")
	return <-c.status
}

// long begins a completion that takes long, as a stream.
func (c *command) long(t *testing.T, tokens string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, c.url+"/v1/completions",
		strings.NewReader(`{"model": "mood", "prompt": "the boy", "max_tokens": `+tokens+`, "stream": true}`))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer secret")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { answer.Body.Close() })
	require.Equal(t, http.StatusOK, answer.StatusCode)
	return answer
}

// The command answers until a signal, and then finishes requests in progress.
func TestServe(t *testing.T) {
	t.Setenv(keyVariable, "secret")
	c := begin(t)
	answer := c.long(t, "3000")
	terminate(t)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(string(body), "data: [DONE]\n\n"), "a request in progress ends")
	require.Zero(t, c.end(t), c.errs.String())
	_, err = http.Get(c.url + "/health")
	require.Error(t, err)
}

// A request that takes longer than -grace is cut off, which the status tells.
func TestGrace(t *testing.T) {
	c := begin(t, "-grace", "50ms")
	answer := c.long(t, "60000")
	terminate(t)
	_, err := io.ReadAll(answer.Body)
	require.Error(t, err)
	require.Equal(t, 1, c.end(t))
	require.Contains(t, c.errs.String(), "serve: requests were still in progress after 50ms, and were cut off: a longer -grace lets them end\n")
}

// Memory is that of GOMEMLIMIT.
func TestMemoryLimit(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(1))
	status, stdout, stderr := run("-model", "mood="+model, "-addr", "127.0.0.1:0")
	require.Equal(t, 1, status)
	require.NotContains(t, stdout, "the models are open")
	require.Contains(t, stderr, "serve: model mood: ")
	require.Contains(t, stderr, "MB of memory, and 0 MB are free")
}

func TestAddressInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	status, stdout, stderr := run("-model", model, "-addr", taken.Addr().String())
	require.Equal(t, 1, status)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "serve: -addr: ")
}

// certificate writes a certificate for this machine and its key to files.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, secret.Public(), secret)
	require.NoError(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(secret)
	require.NoError(t, err)
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), 0o600))
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return cert, key, pool
}

func TestTLS(t *testing.T) {
	cert, key, pool := certificate(t)
	other, otherKey, _ := certificate(t)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"key alone":          {[]string{"-key", key}, "-cert and -key belong together"},
		"certificate alone":  {[]string{"-cert", cert}, "-cert and -key belong together"},
		"another key":        {[]string{"-cert", cert, "-key", otherKey}, "private key does not match public key"},
		"another's pair":     {[]string{"-cert", other, "-key", key}, "private key does not match public key"},
		"no such file":       {[]string{"-cert", cert, "-key", "no/such.pem"}, "no/such.pem: no such file"},
		"exchanged":          {[]string{"-cert", key, "-key", cert}, "-cert " + key + ", -key " + cert + ": tls: failed to find certificate PEM data"},
		"not in PEM":         {[]string{"-cert", "main.go", "-key", key}, "failed to find any PEM data"},
		"a folder, not file": {[]string{"-cert", t.TempDir(), "-key", key}, "is a directory"},
	} {
		status, stdout, stderr := run(append([]string{"-model", model, "-addr", "127.0.0.1:0"}, c.args...)...)
		require.Equal(t, 2, status, name)
		require.Empty(t, stdout, name)
		require.Contains(t, stderr, c.want, name)
	}

	c := begin(t, "-cert", cert, "-key", key)
	require.True(t, strings.HasPrefix(c.url, "https://"), c.url)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
	answer, err := client.Get(c.url + "/health")
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Equal(t, 2, answer.ProtoMajor)
	_, err = http.Get(c.url + "/health")
	require.ErrorContains(t, err, "certificate")
	client.CloseIdleConnections()
	terminate(t)
	require.Zero(t, c.end(t), c.errs.String())
}
