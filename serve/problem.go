package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/pkg/errors"

	"gorgpt"
	"gorgpt/generate"
)

// problem is an error that a client learns of, with the status of the answer.
type problem struct {
	status  int
	code    string
	param   string // the field that is wrong; "": none
	message string
}

func (p *problem) Error() string { return p.message }

// invalid is the problem of a field with a wrong value.
func invalid(param, message string) *problem {
	return &problem{http.StatusUnprocessableEntity, "invalid_value", param, message}
}

// problemOf turns an error of a model into a problem. An error that no client can have caused has no
// details.
func problemOf(err error) *problem {
	var p *problem
	var memory *gorgpt.MemoryError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &large):
		return &problem{http.StatusRequestEntityTooLarge, "body_too_large", "", "the body has more than " + strconv.FormatInt(large.Limit, 10) + " bytes"}
	case errors.Is(err, context.DeadlineExceeded):
		return &problem{http.StatusGatewayTimeout, "timeout", "", "the request took too long: ask for less at a time"}
	case errors.As(err, &memory):
		return &problem{http.StatusServiceUnavailable, "out_of_memory", "", "the server has too little memory for this now"}
	case errors.Is(err, generate.ErrLSTM):
		return invalid("model", err.Error())
	case errors.Is(err, gorgpt.ErrClosed):
		return &problem{http.StatusServiceUnavailable, "stopping", "", "the server is stopping"}
	}
	return &problem{http.StatusInternalServerError, "internal", "", "the server made a mistake; its log has the error"}
}

// kind is the type of the error in OpenAI's terms.
func (p *problem) kind() string {
	switch {
	case p.status == http.StatusUnauthorized:
		return "authentication_error"
	case p.status == http.StatusTooManyRequests:
		return "rate_limit_error"
	case p.status >= http.StatusInternalServerError:
		return "server_error"
	}
	return "invalid_request_error"
}

// body is the answer in OpenAI's shape.
func (p *problem) body() any {
	var param any
	if p.param != "" {
		param = p.param
	}
	return map[string]any{"error": map[string]any{"message": p.message, "type": p.kind(), "param": param, "code": p.code}}
}

// write answers with the problem.
func (p *problem) write(w http.ResponseWriter) {
	switch p.status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	_ = writeJSON(w, p.status, p.body()) // the client may be gone
}

func writeJSON(w http.ResponseWriter, status int, body any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return errors.Wrap(err, "writing an answer")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err = w.Write(append(data, '\n'))
	return err
}

// quoted quotes at most some characters of a text of a client.
func quoted(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}
