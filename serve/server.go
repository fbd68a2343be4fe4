package serve

import (
	"context"
	"crypto/sha256"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"

	"gorgpt/serve/page"
	"gorgpt/train/runs"
)

// Server is a handler for all routes. A Server is safe for concurrent use.
type Server struct {
	o       Options
	key     [sha256.Size]byte
	models  []*entry
	routes  map[string]http.Handler // by method and path, as in "GET /health"
	count   *counters
	started time.Time
	runs    *runs.Folder // nil: none are shown

	ready    atomic.Bool   // all models that are not lazy are open
	admitted atomic.Int64  // requests in work, and those that wait or send their bodies
	places   chan struct{} // one is taken by each request in work
}

// New returns a server for models with different names, or for runs alone, or an error for options that
// cannot work. It does not open the models; see [Server.Load].
func New(models []Named, o Options) (*Server, error) {
	if len(models) == 0 && o.Runs == "" {
		return nil, errors.New("there is no model to serve")
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	o.Limits = o.Limits.withDefaults()
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	s := &Server{o: o, key: sha256.Sum256([]byte(o.Key)), started: time.Now(), places: make(chan struct{}, o.Limits.Requests)}
	s.count = newCounters(s)
	for _, m := range models {
		if m.Name == "" {
			return nil, errors.New("a model has no name")
		}
		if s.named(m.Name) != nil {
			return nil, errors.Errorf("two models have the name %q", m.Name)
		}
		s.models = append(s.models, newEntry(m, s.count.batch(m.Name)))
	}
	if o.Runs != "" {
		var err error
		if s.runs, err = runs.Open(o.Runs); err != nil {
			return nil, err
		}
	}
	s.routes = s.handlers()
	return s, nil
}

// Load opens all models that are not lazy. Until then, /health and requests to them answer 503.
func (s *Server) Load(ctx context.Context) error {
	for _, e := range s.models {
		if err := ctx.Err(); err != nil {
			return err
		}
		if e.Lazy {
			continue
		}
		if _, err := e.open(ctx); err != nil {
			return errors.WithMessagef(err, "model %s", e.Name)
		}
	}
	s.ready.Store(true)
	return nil
}

// Close closes the models. Requests that are in work end as if they were open.
func (s *Server) Close() error {
	for _, e := range s.models {
		if m := e.opened.Load(); m != nil {
			_ = m.Close() // it has no error
		}
	}
	if s.runs != nil {
		return s.runs.Close()
	}
	return nil
}

// handlers are all routes and what they do. Paths are compared as they are, without redirects from
// similar ones, so that nothing is answered without the checks.
func (s *Server) handlers() map[string]http.Handler {
	all := map[string]http.Handler{}
	for route, h := range map[string]func(http.ResponseWriter, *http.Request) error{
		"POST /v1/completions": s.completions,
		"GET /v1/models":       s.listModels,
		"POST /predict":        s.predict,
		"POST /rerank":         s.rerank,
		"POST /similarity":     s.similarity,
		"POST /next":           s.next,
		"POST /inspect":        s.inspect,
		"POST /inside":         s.inside,
		"POST /positions":      s.aboutModel("positions", "application/json", positions),
		"POST /figure":         s.aboutModel("figure", "image/svg+xml", figure),
		"POST /graph":          s.graph,
		"POST /tokenize":       s.tokenize,
		"POST /detokenize":     s.detokenize,
		"GET /info":            s.info,
		"GET /runs":            s.listRuns,
		"GET /runs/metrics":    s.runMetrics,
		"GET /runs/report":     s.runReport,
		"GET /health":          s.health,
		"GET /metrics":         s.metrics,
		"GET /openapi.json":    s.openAPI,
		other:                  s.notFound,
	} {
		all[route] = s.counted(route, s.guarded(route, h))
	}
	if s.o.Page {
		all["GET /"] = s.counted(pageRoute, s.guarded(pageRoute, file("index.html")))
		for _, name := range page.Names() {
			all["GET /page/"+name] = s.counted(pageRoute, s.guarded(pageRoute, file(name)))
		}
	}
	return all
}

// other is the route of requests that have none.
const other = "other"

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := r.Method
	if method == http.MethodHead { // an answer whose body net/http leaves out
		method = http.MethodGet
	}
	h, found := s.routes[method+" "+r.URL.Path]
	if !found {
		h = s.routes[other]
	}
	h.ServeHTTP(w, r)
}

// waiting is the number of requests that wait for a place, or send their bodies.
func (s *Server) waiting() int { return max(0, int(s.admitted.Load())-len(s.places)) }

// methods are those of a path, for the header Allow; "" if there is no such path.
func (s *Server) methods(path string) string {
	if s.routes["GET "+path] != nil {
		return "GET, HEAD, OPTIONS"
	}
	if s.routes["POST "+path] != nil {
		return "POST, OPTIONS"
	}
	return ""
}

// notFound says which method a known path wants, or that there is no such path.
func (s *Server) notFound(w http.ResponseWriter, r *http.Request) error {
	if methods := s.methods(r.URL.Path); methods != "" {
		w.Header().Set("Allow", methods)
		return &problem{http.StatusMethodNotAllowed, "method_not_allowed", "", "this path wants another method: " + methods}
	}
	return &problem{http.StatusNotFound, "not_found", "", "there is no path " + quoted(r.URL.Path) + ": /openapi.json describes all"}
}
