package serve

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/pkg/errors"

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

	opening chan struct{}                // holds a value while somebody opens the model
	opened  atomic.Pointer[gorgpt.Model] // nil: not yet

	kept kept
}

func newEntry(m Named, observe func(gorgpt.Batch)) *entry {
	return &entry{
		Named: m, observe: observe, opening: make(chan struct{}, 1),
		kept: kept{computing: make(chan struct{}, 1), answers: map[string][]byte{}},
	}
}

// open returns the model, which it opens if nobody has. Calls that open it wait for each other, until ctx ends.
func (e *entry) open(ctx context.Context) (*gorgpt.Model, error) {
	if m := e.opened.Load(); m != nil {
		return m, nil
	}
	select {
	case e.opening <- struct{}{}:
		defer func() { <-e.opening }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
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
	m, err := e.open(r.Context())
	switch {
	case err == nil:
		return e, m, nil
	case errors.Is(err, r.Context().Err()):
		return nil, nil, err
	}
	s.o.Log.Error("opening a model", "model", e.Name, "error", err)
	return nil, nil, &problem{http.StatusServiceUnavailable, "model_unavailable", "model", "the model " + quoted(e.Name) + " cannot be opened; the server's log says why"}
}
