package figure

import (
	"fmt"
	"io"
	"math"
)

// Picture has panels of lines below one legend. All values are in percent.
// A Picture is safe for concurrent use as long as nobody changes it.
type Picture struct {
	Panels []Panel
	Lines  []string // names of the lines in all panels, by number
	Level  string   // name of the level of the panels
	Note   string   // below the legend
}

// Panel is one plot.
type Panel struct {
	Title, X, Y string
	Log         bool     // X is in decades
	Ticks       []int    // of X, in order; the first and the last are its ends
	Level       *float64 // a dotted line; nil: none
	Lines       []Line
}

// Line is one line of a panel.
type Line struct {
	Number int // in Picture.Lines, by which it looks the same in all panels
	Points []Point
}

// Write draws the picture as "svg" or "png".
func (f Picture) Write(format string, w io.Writer) error {
	const inch = 72
	s := Sheet{Width: 3.7 * inch, Least: 5.6 * inch, Note: f.Note}
	columns := int(math.Ceil(math.Sqrt(float64(len(f.Panels)))))
	for i, panel := range f.Panels {
		if i%columns == 0 {
			s.Rows, s.Height = append(s.Rows, make([]*Plot, columns)), append(s.Height, 2.8*inch)
		}
		s.Rows[i/columns][i%columns] = panel.plot()
	}
	for i, name := range f.Lines {
		s.Legend = append(s.Legend, Entry{name, looks[i%len(looks)]})
	}
	if f.Level != "" {
		s.Legend = append(s.Legend, Entry{f.Level, levelLook})
	}
	return s.Write(format, w)
}

// plot returns the panel as a plot.
func (f Panel) plot() *Plot {
	p := &Plot{Title: f.Title}
	first, last := f.place(float64(f.Ticks[0])), f.place(float64(f.Ticks[len(f.Ticks)-1]))
	least := 100.0
	if f.Level != nil && finite(*f.Level) {
		least = *f.Level
		p.Lines = append(p.Lines, Series{levelLook, []Point{{X: first, Y: least}, {X: last, Y: least}}})
	}
	for _, l := range f.Lines {
		s := Series{Look: looks[l.Number%len(looks)]}
		for _, x := range l.Points {
			if finite(x.Y) && finite(x.Bar) { // only the table shows others
				least = min(least, x.Y-x.Bar)
				s.Points = append(s.Points, Point{f.place(x.X), x.Y, x.Bar})
			}
		}
		p.Lines = append(p.Lines, s)
	}
	margin := max(0.04*(last-first), 0.1)
	p.X = Axis{Label: f.X, Min: first - margin, Max: last + margin}
	p.Y = Axis{Label: f.Y, Min: 10 * math.Floor(least/10-0.2), Max: 101}
	p.X.Ticks, p.Y.Ticks = f.counts(p.X.Max-p.X.Min), tens(p.Y.Min, p.Y.Max)
	return p
}

// place is the position of x on the axis.
func (f Panel) place(x float64) float64 {
	if f.Log {
		return math.Log10(x)
	}
	return x
}

// counts returns the ticks of X. From the last one on, a tick that is too near to the next has no label.
func (f Panel) counts(width float64) []Tick {
	ticks, free := make([]Tick, len(f.Ticks)), math.Inf(1)
	for i := len(ticks) - 1; i >= 0; i-- {
		n := f.Ticks[i]
		ticks[i].At = f.place(float64(n))
		if ticks[i].At <= free {
			ticks[i].Label = Thousands(n)
			free = ticks[i].At - width/8
		}
	}
	return ticks
}

// tens returns ticks at multiples of ten, with a label at every other one if there are many.
func tens(least, most float64) (ticks []Tick) {
	for y := 10 * math.Ceil(least/10); y <= most; y += 10 {
		t := Tick{At: y}
		if most-least < 60 || math.Mod(y, 20) == 0 {
			t.Label = fmt.Sprintf("%.0f", y)
		}
		ticks = append(ticks, t)
	}
	return ticks
}

// Thousands formats a count with thousands separators.
func Thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
