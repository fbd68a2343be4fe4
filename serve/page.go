package serve

import (
	"cmp"
	"net/http"

	"gorgpt/serve/page"
)

// The page and its files need no key, since they are the same for all models.
const (
	pagePattern = "GET /{$}"
	pageFiles   = "GET /page/{file}"
)

// pagePolicy lets the page load and call what is on this server, and nothing else.
const pagePolicy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page answers GET / and GET /page/….
func (s *Server) page(w http.ResponseWriter, r *http.Request) error {
	data, mediaType, err := page.File(cmp.Or(r.PathValue("file"), "index.html"))
	if err != nil {
		return &problem{http.StatusNotFound, "not_found", "", "there is no path " + quoted(r.URL.Path)}
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Security-Policy", pagePolicy)
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, err = w.Write(data)
	return err
}
