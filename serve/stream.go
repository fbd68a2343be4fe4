package serve

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/pkg/errors"
	"golang.org/x/sync/errgroup"
)

// streamTo answers with a stream of events, one for each piece of each text.
func (c *completion) streamTo(w http.ResponseWriter, r *http.Request, rec *record) error {
	events := &events{w: w, control: http.NewResponseController(w)}
	if end, limited := r.Context().Deadline(); limited { // which does not end the writing to a client that has stopped reading
		_ = events.control.SetWriteDeadline(end.Add(lastWords)) // there is none in tests without a connection
	}
	group, ctx := errgroup.WithContext(r.Context())
	for i := range len(c.prompts) * c.n {
		group.Go(caught(func() error {
			reason, err := c.write(ctx, i, func(p part) error {
				events.mu.Lock()
				rec.written += p.written
				events.mu.Unlock()
				if p.text == "" && len(p.logProbs.Tokens) == 0 && len(p.ids) == 0 {
					return nil
				}
				one := choice{Text: p.text, Index: i, TokenIDs: p.ids}
				if c.logProbs >= 0 {
					one.LogProbs = p.logProbs
				}
				return events.send(c.object([]choice{one}, nil))
			})
			if err != nil {
				return err
			}
			return events.send(c.object([]choice{{Index: i, FinishReason: &reason}}, nil))
		}))
	}
	err := group.Wait()
	if err == nil && c.withUsage {
		err = events.send(c.object([]choice{}, c.usage(rec.written)))
	}
	switch {
	case err == nil:
		return events.raw("[DONE]")
	case events.begun:
		_ = events.send(problemOf(err).body()) // the client may be gone
	}
	return err
}

// lastWords is how long a stream may take to say that the time of its request is over.
const lastWords = time.Second

// events are server-sent events.
type events struct {
	mu      sync.Mutex
	w       http.ResponseWriter
	control *http.ResponseController
	begun   bool
}

// send sends one event.
func (e *events) send(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return errors.Wrap(err, "sending an event")
	}
	return e.raw(string(data))
}

func (e *events) raw(data string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.begun {
		e.begun = true
		e.w.Header().Set("Content-Type", "text/event-stream")
		e.w.WriteHeader(http.StatusOK)
	}
	if _, err := e.w.Write([]byte("data: " + data + "\n\n")); err != nil {
		return err
	}
	return e.control.Flush()
}
