package serve

import (
	_ "embed"
	"fmt"
	"net/http"
	"strings"
	"time"

	"gorgpt/tokenizer"
)

//go:embed openapi.json
var description []byte

// openAPI answers GET /openapi.json.
func (s *Server) openAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(description)
	return err
}

// health answers GET /health.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) error {
	if !s.ready.Load() {
		return &problem{http.StatusServiceUnavailable, "loading", "", "the models are being opened"}
	}
	return writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// listModels answers GET /v1/models.
func (s *Server) listModels(w http.ResponseWriter, _ *http.Request) error {
	data := []map[string]any{}
	for _, e := range s.models {
		one := map[string]any{"id": e.Name, "object": "model", "created": s.started.Unix(), "owned_by": "gorgpt"}
		if m := e.opened.Load(); m != nil {
			meta := map[string]any{"n_ctx_train": m.Context(), "n_params": m.Parameters()}
			if tok, err := m.Tokenizer(); err == nil {
				meta["n_vocab"] = tok.Size()
			}
			one["meta"] = meta
		}
		data = append(data, one)
	}
	return writeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": data})
}

// info answers GET /info.
func (s *Server) info(w http.ResponseWriter, _ *http.Request) error {
	models := []map[string]any{}
	for _, e := range s.models {
		one := map[string]any{"model_id": e.Name, "open": false}
		if m := e.opened.Load(); m != nil {
			one["open"], one["max_input_length"], one["task"], one["labels"] = true, m.Context(), m.Task(), m.Labels()
			one["texts"], one["answers"] = inputsOf(m)
			one["graphs"] = m.Graphs()
		}
		models = append(models, one)
	}
	return writeJSON(w, http.StatusOK, map[string]any{
		"models": models, "runs": s.runs != nil, "uptime_s": int(time.Since(s.started).Seconds()),
		"limits": map[string]any{
			"body_bytes": s.o.Limits.Body, "max_client_batch_size": s.o.Limits.Inputs, "tokens": s.o.Limits.Tokens,
			"max_concurrent_requests": s.o.Limits.Requests, "queue": s.o.Limits.Queue, "time_s": s.o.Limits.Time.Seconds(),
		},
	})
}

// piece is a token of a text.
type piece struct {
	ID    int32  `json:"id"`
	Piece string `json:"piece"`
}

// tokenizer returns the tokenizer of the model that a request names.
func (s *Server) tokenizer(r *http.Request, model string) (*tokenizer.Tokenizer, error) {
	_, m, err := s.use(r, model)
	if err != nil {
		return nil, err
	}
	return m.Tokenizer()
}

// tokenize answers POST /tokenize.
func (s *Server) tokenize(w http.ResponseWriter, r *http.Request) error {
	var req struct {
		Model      string `json:"model"`
		Content    string `json:"content"`
		WithPieces bool   `json:"with_pieces"`
	}
	if err := read(r, &req); err != nil {
		return err
	}
	tok, err := s.tokenizer(r, req.Model)
	if err != nil {
		return err
	}
	ids := tok.Encode(req.Content)
	recordOf(r).read = len(ids)
	if !req.WithPieces {
		return writeJSON(w, http.StatusOK, map[string]any{"tokens": append([]int32{}, ids...)})
	}
	pieces := []piece{}
	for _, id := range ids {
		token, _ := tok.Token(id)
		pieces = append(pieces, piece{id, token})
	}
	return writeJSON(w, http.StatusOK, map[string]any{"tokens": pieces})
}

// detokenize answers POST /detokenize.
func (s *Server) detokenize(w http.ResponseWriter, r *http.Request) error {
	var req struct {
		Model  string   `json:"model"`
		Tokens tokenIDs `json:"tokens"`
	}
	if err := read(r, &req); err != nil {
		return err
	}
	tok, err := s.tokenizer(r, req.Model)
	if err != nil {
		return err
	}
	for _, id := range req.Tokens {
		if _, found := tok.Token(id); !found {
			return invalid("tokens", fmt.Sprintf("%d is not a token: ids are from 0 to %d", id, tok.Size()-1))
		}
	}
	return writeJSON(w, http.StatusOK, map[string]any{"content": strings.TrimSuffix(tok.Decode(req.Tokens), " ")})
}
