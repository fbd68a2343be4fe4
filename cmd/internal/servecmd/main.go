// Package servecmd implements gorgpt serve, which answers HTTP requests with models.
//
//	gorgpt serve -model DIR
package servecmd

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/cmd/internal/hubcli"
	"gorgpt/graph"
	"gorgpt/internal/regular"
	"gorgpt/serve"
)

// settings are the settings on the command line.
type settings struct {
	models             []serve.Named
	addr, cert, key    string
	tls                *tls.Config // nil: HTTP
	options            serve.Options
	server             *serve.Server
	grace              time.Duration
	list, dtype        string
	apiKey, apiKeyFile string
	noAuth, lazy       bool
	noPage             bool
	hosts, origins     string
}

// keyVariable is the environment variable of the key.
const keyVariable = "GORGPT_API_KEY"

// Run runs the command with its arguments and standard streams. It returns the exit status.
func Run(args []string, _ io.Reader, out, stderr io.Writer) int {
	stdout := cli.NewOutput(out)
	var s *settings
	parse := func() (err error) {
		s, err = parse(args, stdout, stderr)
		return err
	}
	return cli.Run("serve", stdout, stderr, parse, func(ctx context.Context) error { return s.serve(ctx, stdout, stderr) })
}

// parse reads the command line, and the files of keys that it names.
func parse(args []string, help, log io.Writer) (*settings, error) {
	limits := serve.DefaultLimits()
	s := &settings{addr: "127.0.0.1:8080", grace: 30 * time.Second}
	fs := cli.NewFlags("serve")
	fs.StringVar(&s.list, "model", "", "")
	fs.StringVar(&s.dtype, "dtype", "", "")
	fs.BoolVar(&s.lazy, "lazy", false, "")
	fs.StringVar(&s.addr, "addr", s.addr, "")
	fs.StringVar(&s.apiKey, "api-key", "", "")
	fs.StringVar(&s.apiKeyFile, "api-key-file", "", "")
	fs.BoolVar(&s.noAuth, "no-auth", false, "")
	fs.StringVar(&s.options.Runs, "runs", "", "")
	fs.BoolVar(&s.noPage, "no-page", false, "")
	fs.StringVar(&s.hosts, "hosts", "", "")
	fs.StringVar(&s.origins, "cors-origins", "", "")
	fs.StringVar(&s.cert, "cert", "", "")
	fs.StringVar(&s.key, "key", "", "")
	fs.Int64Var(&limits.Body, "max-body", limits.Body, "")
	fs.IntVar(&limits.Inputs, "max-inputs", limits.Inputs, "")
	fs.IntVar(&limits.Tokens, "max-tokens", limits.Tokens, "")
	fs.IntVar(&limits.Requests, "parallel", limits.Requests, "")
	fs.IntVar(&limits.Queue, "queue", limits.Queue, "")
	fs.DurationVar(&limits.Time, "timeout", limits.Time, "")
	fs.DurationVar(&s.grace, "grace", s.grace, "")
	fs.BoolVar(&s.options.LogText, "log-text", false, "")
	given, err := cli.Parse(fs, args, usage, "folders are named with -model", help)
	if err != nil {
		return nil, err
	}
	s.options.Limits, s.options.Hosts, s.options.Origins, s.options.Page = limits, fields(s.hosts), fields(s.origins), !s.noPage
	if err := given.CheckInts(
		cli.Int{Name: "max-body", Value: int(limits.Body), Least: 1}, cli.Int{Name: "max-inputs", Value: limits.Inputs, Least: 1},
		cli.Int{Name: "max-tokens", Value: limits.Tokens, Least: 1}, cli.Int{Name: "parallel", Value: limits.Requests, Least: 1},
		cli.Int{Name: "queue", Value: limits.Queue, Least: 1},
	); err != nil {
		return nil, err
	}
	switch {
	case limits.Time <= 0 || s.grace < 0:
		return nil, errors.New("-timeout must be above 0, and -grace 0 or more")
	case (s.cert == "") != (s.key == ""):
		return nil, errors.New("-cert and -key belong together: give both, or neither")
	case given.Flag("api-key") && s.apiKey == "", given.Flag("api-key-file") && s.apiKeyFile == "":
		return nil, errors.New("-api-key or -api-key-file is empty: leave it out, or name a key")
	case s.dtype != "" && !slices.Contains(graph.Dtypes(), graph.Dtype(s.dtype)):
		return nil, errors.Errorf("-dtype must be one of %v, not %q", graph.Dtypes(), s.dtype)
	}
	for _, read := range []func() error{s.readModels, s.readKey, s.readCertificate} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	s.options.Log = slog.New(slog.NewTextHandler(log, nil))
	s.server, err = serve.New(s.models, s.options)
	return s, err
}

