package cli

import (
	"fmt"
	"io"
	"math"
	"time"

	"github.com/schollz/progressbar/v3"

	"gorgpt/pretrain"
)

// meterPause is the minimum time between two lines of a meter.
const meterPause = 3 * time.Second

// meter shows the progress of work on books: with a bar on a terminal, and with a line every few
// seconds elsewhere.
type meter struct {
	w        io.Writer
	terminal bool
	work     string
	first    int64 // bytes done at the first report
	start    time.Time
	last     time.Time // time of the last line
	bar      *progressbar.ProgressBar
}

// show shows an event.
func (m *meter) show(r pretrain.Reading) {
	if r.End {
		if m.bar != nil {
			_ = m.bar.Clear() // only the terminal can fail
		}
		m.work, m.bar = "", nil
		return
	}
	now := time.Now()
	if m.work != r.Work {
		m.work, m.first, m.start, m.last = r.Work, r.Bytes, now, now
		if m.terminal {
			m.bar = progressbar.NewOptions64(r.Size, progressbar.OptionSetWriter(m.w), progressbar.OptionSetWidth(16),
				progressbar.OptionShowBytes(true), progressbar.OptionThrottle(100*time.Millisecond),
				progressbar.OptionSetDescription(r.Work), progressbar.OptionClearOnFinish())
		}
	}
	if m.bar != nil {
		_ = m.bar.Set64(r.Bytes) // only the terminal can fail
		return
	}
	if now.Sub(m.last) < meterPause {
		return
	}
	m.last = now
	rate := float64(r.Bytes-m.first) / now.Sub(m.start).Seconds()
	eta := ""
	if rate > 0 {
		left := time.Duration(min(float64(r.Size-r.Bytes)/rate*float64(time.Second), math.MaxInt64/2))
		eta = fmt.Sprintf(", ETA %s", left.Round(time.Second))
	}
	fmt.Fprintf(m.w, "%s, %.1f MB/s%s\n", r, rate/1e6, eta)
}
