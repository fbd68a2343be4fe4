package serve

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// free are the routes that cost little: they read no body and do not wait for others.
var free = []string{"GET /v1/models", "GET /info", "GET /runs", "GET /runs/metrics", "GET /runs/report", "GET /health", "GET /metrics", "GET /openapi.json", pageRoute, other}

// open are the routes that need no key.
var open = []string{"GET /health", pageRoute}

// guarded answers with h if the request may be made, and with the problem if it may not or h fails.
func (s *Server) guarded(route string, h func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Content-Security-Policy", "default-src 'self'")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		err, rec := s.admit(w, r, route, h), recordOf(r)
		if err == nil {
			return
		}
		p := problemOf(err)
		if p.status >= http.StatusInternalServerError && r.Context().Err() != nil {
			rec.problem = "client_gone"
			return
		}
		if p.status == http.StatusInternalServerError {
			s.o.Log.Error("answering a request", "path", r.URL.Path, "error", err)
		}
		rec.problem = p.code
		if a, counts := w.(*answer); !counts || a.status == 0 { // else an answer has begun: a stream tells of its own problem
			p.write(w)
		}
	})
}

// admit checks a request and lets it in.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, route string, h func(http.ResponseWriter, *http.Request) error) error {
	if err := s.checkHost(r.Host); err != nil {
		return err
	}
	if err := s.checkOrigin(w, r); err != nil && !(route == pageRoute && isNavigation(r)) {
		return err
	}
	if methods := s.methods(r.URL.Path); methods != "" && r.Method == http.MethodOptions {
		w.Header().Set("Allow", methods)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if !slices.Contains(open, route) {
		if err := s.checkKey(r); err != nil {
			return err
		}
	}
	if slices.Contains(free, route) {
		return h(w, r)
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &problem{http.StatusUnsupportedMediaType, "not_json", "", "the body must be JSON: set the header Content-Type: application/json"}
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return &problem{http.StatusUnsupportedMediaType, "encoded", "", "the body must not be compressed: leave out the header Content-Encoding"}
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.o.Limits.Time)
	defer cancel()
	defer s.admitted.Add(-1)
	if s.admitted.Add(1) > int64(s.o.Limits.Requests+s.o.Limits.Queue) {
		return &problem{http.StatusTooManyRequests, "overloaded", "", "too many requests are waiting: try again later"}
	}
	if err := receive(w, r, s.o.Limits.Body); err != nil { // before it has a place: clients may be slow
		return err
	}
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
		return h(w, r.WithContext(ctx))
	case <-ctx.Done():
		return ctx.Err()
	}
}

// checkHost refuses names that are not this server's. Otherwise a page of a site whose name leads here
// could read answers as if they came from that site (DNS rebinding). An address in digits belongs to no
// such site, and a request without a Host (HTTP/1.0, as in some health checks) comes from no browser.
func (s *Server) checkHost(host string) error {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if name == "" || strings.EqualFold(name, "localhost") || net.ParseIP(name) != nil || slices.ContainsFunc(s.o.Hosts, func(h string) bool { return strings.EqualFold(h, name) }) {
		return nil
	}
	return &problem{http.StatusMisdirectedRequest, "unknown_host", "", "the server is not called " + quoted(name) + ": add the name to its hosts"}
}

// checkOrigin refuses requests that pages of other sites make, unless these sites may.
func (s *Server) checkOrigin(w http.ResponseWriter, r *http.Request) error {
	origin := r.Header.Get("Origin")
	if origin == "" {
		if site := r.Header.Get("Sec-Fetch-Site"); site == "" || site == "same-origin" || site == "none" {
			return nil
		}
		return &problem{http.StatusForbidden, "other_site", "", "pages of other sites may not call this server"}
	}
	if u, err := url.Parse(origin); err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host) {
		return nil
	}
	if !slices.Contains(s.o.Origins, origin) {
		return &problem{http.StatusForbidden, "other_site", "", "pages of " + quoted(origin) + " may not call this server: add the site to its origins"}
	}
	header := w.Header()
	header.Set("Access-Control-Allow-Origin", origin)
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	header.Add("Vary", "Origin")
	if r.Method == http.MethodOptions {
		header.Set("Access-Control-Allow-Methods", "GET, POST")
		header.Set("Access-Control-Allow-Headers", cmp.Or(r.Header.Get("Access-Control-Request-Headers"), "Authorization, Content-Type"))
		header.Add("Vary", "Access-Control-Request-Headers")
		header.Set("Access-Control-Max-Age", "600")
	}
	return nil
}

// isNavigation reports whether somebody opens an address in a browser, as by a link on another site, whose
// pages do not see the answer.
func isNavigation(r *http.Request) bool {
	return r.Header.Get("Origin") == "" && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

// checkKey compares the key in constant time, whatever its length.
func (s *Server) checkKey(r *http.Request) error {
	if s.o.Key == "" {
		return nil
	}
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	got := sha256.Sum256([]byte(strings.TrimSpace(key)))
	if subtle.ConstantTimeCompare(got[:], s.key[:]) == 1 && strings.EqualFold(scheme, "Bearer") {
		return nil
	}
	return &problem{http.StatusUnauthorized, "invalid_api_key", "", "the request needs the server's key: set the header Authorization: Bearer KEY"}
}

// HTTPServer returns an http.Server for the handler whose time limits keep slow connections from
// piling up.
func (s *Server) HTTPServer(addr string) *http.Server {
	return &http.Server{
		Addr: addr, Handler: s, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: min(time.Minute, s.o.Limits.Time), IdleTimeout: 2 * time.Minute,
		WriteTimeout: s.o.Limits.Time + time.Minute, MaxHeaderBytes: 64 << 10,
	}
}
