package hub_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"gorgpt/hub"
)

// A client lists a repository and gets the files that it chooses.
func ExampleClient_Fetch() {
	const commit = "0123456789012345678901234567890123456789"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/datasets/org/reviews/revision/main":
			fmt.Fprintf(w, `{"sha": %q}`, commit)
		case "/api/datasets/org/reviews/tree/" + commit:
			fmt.Fprint(w, `[{"type": "file", "path": "README.md", "size": 3, "oid": "65eed5de8b7eab5ddd4f27c18d1de2dca7c3adbe"},
				{"type": "file", "path": "data/train.csv", "size": 25, "oid": "17ab7114cea2f0c44763f373a8f56f2a62e1c3f5"}]`)
		case "/datasets/org/reviews/resolve/" + commit + "/data/train.csv":
			fmt.Fprint(w, "text,label\nnever again,0\n")
		}
	}))
	defer server.Close()
	cache, err := os.MkdirTemp("", "hub")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(cache) //nolint:errcheck // of this example

	c := &hub.Client{Endpoint: server.URL, Cache: cache}
	ref, err := hub.Parse("datasets/org/reviews")
	if err != nil {
		log.Fatal(err)
	}
	found, err := c.Fetch(context.Background(), ref, func(l *hub.Listing) (hub.Choice, error) {
		return hub.Choice{Files: l.Files[1:], Name: l.Files[1].Path}, nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.Ref)
	fmt.Println(filepath.Base(found.Files[0]))
	// Output:
	// hf:datasets/org/reviews/data/train.csv@0123456789012345678901234567890123456789
	// train.csv
}
