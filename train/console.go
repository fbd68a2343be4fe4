package train

import "io"

// Console is where a run tells a person how it goes.
// A Console must not be used by several goroutines at once.
type Console struct {
	Out      io.Writer // facts and results
	Err      io.Writer // progress
	Terminal bool      // Err is one

	// Disk is what the files of checkpoints are written through, to break the disk in tests;
	// nil: nothing.
	Disk func(io.Writer) io.Writer
}

// Progress reports a run of these settings.
func (c Console) Progress(s *Settings) *Progress {
	return NewProgress(c.Err, c.Terminal, s.Steps, s.LogEvery)
}
