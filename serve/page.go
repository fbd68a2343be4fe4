package serve

import (
	"net/http"

	"gorgpt/serve/page"
)

// pageRoute is the route of the page and its files. They need no key, since they are the same for all models.
const pageRoute = "page"

// pagePolicy lets the page load and call what is on this server, and nothing else.
const pagePolicy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// file returns what answers with a file of the page.
func file(name string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, _ *http.Request) error {
		data, mediaType, err := page.File(name)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("Content-Security-Policy", pagePolicy)
		w.Header().Set("Referrer-Policy", "no-referrer")
		_, err = w.Write(data)
		return err
	}
}
