package serve

import (
	"net/http"
	"sync"
	"sync/atomic"

	"gorgpt"
)

// Named is a model that requests may name. A Named is safe for concurrent use as long as nothing
// changes it.
type Named struct {
	Name  string
	Dir   string
	Lazy  bool         // it is opened by the first request that needs it
	Dtype gorgpt.Dtype // see [gorgpt.Compute]
}

// entry is a model and how it is opened.
type entry struct {
	Named
	observe func(gorgpt.Batch)

	opening sync.Mutex
	opened  atomic.Pointer[gorgpt.Model] // nil: not yet

	kept kept
}

// open returns the model, which it opens if nobody has.
func (e *entry) open() (*gorgpt.Model, error) {
	if m := e.opened.Load(); m != nil {
		return m, nil
	}
	e.opening.Lock()
	defer e.opening.Unlock()
	if m := e.opened.Load(); m != nil { // meanwhile
		return m, nil
	}
	m, err := gorgpt.Open(e.Dir, gorgpt.Compute(e.Dtype), gorgpt.CutLong(), gorgpt.Observe(e.observe))
	if err != nil {
		return nil, err
	}
	e.opened.Store(m)
	return m, nil
}

func (s *Server) named(name string) *entry {
	for _, e := range s.models {
		if e.Name == name {
			return e
		}
	}
	return nil
}

// use returns the model that a request names, "" for the first one, and notes it in the record.
func (s *Server) use(r *http.Request, name string) (*entry, *gorgpt.Model, error) {
	if len(s.models) == 0 {
		return nil, nil, &problem{http.StatusNotFound, "model_not_found", "model", "the server has no model: it only shows runs"}
	}
	e := s.models[0]
	if name != "" {
		if e = s.named(name); e == nil {
			return nil, nil, &problem{http.StatusNotFound, "model_not_found", "model", "there is no model " + quoted(name) + ": /v1/models lists them"}
		}
	}
	recordOf(r).model = e.Name
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
