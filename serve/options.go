package serve

import (
	"cmp"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// Options of a server. The zero value asks for no key, lets no other site's pages in, logs nothing
// and has the limits of [DefaultLimits]. Options are safe for concurrent use as long as nothing
// changes them.
type Options struct {
	Key     string   // requests must have it as their bearer token; "": none is asked for
	Hosts   []string // names under which the server may be called, as in "models.example", beside localhost and IP addresses
	Origins []string // sites whose pages may call it from a browser, as in "https://example.org"
	Log     *slog.Logger
	LogText bool   // texts are logged, too
	Page    bool   // a page for people at /
	Runs    string // a folder whose training runs can be watched; "": none
	Limits  Limits
}

// Limits bound what clients can ask for. Zero fields have the value in [DefaultLimits].
// Limits are safe for concurrent use as long as nothing changes them.
type Limits struct {
	Body     int64         // bytes of a request
	Inputs   int           // prompts times n, or inputs to predict, of a request
	Tokens   int           // to be written for a request, all texts together, or echoed with log-probabilities
	Requests int           // in work at once; more wait
	Queue    int           // requests that wait; more are refused
	Time     time.Duration // from the arrival of a request to its answer
}

// DefaultLimits returns limits for a machine that is used by a few people.
func DefaultLimits() Limits {
	return Limits{Body: 2 << 20, Inputs: 256, Tokens: 1 << 16, Requests: 128, Queue: 512, Time: 5 * time.Minute}
}

// withDefaults fills in fields that are zero.
func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	return Limits{
		Body: cmp.Or(l.Body, d.Body), Inputs: cmp.Or(l.Inputs, d.Inputs), Tokens: cmp.Or(l.Tokens, d.Tokens),
		Requests: cmp.Or(l.Requests, d.Requests), Queue: cmp.Or(l.Queue, d.Queue), Time: cmp.Or(l.Time, d.Time),
	}
}

// check refuses what cannot work, such as names and sites that no request could ever have.
func (o Options) check() error {
	for _, host := range o.Hosts {
		if host == "" || strings.ContainsAny(host, ":/ ") {
			return errors.Errorf("the host %q must be a name without a port, as in models.example", host)
		}
	}
	for _, origin := range o.Origins {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+strings.ToLower(u.Host) != origin {
			return errors.Errorf("the origin %q must be a scheme and a host in lower case, as in https://example.org", origin)
		}
	}
	if strings.TrimSpace(o.Key) != o.Key {
		return errors.New("the key must not begin or end with a blank")
	}
	if l := o.Limits; min(l.Body, int64(l.Inputs), int64(l.Tokens), int64(l.Requests), int64(l.Queue), int64(l.Time)) < 0 {
		return errors.New("limits must not be negative")
	}
	return nil
}
