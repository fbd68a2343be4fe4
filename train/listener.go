package train

import (
	"fmt"
	"io"
)

// Listener follows a run. The zero value ignores everything.
// A Listener must not be used by several goroutines at once.
type Listener struct {
	Report    func(Event) // gets facts and results in order; nil: they are ignored
	Observers []Observer  // get updates and evaluations

	// Disk wraps the files of checkpoints, so that tests can break the disk; nil: nothing.
	Disk func(io.Writer) io.Writer
}

// Event is a fact about a run, or a result of it. Its text is one for people, without a
// line end. Types of events: [Note], [Progress], [Started], [Saved], and those of packages above.
// An Event is safe for concurrent use.
type Event interface{ String() string }

// Note is an event that is nothing but its text.
// A Note is safe for concurrent use.
type Note string

// String is the text.
func (n Note) String() string { return string(n) }

// Progress is an event that says how far some work is: a line that matters only while it lasts.
// A Progress is safe for concurrent use.
type Progress string

// String is the line.
func (p Progress) String() string { return string(p) }

// Started says that a run is about to begin its updates or to resume them.
// A Started is safe for concurrent use.
type Started struct {
	Dir      string // run folder
	Step     int    // updates done before
	Steps    int    // updates in all
	LogEvery int    // updates between lines of progress
	From     string // checkpoint that is resumed; "": none
}

// String says where the run stands.
func (s Started) String() string {
	if s.From == "" {
		return fmt.Sprintf("starting %d updates", s.Steps)
	}
	return fmt.Sprintf("resuming after update %d of %d, from %s", s.Step, s.Steps, s.From)
}

// Saved says that the model of a run has been written, with the weights of the last whole update.
// A Saved is safe for concurrent use.
type Saved struct{ Dir string }

// String names the folder.
func (s Saved) String() string { return "saved the model to " + s.Dir }

// Lines returns a listener that writes the text of each event as a line to w.
func Lines(w io.Writer) Listener {
	return Listener{Report: func(e Event) { _, _ = fmt.Fprintln(w, e) }} // events are not worth an error
}

// Send reports an event.
func (l Listener) Send(e Event) {
	if l.Report != nil {
		l.Report(e)
	}
}

// Note reports a line of text.
func (l Listener) Note(format string, args ...any) { l.Send(Note(fmt.Sprintf(format, args...))) }

// Progress reports a line of progress.
func (l Listener) Progress(format string, args ...any) {
	l.Send(Progress(fmt.Sprintf(format, args...)))
}
