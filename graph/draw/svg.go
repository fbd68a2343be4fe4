package draw

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteSVG draws the picture. Tooltips list the nodes of each box.
func (p *Picture) WriteSVG(w io.Writer) error {
	l := p.layout()
	key, keyWidth, keyHeight := p.legend()
	const head = 40.0
	wide, high := max(l.w+keyWidth, textWidth(p.title, 2*textSize)-gap)+3*gap, max(l.h+head, keyHeight+2*gap)
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0fpt\" height=\"%.0fpt\" viewBox=\"0 0 %.0f %.0f\" font-family=\"%s\" font-size=\"%g\" fill=\"none\">\n",
		wide, high, wide, high, fonts, textSize)
	fmt.Fprintf(out, "<rect width=\"%.0f\" height=\"%.0f\" fill=\"white\"/>\n", wide, high)
	fmt.Fprint(out, text(wide/2, 28, "middle", "black", 2*textSize, p.title))
	fmt.Fprintf(out, "<g class=\"legend\" transform=\"translate(%.1f,%.1f)\">\n%s</g>\n", l.w+2*gap, gap, key)
	fmt.Fprintf(out, "<g transform=\"translate(%.1f,%.1f)\">\n", gap, head)
	for _, f := range l.frames {
		in, bold := trackGap*float64(len(f.path)-1), 1
		if len(f.path) == 1 {
			bold = 2
		}
		fmt.Fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"8\" stroke=\"gray\" stroke-width=\"%d\"/>\n", in, f.top, l.w-2*in, f.bottom-f.top, bold)
	}
	for _, r := range l.routes {
		fmt.Fprint(out, l.arrow(r))
	}
	for _, f := range l.frames {
		fmt.Fprint(out, text(l.titles, f.top+16, "start", "black", frameSize, strings.ReplaceAll(p.clusterLabel(f.path), " ", "\u00a0")))
	}
	for _, r := range l.routes {
		fmt.Fprint(out, l.label(r))
	}
	for i, b := range p.boxes {
		at := l.at[i]
		fmt.Fprintf(out, "<g class=\"node\"><title>%s</title>\n%s</g>\n", escape(p.tooltip(b)), drawBox(lookOf(b.role), at.x, at.y, at.w, at.h, at.lines, at.fill, at.colour))
	}
	fmt.Fprint(out, "</g>\n</svg>\n")
	return out.Flush()
}

func drawBox(l look, x, y, w, h float64, lines []string, fill, colour string) string {
	s, down := l.outline(x, y, w, h, fill)
	y += down - lineStep*float64(len(lines)-1)/2 + 0.35*textSize
	for i, line := range lines {
		s += text(x, y+lineStep*float64(i), "middle", colour, textSize, line)
	}
	return s
}

// Sizes of an arrowhead.
const long, half = 6.0, 2.5

// arrow draws a route.
func (l *layout) arrow(r *route) string {
	x0, y0 := l.point(r.ends[0])
	x1, y1 := l.point(r.ends[1])
	colour, style := "black", ""
	switch r.course {
	case aside:
		colour, style = "gray", ` stroke-dasharray="5,3"`
	case next:
		style = ` stroke-dasharray="1,4"`
	}
	dx, dy := 0.0, 1.0 // which way the arrowhead points
	switch r.ends[1].side {
	case left:
		dx, dy = 1, 0
	case right:
		dx, dy = -1, 0
	case bottom:
		dy = -1
	}
	ex, ey := x1-long*dx, y1-long*dy
	d := fmt.Sprintf("M%.1f,%.1f", x0, y0)
	switch x, from := l.x(max(r.channel, 0), r.track), r.ends[0].side; {
	case r.channel >= 0 && from == bottom:
		d += bent(x0, y0, [][2]float64{{x0, r.y}, {x, r.y}, {x, ey}, {ex, ey}})
	case r.channel >= 0:
		d += bent(x0, y0, [][2]float64{{x, y0}, {x, ey}, {ex, ey}})
	case from == bottom && dx != 0:
		d += fmt.Sprintf("C%.1f,%.1f %.1f,%.1f %.1f,%.1f", x0, ey, x0, ey, ex, ey)
	case dx != 0:
		m := (x0 + ex) / 2
		d += fmt.Sprintf("C%.1f,%.1f %.1f,%.1f %.1f,%.1f", m, y0, m, ey, ex, ey)
	default:
		d += fmt.Sprintf("L%.1f,%.1f", ex, ey)
	}
	s := fmt.Sprintf("<path d=\"%s\" stroke=\"%s\"%s/>\n", d, colour, style)
	s += fmt.Sprintf("<polygon points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f\" fill=\"%s\"/>\n",
		x1, y1, ex-half*dy, ey-half*dx, ex+half*dy, ey+half*dx, colour)
	return s
}

