package draw

import (
	"cmp"
	"math"
	"slices"

	"gorgpt/graph"
)

// side is one of a box.
type side int

const (
	left side = iota
	right
	top
	bottom
)

// route is the way of an arrow: straight from one box of a lane to the next, a curve within a
// row, or along a channel between the lanes.
type route struct {
	*edge
	ends    [2]*end
	channel int // -1: none
	bundle  bundle
	track   int
	y       float64 // where it enters the channel
}

// bundle identifies arrows that share a track: their common start or end, whichever has more
// arrows in the channel.
type bundle struct {
	box    int
	ending bool
	course course
	shared bool // an end of arrows in a channel
}

// end is where an arrow touches a box.
type end struct {
	box, other int
	side       side
	label      string
	bundle     bundle  // ends of one touch it in one place
	share      float64 // how far along the side, from -½ to ½
}

// channel is the space on the left of a lane, or on the right of the last. Arrows with an end
// in common share a track.
type channel struct {
	left   float64
	tracks int
	labels float64 // the width of the widest
	nearer bool    // the labels are on the left of the tracks
	used   bool
}

func (c *channel) width() float64 {
	if !c.used {
		return gap
	}
	return 2*gap + c.labels + trackGap*float64(c.tracks)
}

// x is the position of a track. Labels stand between the tracks and the lane that their arrows lead to.
func (l *layout) x(channel, track int) float64 {
	c, away := l.channels[channel], trackGap*float64(track)
	switch {
	case channel == first:
		return c.left + c.width() - gap - c.labels - away
	case c.nearer:
		return c.left + gap + c.labels + away
	}
	return c.left + gap + away
}

// meet finds where the arrows leave and meet boxes, and makes boxes as tall and as wide as the labels need.
func (l *layout) meet() {
	order := l.order()
	for _, e := range l.edges {
		r := &route{edge: e}
		from, to := l.sides(r, order)
		for k, s := range []side{from, to} {
			ends := [2]int{e.from, e.to}
			r.ends[k] = &end{box: ends[k], other: ends[1-k], side: s}
			if k == 1 || s >= top && to >= top { // a label stands beside an arrow that is straight
				r.ends[k].label = r.label
			}
			at := &l.at[ends[k]]
			at.ports[s] = append(at.ports[s], r.ends[k])
		}
		l.routes = append(l.routes, r)
		if to < top {
			c := &l.channels[l.at[e.to].lane+int(to)]
			c.labels = max(c.labels, textWidth(r.label, smallSize))
			c.nearer = to == right
		}
	}
	l.gather()
	for i := range l.at {
		for s, ports := range l.at[i].ports {
			label := 0.0 // the width of the widest
			for _, p := range ports {
				label = max(label, textWidth(p.label, smallSize))
			}
			n := places(ports)
			switch ends := float64(n) / span(n); {
			case label == 0:
			case s < top:
				l.at[i].h = max(l.at[i].h, l.above(i)+labelStep*ends)
			default:
				l.at[i].w = max(l.at[i].w, (label+2*labelGap)*ends)
			}
		}
	}
}

// route finds the ways of all arrows, up to where lanes stand on the page.
func (l *layout) route() {
	for i := range l.at {
		for _, ports := range l.at[i].ports {
			l.share(ports)
		}
	}
	for i := range l.channels {
		l.fillChannel(i)
	}
}

// gather finds the bundles of the arrows in channels.
func (l *layout) gather() {
	count := map[[3]int]int{}
	for _, r := range l.routes {
		count[[3]int{r.channel, r.from, 0}]++
		count[[3]int{r.channel, r.to, 1}]++
	}
	for _, r := range l.routes {
		if r.channel < 0 {
			continue
		}
		r.bundle = bundle{box: r.from, course: r.course, shared: true}
		if count[[3]int{r.channel, r.to, 1}] > count[[3]int{r.channel, r.from, 0}] {
			r.bundle.box, r.bundle.ending = r.to, true
		}
		switch {
		case !r.bundle.ending:
			r.ends[0].bundle = r.bundle
		case r.label == "":
			r.ends[1].bundle = r.bundle
		}
	}
}

// share distributes the ends at a side of a box, in the order of where the arrows lead.
func (l *layout) share(ports []*end) {
	slices.SortStableFunc(ports, func(a, b *end) int {
		x, y := l.at[a.other], l.at[b.other]
		if a.side >= top && x.lane != y.lane {
			return cmp.Compare(x.lane, y.lane)
		}
		return cmp.Compare(x.y, y.y)
	})
	slot, n := map[bundle]float64{}, 0
	for _, p := range ports {
		if _, found := slot[p.bundle]; found {
			continue
		}
		if p.share = float64(n); p.bundle.shared {
			slot[p.bundle] = p.share
		}
		n++
	}
	for _, p := range ports {
		if at, found := slot[p.bundle]; found {
			p.share = at
		}
		p.share = span(n) * ((p.share+0.5)/float64(n) - 0.5)
	}
}

