package serve_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"gorgpt/serve"
)

// ExampleNew serves a classifier and asks it for a label.
func ExampleNew() {
	s, err := serve.New([]serve.Named{{Name: "mood", Dir: "../testdata/stability/c3479e4/tuned-done"}}, serve.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := s.Load(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	h := httptest.NewServer(s) // or s.HTTPServer(addr).ListenAndServe()
	defer h.Close()
	answer, err := http.Post(h.URL+"/predict", "application/json", strings.NewReader(`{"inputs": "the boy was sad .", "parameters": {"top_k": 1}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Status, strings.Contains(string(body), `"label":"sad"`))
	// Output: 200 OK true
}
