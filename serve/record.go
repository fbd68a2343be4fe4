package serve

import (
	"context"
	"net/http"
	"time"
)

// record is what the log and the counters say of a request. Its handler fills it in.
type record struct {
	model   string
	read    int // tokens of prompts, or inputs
	written int // tokens
	text    string
	problem string // the code of what went wrong; "": nothing
}

type recordKey struct{}

// recordOf returns the record of a request.
func recordOf(r *http.Request) *record {
	if rec, ok := r.Context().Value(recordKey{}).(*record); ok {
		return rec
	}
	return &record{}
}

// answer notes the status that a handler writes.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(data []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(data)
}

// Unwrap lets http.ResponseController flush.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// counted logs and counts requests.
func (s *Server) counted(route string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, rec, a := time.Now(), &record{}, &answer{ResponseWriter: w}
		h.ServeHTTP(a, r.WithContext(context.WithValue(r.Context(), recordKey{}, rec)))
		took := time.Since(start)
		if a.status == 0 {
			a.status = statusGone
		}
		s.count.request(route, a.status, rec, took)
		attributes := []any{"method", r.Method, "path", r.URL.Path, "status", a.status, "ms", took.Milliseconds(), "from", r.RemoteAddr}
		if rec.problem != "" {
			attributes = append(attributes, "problem", rec.problem)
		}
		if rec.model != "" {
			attributes = append(attributes, "model", rec.model, "read", rec.read, "written", rec.written)
		}
		if s.o.LogText && rec.text != "" {
			attributes = append(attributes, "text", rec.text)
		}
		s.o.Log.Info("request", attributes...)
	})
}

// statusGone stands for a client that left before it had an answer, as in nginx.
const statusGone = 499