// fields splits a list with commas.
func fields(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

// readModels reads the list of -model.
func (s *settings) readModels() error {
	for _, one := range fields(s.list) {
		name, dir, named := strings.Cut(one, "=")
		if !named {
			if dir = one; hubcli.Is(one) {
				dir, _, _ = strings.Cut(one, "@")
			}
			absolute, err := filepath.Abs(dir)
			if err != nil {
				return errors.Wrapf(err, "-model %s", one)
			}
			dir, name = one, filepath.Base(absolute)
		}
		if name == "" || dir == "" {
			return errors.Errorf("-model: %q must be a folder, or a name, = and a folder", one)
		}
		if _, err := os.Stat(dir); err != nil && !hubcli.Is(dir) {
			return errors.Wrapf(err, "-model %s", one)
		}
		s.models = append(s.models, serve.Named{Name: name, Dir: dir, Lazy: s.lazy, Dtype: graph.Dtype(s.dtype)})
	}
	if len(s.models) == 0 && s.options.Runs == "" {
		return errors.New("-model is missing: name the folder of a model, or with -runs a folder of runs to watch")
	}
	return nil
}

// readKey finds the key, and refuses to do without one where others can reach the server.
func (s *settings) readKey() error {
	const mostKey = 4096
	variable, set := os.LookupEnv(keyVariable)
	if set && variable == "" {
		return errors.Errorf("%s is empty: unset it, or set it to a key", keyVariable)
	}
	given := 0
	for _, key := range []string{s.apiKey, s.apiKeyFile, variable} {
		if key != "" {
			given++
		}
	}
	if given > 1 {
		return errors.Errorf("there are several keys: give one of -api-key, -api-key-file and %s", keyVariable)
	}
	s.options.Key = s.apiKey + variable
	if s.apiKeyFile != "" {
		data, err := regular.ReadFile(s.apiKeyFile, "key", mostKey)
		if err != nil {
			return errors.Wrap(err, "-api-key-file")
		}
		if s.options.Key = strings.TrimSpace(string(data)); s.options.Key == "" {
			return errors.Errorf("-api-key-file %s is empty", s.apiKeyFile)
		}
	}
	switch {
	case s.noAuth && s.options.Key != "":
		return errors.New("-no-auth contradicts the key: give one of them")
	case s.options.Key == "" && !s.noAuth && !loopback(s.addr):
		return errors.Errorf("-addr %s can be reached from other machines: set a key with %s or -api-key-file, or -no-auth to do without one", s.addr, keyVariable)
	}
	return nil
}

// readCertificate reads the files of -cert and -key.
func (s *settings) readCertificate() error {
	if s.cert == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(s.cert, s.key)
	if err != nil {
		return errors.Wrapf(err, "-cert %s, -key %s", s.cert, s.key)
	}
	s.tls = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	return nil
}

// loopback reports whether only this machine can reach an address.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// fetch downloads the models that are named by the hub.
func (s *settings) fetch(ctx context.Context, stderr io.Writer) (err error) {
	if !slices.ContainsFunc(s.models, func(m serve.Named) bool { return hubcli.Is(m.Dir) }) {
		return nil
	}
	for i := range s.models {
		if s.models[i].Dir, _, err = hubcli.Model(ctx, s.models[i].Dir, hubcli.Listener(stderr)); err != nil {
			return err
		}
	}
	s.server, err = serve.New(s.models, s.options)
	return err
}

// serve answers requests until ctx ends, and then finishes those in progress.
func (s *settings) serve(ctx context.Context, stdout, stderr io.Writer) error {
	if err := s.fetch(ctx, stderr); err != nil {
		return errors.WithMessage(err, "-model")
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.addr)
	if err != nil {
		return errors.Wrap(err, "-addr")
	}
	h := s.server.HTTPServer(s.addr)
	h.ErrorLog = slog.NewLogLogger(s.options.Log.Handler(), slog.LevelWarn)
	scheme, run := "http", func() error { return h.Serve(listener) }
	if h.TLSConfig = s.tls; s.tls != nil {
		scheme, run = "https", func() error { return h.ServeTLS(listener, "", "") }
	}
	fmt.Fprintf(stdout, "listening on %s://%s\n", scheme, listener.Addr())
	serving, loading := make(chan error, 1), make(chan error, 1)
	go func() { serving <- run() }()
	go func() { loading <- s.server.Load(ctx) }()
	if err = wait(ctx, stdout, serving, loading); err == nil {
		err = s.stop(h)
	}
	for _, end := range []func() error{h.Close, s.server.Close} {
		if endErr := end(); err == nil {
			err = endErr
		}
	}
	return err
}

// wait returns nil when ctx ends, or the error that ends serving or loading before.
func wait(ctx context.Context, stdout io.Writer, serving, loading <-chan error) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-serving:
			return err
		case err := <-loading:
			if ctx.Err() != nil { // which ended loading
				return nil
			}
			if err != nil {
				return err
			}
			fmt.Fprintln(stdout, "the models are open")
		}
	}
}

// stop lets requests in progress end for a while.
func (s *settings) stop(h *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.grace)
	defer cancel()
	err := h.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.Errorf("requests were still in progress after %v, and were cut off: a longer -grace lets them end", s.grace)
	}
	return errors.Wrap(err, "stopping")
}
