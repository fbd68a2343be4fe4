package train

import (
	"fmt"
	"io"
)

// Listener follows a run. The zero value ignores all events.
// A Listener must not be used by several goroutines at once.
type Listener struct {
	Report    func(Event) // receives events in order; nil: they are ignored
	Observers []Observer  // receive updates and evaluations

	// Disk wraps the files of checkpoints, so that tests can simulate a failing disk; may be nil.
	Disk func(io.Writer) io.Writer
}

// Event is a fact about a run or a result. Its text is meant for people and does not end in a
// newline. Event types are [Note], [Progress], [Started], [Saved], and those of other packages.
// An Event is safe for concurrent use.
type Event interface{ String() string }

// Note is an event that consists of a text.
// A Note is safe for concurrent use.
type Note string

// String returns the text.
func (n Note) String() string { return string(n) }

// Progress is an event that reports the progress of some work: a line of interest only while the
// work lasts.
// A Progress is safe for concurrent use.
type Progress string

// String returns the line.
func (p Progress) String() string { return string(p) }

// Started is the event before the first update of a new or resumed run.
// A Started is safe for concurrent use.
type Started struct {
	Dir      string // run folder
	Step     int    // updates already done
	Steps    int    // updates in total
	LogEvery int    // updates between progress lines
	Measure  string // chooses the best evaluation by its highest value; "": the lowest loss does
	From     string // checkpoint from which the run resumes; "": none
}

// String says where the run starts.
func (s Started) String() string {
	if s.From == "" {
		return fmt.Sprintf("starting %d updates", s.Steps)
	}
	return fmt.Sprintf("resuming after update %d of %d, from %s", s.Step, s.Steps, s.From)
}

// Saved is the event after the model of a run has been written.
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
