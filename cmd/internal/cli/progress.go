package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"gorgpt/train"
)

// Progress shows the progress of a run: with a bar on a terminal, and with a plain line at regular
// updates elsewhere. The smoothed loss follows the loss, as in (~2.3456).
// A Progress must not be used by several goroutines at once.
type Progress struct {
	w     io.Writer
	steps int
	every int
	bar   *bar // nil: lines
	left  remaining
}

// NewProgress returns a Progress that writes to w, for a run of steps updates with a line every
// every updates.
func NewProgress(w io.Writer, terminal bool, steps, every int) *Progress {
	p := &Progress{w: w, steps: steps, every: max(every, 1)}
	if terminal {
		p.bar = &bar{w: w}
	}
	return p
}

// Updated shows the update.
func (p *Progress) Updated(u train.Update) error {
	eta := p.left.after(u, p.steps)
	if p.bar != nil {
		before := fmt.Sprintf("loss %.4f (~%.4f)  lr %.2e  %.0f tok/s  ETA %s", u.Loss, u.Smoothed, u.LR, u.TokS, eta)
		return p.bar.show(before, int64(u.Step), int64(p.steps), fmt.Sprintf("(%d/%d)", u.Step, p.steps))
	}
	if u.Step%p.every != 0 && u.Step != p.steps && u.Step != 1 {
		return nil
	}
	_, err := fmt.Fprintf(p.w, "step %d/%d  loss %.4f (~%.4f)  lr %.3e  grad_norm %.3f  %.0f tok/s  ETA %s\n",
		u.Step, p.steps, u.Loss, u.Smoothed, u.LR, u.GradNorm, u.TokS, eta)
	return err
}

// Evaluated shows the evaluation.
func (p *Progress) Evaluated(step int, metrics []train.Metric) error {
	parts := make([]string, len(metrics))
	for i, m := range metrics {
		parts[i] = fmt.Sprintf("%s %.4f", m.Name, m.Value)
	}
	if p.bar != nil {
		if err := p.bar.clear(); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(p.w, "step %d/%d  %s\n", step, p.steps, strings.Join(parts, "  "))
	return err
}

// remaining estimates the time left from the mean time of the updates it has seen. The first does
// not count, because it touches memory for the first time.
type remaining struct {
	from  int // the first update
	first time.Duration
}

func (r *remaining) after(u train.Update, steps int) string {
	from, first := r.from, r.first
	if from == 0 {
		r.from, r.first = u.Step, u.Elapsed
	}
	each := (u.Elapsed - first).Seconds() / float64(max(u.Step-from, 1))
	left := each * float64(steps-u.Step)
	if left >= centuries {
		return years(left)
	}
	return time.Duration(left * float64(time.Second)).Round(time.Second).String()
}
