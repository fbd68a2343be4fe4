package hub

import "fmt"

// Event is something that a client reports while it works. An Event is safe for concurrent use.
type Event interface{ String() string }

// Downloading reports how much of a download is done. It is safe for concurrent use.
type Downloading struct {
	Files, Of  int   // files done, and all files
	Done, Size int64 // bytes
	End        bool  // nothing more follows; Done is smaller than Size if the download failed
}

// String returns a progress line.
func (d Downloading) String() string {
	return fmt.Sprintf("downloading: %d of %d files, %.1f of %.1f MB", d.Files, d.Of, float64(d.Done)/1e6, float64(d.Size)/1e6)
}

// Note is a line of text about something that a user should know. It is safe for concurrent use.
type Note string

// String returns the line.
func (n Note) String() string { return string(n) }
