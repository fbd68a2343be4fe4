package figure

import (
	"image"
	"image/color"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// scale is the number of pixels in a point: 150 to the inch.
const scale = 150. / 72

// raster is a canvas of pixels.
type raster struct {
	image *image.RGBA
	paint vector.Rasterizer
}

func newRaster(width, height float64) *raster {
	r := &raster{image: image.NewRGBA(image.Rect(0, 0, int(math.Ceil(width*scale)), int(math.Ceil(height*scale))))}
	for i := range r.image.Pix {
		r.image.Pix[i] = 0xff // white
	}
	return r
}

// outline is a shape in the making, in pixels.
type outline []part

// part is a step of an outline: to the last of its points, by way of the others.
type part struct {
	op sfnt.SegmentOp
	to [3]struct{ x, y float64 } // as many as op needs; the others repeat the last
}

// polygon adds a polygon.
func (o *outline) polygon(corners ...point) {
	for i, p := range corners {
		p.x, p.y = p.x*scale, p.y*scale
		to := part{op: sfnt.SegmentOpLineTo, to: [3]struct{ x, y float64 }{p, p, p}}
		if i == 0 {
			to.op = sfnt.SegmentOpMoveTo
		}
		*o = append(*o, to)
	}
}

// shape fills an outline.
func (r *raster) shape(o outline, c color.NRGBA) {
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, part := range o {
		for _, p := range part.to {
			left, top, right, bottom = min(left, p.x), min(top, p.y), max(right, p.x), max(bottom, p.y)
		}
	}
	if len(o) == 0 {
		return
	}
	box := image.Rect(int(math.Floor(left)), int(math.Floor(top)), int(math.Ceil(right)), int(math.Ceil(bottom)))
	r.paint.Reset(box.Dx(), box.Dy())
	for _, part := range o {
		var to [3]struct{ x, y float32 }
		for i, p := range part.to {
			to[i].x, to[i].y = float32(p.x-float64(box.Min.X)), float32(p.y-float64(box.Min.Y))
		}
		switch part.op {
		case sfnt.SegmentOpMoveTo:
			r.paint.ClosePath()
			r.paint.MoveTo(to[0].x, to[0].y)
		case sfnt.SegmentOpLineTo:
			r.paint.LineTo(to[0].x, to[0].y)
		case sfnt.SegmentOpQuadTo:
			r.paint.QuadTo(to[0].x, to[0].y, to[1].x, to[1].y)
		case sfnt.SegmentOpCubeTo:
			r.paint.CubeTo(to[0].x, to[0].y, to[1].x, to[1].y, to[2].x, to[2].y)
		}
	}
	r.paint.ClosePath()
	r.paint.Draw(r.image, box, image.NewUniform(c), image.Point{})
}

func (r *raster) fill(corners []point, c color.NRGBA) {
	var o outline
	o.polygon(corners...)
	r.shape(o, c)
}

// line draws a rectangle for each part of the line, and a disc where two parts meet. All go round in the
// same direction, so that they may overlap.
func (r *raster) line(path []point, p pen) {
	for _, dash := range dashed(path, p.dashes) {
		var o outline
		for i := 1; i < len(dash); i++ {
			a, b := dash[i-1], dash[i]
			length := math.Hypot(b.x-a.x, b.y-a.y)
			if length == 0 {
				continue
			}
			dx, dy := p.width/2*(b.x-a.x)/length, p.width/2*(b.y-a.y)/length
			o.polygon(point{a.x - dy, a.y + dx}, point{a.x + dy, a.y - dx}, point{b.x + dy, b.y - dx}, point{b.x - dy, b.y + dx})
			if i > 1 {
				o.polygon(disc(a, p.width/2)...)
			}
		}
		r.shape(o, p.color)
	}
}

// dashed cuts a line into its dashes.
func dashed(path []point, dashes []float64) [][]point {
	if len(dashes) == 0 {
		return [][]point{path}
	}
	var all [][]point
	now, left := 0, dashes[0] // even: a dash, odd: a gap
	dash := []point{path[0]}
	for i := 1; i < len(path); i++ {
		a, b := path[i-1], path[i]
		length := math.Hypot(b.x-a.x, b.y-a.y)
		for at := 0.0; at < length; {
			step := min(left, length-at)
			at, left = at+step, left-step
			p := point{a.x + (b.x-a.x)*at/length, a.y + (b.y-a.y)*at/length}
			if now%2 == 0 {
				dash = append(dash, p)
			}
			if left > 0 {
				continue // the line turns within a dash or a gap
			}
			if now%2 == 0 {
				all = append(all, dash)
			}
			now++
			left, dash = dashes[now%len(dashes)], []point{p}
		}
	}
	if now%2 == 0 {
		all = append(all, dash)
	}
	return all
}

// text draws the outlines of the letters.
func (r *raster) text(at point, size, anchor float64, up bool, s string) {
	start := -anchor * textWidth(s, size)
	var o outline
	letters(s, size, func(shift float64, letter sfnt.Segments) {
		for _, segment := range letter {
			part := part{op: segment.Op}
			last := map[sfnt.SegmentOp]int{sfnt.SegmentOpQuadTo: 1, sfnt.SegmentOpCubeTo: 2}[segment.Op]
			for i := range part.to {
				p := segment.Args[min(i, last)]
				dx, dy := (start+shift)*scale+float64(p.X)/64, float64(p.Y)/64
				if up {
					dx, dy = dy, -dx
				}
				part.to[i].x, part.to[i].y = at.x*scale+dx, at.y*scale+dy
			}
			o = append(o, part)
		}
	})
	r.shape(o, color.NRGBA{A: 0xff})
}

// WriteTo writes the picture.
func (r *raster) WriteTo(w io.Writer) (int64, error) {
	return 0, png.Encode(w, r.image)
}

// typeface is the font of all pictures.
var typeface, typefaceErr = sfnt.Parse(goregular.TTF)

// letters calls f with the outline of each letter of s and its distance from the first, in points, and returns the width of all.
func letters(s string, size float64, f func(shift float64, letter sfnt.Segments)) float64 {
	if typefaceErr != nil {
		return 0
	}
	var buffer sfnt.Buffer
	em, shift := fixed.Int26_6(size*scale*64), 0.0
	for _, r := range s {
		index, err := typeface.GlyphIndex(&buffer, r)
		if err != nil {
			continue
		}
		if segments, err := typeface.LoadGlyph(&buffer, index, em, nil); err == nil {
			f(shift, segments)
		}
		if advance, err := typeface.GlyphAdvance(&buffer, index, em, font.HintingNone); err == nil {
			shift += float64(advance) / 64 / scale
		}
	}
	return shift
}

// textWidth returns the width of a text in points.
func textWidth(s string, size float64) float64 {
	return letters(s, size, func(float64, sfnt.Segments) {})
}
