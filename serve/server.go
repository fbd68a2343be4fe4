package serve

import (
	"context"
	"crypto/sha256"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"

	"gorgpt"
	"gorgpt/train/runs"
)

// Options of a server. The zero value asks for no key, lets no other site's pages in, logs nothing
// and has the limits of [DefaultLimits]. Options are safe for concurrent use as long as nothing
// changes them.
type Options struct {
	Key     string   // requests must have it as their bearer token; "": none is asked for
	Hosts   []string // names under which the server may be called, beside localhost and IP addresses
	Origins []string // sites whose pages may call it from a browser, as in "https://example.org"
	Log     *slog.Logger
	LogText bool   // texts are logged, too
	Page    bool   // a page for people at /
	Runs    string // a folder whose runs of training can be watched; "": none
	Limits  Limits
}

// Limits bound what clients can ask for. Zero fields have the value in [DefaultLimits].
// Limits are safe for concurrent use as long as nothing changes them.
type Limits struct {
	Body     int64         // bytes of a request
	Inputs   int           // prompts times n, or inputs to predict, of a request
	Tokens   int           // to be written for a request, all texts together
	Requests int           // in work at once; more wait
	Queue    int           // requests that wait; more are refused
	Time     time.Duration // from the arrival of a request to its answer
}

// DefaultLimits returns limits for a machine that is used by a few people.
func DefaultLimits() Limits {
	return Limits{Body: 2 << 20, Inputs: 256, Tokens: 1 << 16, Requests: 128, Queue: 512, Time: 5 * time.Minute}
}

// withDefaults fills in fields that are zero.
func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	if l.Body == 0 {
		l.Body = d.Body
	}
	if l.Inputs == 0 {
		l.Inputs = d.Inputs
	}
	if l.Tokens == 0 {
		l.Tokens = d.Tokens
	}
	if l.Requests == 0 {
		l.Requests = d.Requests
	}
	if l.Queue == 0 {
		l.Queue = d.Queue
	}
	if l.Time == 0 {
		l.Time = d.Time
	}
	return l
}

// Named is a model that requests may name. A Named is safe for concurrent use as long as nothing
// changes it.
type Named struct {
	Name string
	Dir  string
	Lazy bool // it is opened by the first request that needs it

	Dtype gorgpt.Dtype // see [gorgpt.Compute]
}

// Server is a handler for all routes. A Server is safe for concurrent use.
type Server struct {
	o       Options
	key     [sha256.Size]byte
	models  []*entry
	mux     *http.ServeMux
	started time.Time
	ready   atomic.Bool // all models that are not lazy are open
	places  chan struct{}
	waiting atomic.Int64
	count   *counters
	runs    *runs.Folder // nil: none are shown
}

// entry is a model and how it is opened.
type entry struct {
	Named
	observe func(gorgpt.Batch)

	mu    sync.Mutex
	model *gorgpt.Model
}

// New returns a server for models with different names, or for runs alone. It does not open them; see [Server.Load].
func New(models []Named, o Options) (*Server, error) {
	if len(models) == 0 && o.Runs == "" {
		return nil, errors.New("there is no model to serve")
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
		s.models = append(s.models, &entry{Named: m, observe: s.count.batch(m.Name)})
	}
	if o.Runs != "" {
		var err error
		if s.runs, err = runs.Open(o.Runs); err != nil {
			return nil, err
		}
	}
	s.mux = s.routes()
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
		if _, err := e.open(); err != nil {
			return errors.WithMessagef(err, "model %s", e.Name)
		}
	}
	s.ready.Store(true)
	return nil
}

// Close closes the models. Requests that are in work end as if they were open.
func (s *Server) Close() error {
	for _, e := range s.models {
		e.mu.Lock()
		if e.model != nil {
			_ = e.model.Close() // it has no error
		}
		e.mu.Unlock()
	}
	if s.runs != nil {
		return s.runs.Close()
	}
	return nil
}

// open returns the model, which it opens if nobody has.
func (e *entry) open() (*gorgpt.Model, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.model != nil {
		return e.model, nil
	}
	m, err := gorgpt.Open(e.Dir, gorgpt.Compute(e.Dtype), gorgpt.CutLong(), gorgpt.Observe(e.observe))
	if err != nil {
		return nil, err
	}
	e.model = m
	return m, nil
}

// opened returns the model if it is open.
func (e *entry) opened() *gorgpt.Model {
	if !e.mu.TryLock() { // it is being opened
		return nil
	}
	defer e.mu.Unlock()
	return e.model
}

func (s *Server) named(name string) *entry {
	for _, e := range s.models {
		if e.Name == name {
			return e
		}
	}
	return nil
}

// model returns the model that a request names; "" is the first.
func (s *Server) model(name string) (*entry, *gorgpt.Model, error) {
	if len(s.models) == 0 {
		return nil, nil, &problem{http.StatusNotFound, "model_not_found", "model", "the server has no model: it only shows runs"}
	}
	e := s.models[0]
	if name != "" {
		if e = s.named(name); e == nil {
			return nil, nil, &problem{http.StatusNotFound, "model_not_found", "model", "there is no model " + quoted(name) + ": /v1/models lists them"}
		}
	}
	if !e.Lazy && !s.ready.Load() {
		return nil, nil, &problem{http.StatusServiceUnavailable, "loading", "", "the models are being opened: try again soon"}
	}
	m, err := e.open()
	if err != nil {
		s.o.Log.Error("opening a model", "model", e.Name, "error", err)
		return nil, nil, &problem{http.StatusServiceUnavailable, "model_unavailable", "model", "the model " + quoted(e.Name) + " cannot be opened; the server's log says why"}
	}
	return e, m, nil
}

// routes are all routes and what they do.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, h := range map[string]func(http.ResponseWriter, *http.Request) error{
		"POST /v1/completions": s.completions,
		"GET /v1/models":       s.listModels,
		"POST /predict":        s.predict,
		"POST /rerank":         s.rerank,
		"POST /similarity":     s.similarity,
		"POST /next":           s.next,
		"POST /inspect":        s.inspect,
		"POST /tokenize":       s.tokenize,
		"POST /detokenize":     s.detokenize,
		"GET /info":            s.info,
		"GET /runs":            s.listRuns,
		"GET /runs/metrics":    s.runMetrics,
		"GET /runs/report":     s.runReport,
		"GET /health":          s.health,
		"GET /metrics":         s.metrics,
		"GET /openapi.json":    s.openAPI,
	} {
		mux.Handle(pattern, s.counted(pattern, s.guarded(pattern, h)))
	}
	if s.o.Page {
		mux.Handle(pagePattern, s.counted("page", s.guarded(pagePattern, s.page)))
		mux.Handle(pageFiles, s.counted("page", s.guarded(pageFiles, s.page)))
	}
	mux.Handle("/", s.counted("other", s.guarded("other", func(_ http.ResponseWriter, r *http.Request) error {
		return notFound(mux, r)
	})))
	return mux
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }
