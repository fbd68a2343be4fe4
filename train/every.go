package train

import (
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// Every is an interval, in updates or in time; the zero value is never.
// An Every is safe for concurrent use as long as nothing changes it.
type Every struct {
	Updates int
	Time    time.Duration
}

// due tells whether the interval is over after update n.
func (e Every) due(n int, last time.Time) bool {
	return e.Updates > 0 && n%e.Updates == 0 || e.Time > 0 && time.Since(last) >= e.Time
}

// String is what Set reads.
func (e Every) String() string {
	if e.Time > 0 {
		return strings.NewReplacer("m0s", "m", "h0m0s", "h").Replace(e.Time.String())
	}
	return strconv.Itoa(e.Updates)
}

// Set reads a number of updates, such as 500, or a time, such as 10m.
func (e *Every) Set(s string) error {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 {
		*e = Every{Updates: n}
		return nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return errors.New("want updates, such as 500, or a time, such as 10m; 0 is never")
	}
	*e = Every{Time: d}
	return nil
}

// MarshalText is String, for run.json.
func (e Every) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText is Set, for run.json.
func (e *Every) UnmarshalText(text []byte) error { return e.Set(string(text)) }