// places counts the places of the ends at a side: each bundle has one, and each other end.
func places(ports []*end) int {
	n, seen := 0, map[bundle]bool{}
	for _, p := range ports {
		if !seen[p.bundle] {
			n++
		}
		seen[p.bundle] = p.bundle.shared
	}
	return n
}

// span is the part of a side along which n ends are distributed.
func span(n int) float64 {
	if n > 3 {
		return 0.9
	}
	return 0.6
}

// order numbers the boxes of each lane from above.
func (l *layout) order() []int {
	order := make([]int, len(l.boxes))
	var n [lanes]int
	for _, r := range l.rows {
		for lane, i := range r.boxes {
			if i >= 0 {
				order[i] = n[lane]
				n[lane]++
			}
		}
	}
	return order
}

// sides are the sides where an arrow leaves one box and meets another.
func (l *layout) sides(r *route, order []int) (from, to side) {
	a, b := l.at[r.from], l.at[r.to]
	r.channel = -1
	switch {
	case a.lane == leaves:
		from, to, r.channel = bottom, right, b.lane+1
		if b.lane == final {
			to, r.channel = left, final
		}
	case a.lane == b.lane:
		step := order[r.to] - order[r.from]
		switch {
		case step == 1 && r.course != next:
			return bottom, top
		case step == -1 && r.course != next:
			return top, bottom
		case a.lane == final:
			from, to, r.channel = right, right, lanes
		default:
			from, to, r.channel = left, left, a.lane
		}
		l.channels[r.channel].used = true
		return from, to
	case a.lane < b.lane:
		from, to, r.channel = right, left, a.lane+1
	default:
		from, to, r.channel = left, right, a.lane
	}
	l.channels[r.channel].used = true
	if a.rung == b.rung {
		r.channel = -1
	}
	return from, to
}

// fillChannel gives the arrows of a channel their tracks: the shortest are nearest to the lane.
func (l *layout) fillChannel(i int) {
	type group struct {
		routes   []*route
		from, to float64
	}
	c := &l.channels[i]
	var groups []*group
	byKey := map[bundle]*group{}
	for _, r := range l.routes {
		if r.channel != i {
			continue
		}
		g := byKey[r.bundle]
		if g == nil {
			g = &group{from: math.Inf(1), to: math.Inf(-1)}
			byKey[r.bundle] = g
			groups = append(groups, g)
		}
		if r.y = l.height(r.ends[0]); r.ends[0].side == bottom {
			r.y = l.at[r.from].rung.gutter
		}
		y := l.height(r.ends[1])
		g.routes, g.from, g.to = append(g.routes, r), min(g.from, r.y, y), max(g.to, r.y, y)
	}
	slices.SortStableFunc(groups, func(a, b *group) int { return cmp.Compare(a.to-a.from, b.to-b.from) })
	var tracks [][]*group
	for _, g := range groups {
		k := slices.IndexFunc(tracks, func(t []*group) bool {
			return !slices.ContainsFunc(t, func(o *group) bool { return g.from < o.to+gap/2 && o.from < g.to+gap/2 })
		})
		if k < 0 {
			k = len(tracks)
			tracks = append(tracks, nil)
		}
		tracks[k] = append(tracks[k], g)
		for _, r := range g.routes {
			r.track = k
		}
	}
	c.tracks = len(tracks)
}

// height is the height of an end on the left or right of its box.
func (l *layout) height(e *end) float64 {
	b, above := l.at[e.box], l.above(e.box)
	return b.y + above/2 + e.share*(b.h-above)
}

// above is the part of a box above its walls: the roof of a house.
func (l *layout) above(i int) float64 {
	if l.boxes[i].role == graph.Update {
		return roof
	}
	return 0
}

// point is where an end touches the outline of its box.
func (l *layout) point(e *end) (x, y float64) {
	b := l.at[e.box]
	x, y = b.x+e.share*b.w, l.height(e)
	look := lookOf(l.boxes[e.box].role)
	switch e.side {
	case left:
		return b.x - look.reach(b.w, b.h, y-b.y), y
	case right:
		return b.x + look.reach(b.w, b.h, y-b.y), y
	case top:
		return x, b.y - look.rise(b.w, b.h, x-b.x)
	}
	if look.role == graph.Input {
		return x, b.y + look.rise(b.w, b.h, x-b.x)
	}
	return x, b.y + b.h/2
}
