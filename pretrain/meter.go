package pretrain

import (
	"fmt"
	"io"
	"math"
	"time"

	"github.com/schollz/progressbar/v3"

	"gorgpt/loaders"
	"gorgpt/train"
)

// meterPause is the time between two lines of a meter.
const meterPause = 3 * time.Second

// meter tells how far a work on books is: on a terminal with a bar, elsewhere with a line
// every few seconds.
type meter struct {
	w     io.Writer
	name  string
	books int
	bytes int64 // of all books
	done  int64
	first int64 // bytes that were done when it was first told of progress
	start time.Time
	last  time.Time // of the last line
	bar   *progressbar.ProgressBar
}

// startMeter makes the meter of a work.
func startMeter(con train.Console, name string, books []loaders.Source) *meter {
	now := time.Now()
	one := &meter{w: con.Err, name: name, books: len(books), first: -1, start: now, last: now}
	for _, b := range books {
		one.bytes += b.Size
	}
	if con.Terminal {
		one.bar = progressbar.NewOptions64(one.bytes, progressbar.OptionSetWriter(con.Err), progressbar.OptionSetWidth(16),
			progressbar.OptionShowBytes(true), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetDescription(name), progressbar.OptionClearOnFinish())
	}
	return one
}

// at tells of so many books and bytes that are done, and what else there is to say.
func (m *meter) at(books int, bytes int64, more string) {
	m.done = bytes
	if m.first < 0 {
		m.first = bytes
	}
	if m.bar != nil {
		_ = m.bar.Set64(bytes) // only the terminal can fail
		return
	}
	now := time.Now()
	if now.Sub(m.last) < meterPause {
		return
	}
	m.last = now
	rate := float64(bytes-m.first) / now.Sub(m.start).Seconds()
	eta := ""
	if rate > 0 {
		eta = fmt.Sprintf(", ETA %s", time.Duration(min(float64(m.bytes-bytes)/rate*float64(time.Second), math.MaxInt64/2)).Round(time.Second))
	}
	fmt.Fprintf(m.w, "%s: %d of %d books, %.1f of %.1f MB, %.1f MB/s%s%s\n",
		m.name, books, m.books, float64(bytes)/1e6, float64(m.bytes)/1e6, rate/1e6, more, eta)
}

// end takes the bar away.
func (m *meter) end() {
	if m.bar != nil {
		_ = m.bar.Clear() // only the terminal can fail
	}
}
