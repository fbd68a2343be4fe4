package draw

import (
	"cmp"
	"slices"
)

// The lanes of a drawing, from left to right. A graph with activations is read downwards:
//
//	activations | parameters and inputs | gradients
//
// and an update to the right:
//
//	gradients | their norm | parameters and state | updates
const (
	first = iota
	middle
	leaves // inputs and parameters: above the row of their first reader
	final
	lanes
)

// Distances in points.
const (
	gap       = 20.0 // between boxes and around lanes
	trackGap  = 8.0
	frameHead = 26.0
	frameFoot = 10.0
	labelGap  = 4.0
	labelStep = smallSize + 3 // from one arrow with a label to the next
)

// layout places the boxes of a picture in rows and lanes. A row has one computation and,
// beside it, its gradient; the rows of a scope are next to each other, so that a frame fits
// around them.
type layout struct {
	*Picture
	at       []place // of each box
	rows     []*rung
	frames   []frame
	titles   float64 // where those of frames begin
	channels [lanes + 1]channel
	routes   []*route
	w, h     float64
}

type place struct {
	rung   *rung
	lane   int
	x, y   float64 // the centre
	w, h   float64
	lines  []string
	fill   string
	colour string // of the text
	ports  map[side][]*end
}

type rung struct {
	path   []string
	boxes  [lanes]int // of computations; -1: none
	leaves []int
	gutter float64 // between the leaves and the computations
}

// frame surrounds the rows of a scope.
type frame struct {
	path        []string
	top, bottom float64
}

func (p *Picture) layout() *layout {
	l := &layout{Picture: p, at: make([]place, len(p.boxes))}
	for i, b := range p.boxes {
		x := &l.at[i]
		x.lines, x.fill, x.colour = p.dress(b)
		x.w, x.h = lookOf(b.role).size(x.lines)
		x.lane, x.ports = p.lane(i), map[side][]*end{}
	}
	l.fillRows()
	l.meet()
	l.placeDown()
	l.route()
	l.placeAcross()
	return l
}

// placeDown gives rows, boxes and frames their heights on the page.
func (l *layout) placeDown() {
	var path []string
	var open []int // indexes of frames
	y := gap
	turn := func(next []string) {
		same := common(path, next)
		for len(open) > same {
			y += frameFoot - gap/2
			l.frames[open[len(open)-1]].bottom = y
			open = open[:len(open)-1]
			y += gap / 2
		}
		for n := same; n < len(next); n++ {
			open = append(open, len(l.frames))
			l.frames = append(l.frames, frame{path: next[:n+1], top: y})
			y += frameHead
		}
		path = next
	}
	for _, r := range l.rows {
		turn(r.path)
		tall := func(boxes []int) (h float64) {
			for _, i := range boxes {
				if i >= 0 {
					h = max(h, l.at[i].h)
				}
			}
			return h
		}
		if h := tall(r.leaves); h > 0 {
			for _, i := range r.leaves {
				l.at[i].y = y + h - l.at[i].h/2
			}
			y += h + gap
		}
		r.gutter = y - gap/2
		h := tall(r.boxes[:])
		for _, i := range r.boxes {
			if i >= 0 {
				l.at[i].y = y + h/2
			}
		}
		y += h + gap
	}
	turn(nil)
	l.h = y
}

// placeAcross gives lanes and channels their widths, and boxes and routes their places in them.
func (l *layout) placeAcross() {
	var wide [lanes]float64
	for _, r := range l.rows {
		sum := -gap
		for _, i := range r.leaves {
			sum += l.at[i].w + gap
		}
		wide[leaves] = max(wide[leaves], sum)
		for lane, i := range r.boxes {
			if i >= 0 {
				wide[lane] = max(wide[lane], l.at[i].w)
			}
		}
	}
	var left [lanes]float64
	x := 0.0
	for _, f := range l.frames { // no arrow crosses a frame's edge between the leaves
		wide[leaves] = max(wide[leaves], textWidth(l.clusterLabel(f.path), frameSize))
	}
	for lane := range wide {
		l.channels[lane].left = x
		x += l.channels[lane].width()
		left[lane] = x
		x += wide[lane]
	}
	l.channels[lanes].left = x
	l.w = x + l.channels[lanes].width()
	l.titles = left[leaves]
	for _, r := range l.rows {
		x := left[leaves]
		for _, i := range r.leaves {
			l.at[i].x = x + l.at[i].w/2
			x += l.at[i].w + gap
		}
		for lane, i := range r.boxes {
			if i >= 0 {
				l.at[i].x = left[lane] + wide[lane]/2
			}
		}
	}
	slices.SortStableFunc(l.frames, func(a, b frame) int { return cmp.Compare(len(a.path), len(b.path)) })
}