// label stands at the end of an arrow, or beside a straight one.
func (l *layout) label(r *route) string {
	if r.label == "" {
		return ""
	}
	_, y0 := l.point(r.ends[0])
	x, y := l.point(r.ends[1])
	b := l.at[r.to]
	switch r.ends[1].side {
	case left:
		return text(b.x-b.w/2-long-3, y-3, "end", "black", smallSize, r.label)
	case right:
		return text(b.x+b.w/2+long+3, y-3, "start", "black", smallSize, r.label)
	}
	return text(x+labelGap, l.clear(min(y0, y), max(y0, y))+3, "start", "black", smallSize, r.label)
}

// clear is the middle of the largest part of a way downwards that no edge of a frame crosses.
func (l *layout) clear(from, to float64) (middle float64) {
	edges := []float64{from, to}
	for _, f := range l.frames {
		for _, y := range []float64{f.top, f.bottom} {
			if from < y && y < to {
				edges = append(edges, y)
			}
		}
	}
	slices.Sort(edges)
	most := 0.0
	for i, y := range edges[1:] {
		if h := y - edges[i]; h > most {
			most, middle = h, (y+edges[i])/2
		}
	}
	return middle
}

// bent is a way along right angles, with the corners rounded off.
func bent(x, y float64, to [][2]float64) string {
	var s strings.Builder
	for i, p := range to {
		if i == len(to)-1 {
			fmt.Fprintf(&s, "L%.1f,%.1f", p[0], p[1])
			break
		}
		n := to[i+1]
		ax, ay := toward(p[0], x), toward(p[1], y)
		bx, by := toward(p[0], n[0]), toward(p[1], n[1])
		fmt.Fprintf(&s, "L%.1f,%.1fQ%.1f,%.1f %.1f,%.1f", ax, ay, p[0], p[1], bx, by)
		x, y = p[0], p[1]
	}
	return s.String()
}

// toward goes a little way from one coordinate to another.
func toward(from, to float64) float64 {
	const most = 6
	return from + max(-most, min(most, (to-from)/2))
}

// legend explains the shapes and colours that occur. It also returns its size.
func (p *Picture) legend() (s string, w, h float64) {
	w, y := 0.0, 34.0
	sample := func(l look, lines []string, fill, colour string) {
		bw, bh := l.size(lines)
		s += drawBox(l, gap+bw/2, y+bh/2, bw, bh, lines, fill, colour)
		w, y = max(w, bw), y+bh+8
	}
	for _, l := range looks {
		for _, b := range p.boxes {
			if b.role == l.role {
				sample(l, []string{l.what}, l.fill, "black")
				break
			}
		}
	}
	notes := p.notes()
	if p.times != nil {
		for i, h := range heat {
			sample(look{}, []string{heatLabel(i)}, h.fill, h.font)
		}
		notes = append(notes, p.times.runs())
	}
	for _, line := range notes {
		y += lineStep
		s += text(gap, y, "start", "black", textSize, line)
		w = max(w, textWidth(line, textSize))
	}
	w, h = w+2*gap, y+gap
	frame := fmt.Sprintf("<rect width=\"%.1f\" height=\"%.1f\" stroke=\"gray\" stroke-dasharray=\"5,3\"/>\n", w, h)
	return frame + text(w/2, 20, "middle", "black", 12, "legend") + s, w, h
}

func text(x, y float64, anchor, colour string, size float64, s string) string {
	return fmt.Sprintf("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%g\" fill=\"%s\">%s</text>\n", x, y, anchor, size, colour, escape(s))
}

func escape(s string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(s)) // a strings.Builder takes everything
	return out.String()
}
