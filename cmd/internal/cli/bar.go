package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// barWidth is the width of a bar in characters, barPause the minimum time between two drawings.
const (
	barWidth = 16
	barPause = 100 * time.Millisecond
)

// bar is a line on a terminal that shows how much of some work is done. It is drawn over itself.
type bar struct {
	w     io.Writer
	drawn int       // characters on the terminal
	last  time.Time // time of the last drawing
}

// show draws the bar between two texts, but at most every barPause. It clears the line when all is
// done.
func (b *bar) show(before string, done, total int64, after string) error {
	if done >= total {
		return b.clear()
	}
	if time.Since(b.last) < barPause {
		return nil
	}
	b.last = time.Now()
	share := float64(max(done, 0)) / float64(total)
	full := int(share * barWidth)
	line := fmt.Sprintf("%s %3d%% |%s%s| %s", before, int(100*share), strings.Repeat("█", full), strings.Repeat(" ", barWidth-full), after)
	width := utf8.RuneCountInString(line)
	_, err := fmt.Fprintf(b.w, "\r%s%s", line, strings.Repeat(" ", max(b.drawn-width, 0)))
	b.drawn = width
	return err
}

// clear removes the bar from the terminal. The next show draws it at once.
func (b *bar) clear() error {
	if b.drawn == 0 {
		return nil
	}
	_, err := fmt.Fprintf(b.w, "\r%s\r", strings.Repeat(" ", b.drawn))
	b.drawn, b.last = 0, time.Time{}
	return err
}
