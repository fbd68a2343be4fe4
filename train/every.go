package train

import (
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// Every is an interval in updates or in time. The zero value means never.
// An Every is safe for concurrent use as long as nothing changes it.
type Every struct {
	Updates int
	Time    time.Duration
}

// due reports whether the interval has passed after update n; last is when it last passed.
func (e Every) due(n int, last time.Time) bool {
	return e.Updates > 0 && n%e.Updates == 0 || e.Time > 0 && time.Since(last) >= e.Time
}

// String returns the interval in the form that Set reads.
func (e Every) String() string {
	if e.Time > 0 {
		return strings.NewReplacer("m0s", "m", "h0m0s", "h").Replace(e.Time.String())
	}
	return strconv.Itoa(e.Updates)
}

// Set parses a number of updates, such as 500, or a time, such as 10m.
func (e *Every) Set(s string) error {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 {
		*e = Every{Updates: n}
		return nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return errors.New("must be a number of updates, such as 500, or a time, such as 10m; 0 means never")
	}
	*e = Every{Time: d}
	return nil
}

// MarshalText encodes the interval for run.json, as String does.
func (e Every) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText decodes the interval from run.json, as Set does.
func (e *Every) UnmarshalText(text []byte) error { return e.Set(string(text)) }
