package serve

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"gorgpt"
)

// counters are what /metrics tells.
type counters struct {
	registry        *prometheus.Registry
	handler         http.Handler
	requests        *prometheus.CounterVec
	seconds         *prometheus.HistogramVec
	read, written   *prometheus.CounterVec
	first           *prometheus.HistogramVec
	batches, tokens *prometheus.HistogramVec
	computing       *prometheus.HistogramVec
}

// newCounters returns counters of a server.
func newCounters(s *Server) *counters {
	c := &counters{registry: prometheus.NewRegistry()}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gorgpt_" + name, Help: help}, labels)
		c.registry.MustRegister(v)
		return v
	}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "gorgpt_" + name, Help: help, Buckets: buckets}, labels)
		c.registry.MustRegister(v)
		return v
	}
	gauge := func(name, help string, f func() float64) {
		c.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "gorgpt_" + name, Help: help}, f))
	}
	seconds, powers := prometheus.ExponentialBuckets(0.001, 2, 18), prometheus.ExponentialBuckets(1, 2, 10)
	c.requests = counter("requests_total", "Requests by route and status; 499: the client left.", "route", "status")
	c.seconds = histogram("request_seconds", "Time from a request to the end of its answer.", seconds, "route")
	c.read = counter("tokens_read_total", "Tokens of prompts.", "model")
	c.written = counter("tokens_written_total", "Tokens that were written.", "model")
	c.first = histogram("first_token_seconds", "Time from a request for a completion to its first token.", seconds, "model")
	c.batches = histogram("batch_size", "Texts or inputs that were computed together.", powers, "model", "work")
	c.tokens = histogram("batch_tokens", "Tokens that were read for a batch.", prometheus.ExponentialBuckets(1, 2, 12), "model", "work")
	c.computing = histogram("batch_seconds", "Time that a batch took.", seconds, "model", "work")
	gauge("requests_waiting", "Requests that wait for a place, or send their bodies.", func() float64 { return float64(s.waiting()) })
	gauge("requests_running", "Requests in progress.", func() float64 { return float64(len(s.places)) })
	load := func(of func(gorgpt.Load) int) func() float64 {
		return func() float64 {
			n := 0
			for _, e := range s.models {
				if m := e.opened.Load(); m != nil {
					n += of(m.Load())
				}
			}
			return float64(n)
		}
	}
	gauge("texts_writing", "Texts in the batches that write.", load(func(l gorgpt.Load) int { return l.Writing }))
	gauge("texts_waiting", "Texts that wait for a place in a batch.", load(func(l gorgpt.Load) int { return l.WaitingToWrite }))
	gauge("inputs_waiting", "Inputs that wait to be predicted.", load(func(l gorgpt.Load) int { return l.WaitingToPredict }))
	c.handler = promhttp.HandlerFor(c.registry, promhttp.HandlerOpts{})
	return c
}

// batch returns a function that counts the batches of a model.
func (c *counters) batch(model string) func(gorgpt.Batch) {
	return func(b gorgpt.Batch) {
		work := "predict"
		if b.Writes {
			work = "write"
		}
		c.batches.WithLabelValues(model, work).Observe(float64(b.Inputs))
		c.tokens.WithLabelValues(model, work).Observe(float64(b.Tokens))
		c.computing.WithLabelValues(model, work).Observe(b.Took.Seconds())
	}
}

// request counts a request that is over.
func (c *counters) request(route string, status int, rec *record, took time.Duration) {
	c.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	c.seconds.WithLabelValues(route).Observe(took.Seconds())
	if rec.model != "" {
		c.read.WithLabelValues(rec.model).Add(float64(rec.read))
		c.written.WithLabelValues(rec.model).Add(float64(rec.written))
	}
}

func (s *Server) metrics(w http.ResponseWriter, r *http.Request) error {
	s.count.handler.ServeHTTP(w, r)
	return nil
}
