package cli

import (
	"fmt"
	"io"
	"math"
	"time"

	"gorgpt/pretrain"
)

// meterPause is the minimum time between two lines of a meter.
const meterPause = 3 * time.Second

// meter shows the progress of work on books: with a bar on a terminal, and with a line every few
// seconds elsewhere.
type meter struct {
	w     io.Writer
	bar   *bar // nil: lines
	work  string
	first int64 // bytes done at the first report
	start time.Time
	last  time.Time // time of the last line
}

// clear removes the bar, so that a line can be printed.
func (m *meter) clear() {
	if m.bar != nil {
		_ = m.bar.clear() // only the terminal can fail
	}
}

// show shows an event.
func (m *meter) show(r pretrain.Reading) {
	if r.End {
		m.clear()
		m.work = ""
		return
	}
	now := time.Now()
	if m.work != r.Work {
		m.work, m.first, m.start, m.last = r.Work, r.Bytes, now, now
	}
	rate, eta := float64(r.Bytes-m.first)/now.Sub(m.start).Seconds(), ""
	if rate > 0 {
		left := time.Duration(min(float64(r.Size-r.Bytes)/rate*float64(time.Second), math.MaxInt64/2))
		eta = fmt.Sprintf(", %.1f MB/s, ETA %s", rate/1e6, left.Round(time.Second))
	}
	if m.bar != nil {
		_ = m.bar.show(r.Work, r.Bytes, r.Size, fmt.Sprintf("%.1f of %.1f MB%s", float64(r.Bytes)/1e6, float64(r.Size)/1e6, eta))
		return
	}
	if now.Sub(m.last) < meterPause {
		return
	}
	m.last = now
	fmt.Fprintf(m.w, "%s%s\n", r, eta)
}
