package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"gorgpt"
	"gorgpt/graph/draw"
)

// kept are answers that depend on a model alone, so that they are computed once. A kept is safe for concurrent use.
type kept struct {
	computing chan struct{} // holds a value while somebody computes

	mu      sync.Mutex
	answers map[string][]byte
}

// get returns an answer, which it makes if nobody has. Calls that compute wait for each other, until ctx ends.
func (k *kept) get(ctx context.Context, name string, compute func() ([]byte, error)) ([]byte, error) {
	if data, found := k.find(name); found {
		return data, nil
	}
	select {
	case k.computing <- struct{}{}:
		defer func() { <-k.computing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if data, found := k.find(name); found { // meanwhile
		return data, nil
	}
	data, err := compute()
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.answers[name] = data
	return data, nil
}

func (k *kept) find(name string) (data []byte, found bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	data, found = k.answers[name]
	return data, found
}

// aboutModel answers a request about a model that has no other field.
func (s *Server) aboutModel(name, mediaType string, compute func(name string, m *gorgpt.Model) ([]byte, error)) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		var req struct {
			Model string `json:"model"`
		}
		if err := read(r, &req); err != nil {
			return err
		}
		e, m, err := s.use(r, req.Model)
		if err != nil {
			return err
		}
		data, err := e.kept.get(r.Context(), name, func() ([]byte, error) { return compute(e.Name, m) })
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", mediaType)
		_, err = w.Write(data)
		return err
	}
}

// positions is the answer of POST /positions: how alike the embeddings of positions are.
func positions(_ string, m *gorgpt.Model) ([]byte, error) {
	alike, err := m.AlikePositions()
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, `{"positions":%d,"similarity":"%s"}`+"\n", len(alike)/max(1, m.Context()), packed(alike)), nil
}

// figure is the answer of POST /figure: figure 1 of the paper with the sizes of a model.
func figure(name string, m *gorgpt.Model) ([]byte, error) {
	c := m.Config()
	if c.IsLSTM() {
		return nil, invalid("model", "the model "+quoted(name)+" is an LSTM, and the figure shows the paper's Transformer")
	}
	paper := draw.Paper{
		Title:  fmt.Sprintf("GPT-1 as in figure 1 of the paper: %s on a text of up to T = %d tokens", name, c.NCtx),
		Layers: c.NLayer, B: 1, T: c.NCtx, C: c.NEmbd, F: 4 * c.NEmbd, H: c.NHead, V: c.VocabSize,
	}
	var out bytes.Buffer
	err := paper.WriteSVG(&out)
	return out.Bytes(), err
}

// graphRequest is the body of /graph.
type graphRequest struct {
	Model   string `json:"model"`
	Graph   string `json:"graph"`
	Measure bool   `json:"measure"`
}

// measuredRuns is how often a graph is run to measure its time.
const measuredRuns = 3

// graph answers POST /graph: the nodes of a graph of a model, and on request how long they take. Both are found out once.
func (s *Server) graph(w http.ResponseWriter, r *http.Request) error {
	var req graphRequest
	if err := read(r, &req); err != nil {
		return err
	}
	e, m, err := s.use(r, req.Model)
	if err != nil {
		return err
	}
	names := m.Graphs()
	if req.Graph == "" {
		req.Graph = names[0]
	}
	if !slices.Contains(names, req.Graph) {
		return invalid("graph", fmt.Sprintf("the model %s has no graph %s: it must be one of %s", quoted(e.Name), quoted(req.Graph), strings.Join(names, ", ")))
	}
	name, declare := "graph ", m.Graph
	if req.Measure {
		name, declare = "times ", m.RunnableGraph
	}
	data, err := e.kept.get(r.Context(), name+req.Graph, func() ([]byte, error) {
		d, err := declare(req.Graph)
		if err != nil {
			return nil, err
		}
		var times *draw.Times
		if req.Measure {
			if times, err = draw.Measure(r.Context(), draw.Subject{Graph: d.Graph, Fill: d.Fill}, measuredRuns); err != nil {
				return nil, err
			}
		}
		nodes, err := d.Graph.Nodes()
		if err != nil {
			return nil, err
		}
		return json.Marshal(draw.NewData(d.Title, nodes, times))
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(data)
	return err
}
