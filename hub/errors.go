package hub

import "github.com/pkg/errors"

// The reasons of an [Error], for [errors.Is].
var (
	ErrNetwork   = errors.New("the server cannot be reached")
	ErrOffline   = errors.New("offline, and not in the cache")
	ErrNotFound  = errors.New("repository not found")
	ErrRevision  = errors.New("revision not found")
	ErrFile      = errors.New("file not found")
	ErrGated     = errors.New("access must be requested")
	ErrToken     = errors.New("token not accepted")
	ErrNoWeights = errors.New("no safetensors")
	ErrDisk      = errors.New("not enough space on the disk")
	ErrDamaged   = errors.New("not the bytes that the server lists")
	ErrBusy      = errors.New("the server asks to wait")
	ErrAnswer    = errors.New("unexpected answer")
)

// Error is a failure to get something from the hub. Its text is one line that says what to do. An Error is safe for
// concurrent use.
type Error struct {
	Reason error // one of those above
	Ref    Ref
	Text   string
	Cause  error // may be nil
}

// Error returns the reference and the text.
func (e *Error) Error() string { return e.Ref.String() + ": " + e.Text }

// Unwrap returns reason and cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Reason}
	}
	return []error{e.Reason, e.Cause}
}
