package figure

import (
	"image/color"
	"math"
)

// Look is how a line is drawn: its colour, width, dashes, and the glyph at each point. Lightness,
// dashes and glyphs distinguish lines without colours.
// A Look is safe for concurrent use.
type Look struct {
	pen   pen
	glyph func(center point, radius float64) []point // corners; nil: no glyphs
}

// The looks of losses: of each update, smoothed, held out (with dots or without), and another quantity.
var (
	Pale   = Look{pen: pen{color: color.NRGBA{0xb0, 0xc4, 0xde, 0xff}, width: 0.7}}
	Blue   = Look{pen: pen{color: color.NRGBA{0x1f, 0x4e, 0x9c, 0xff}, width: 1.4}}
	Orange = Look{pen: pen{color: color.NRGBA{0xd9, 0x6b, 0x0b, 0xff}, width: 1.4}}
	Dotted = Look{pen: Orange.pen, glyph: disc}
	Dots   = Look{pen: pen{color: color.NRGBA{0x1f, 0x4e, 0x9c, 0xff}}, glyph: disc} // without a line
	Grey   = Look{pen: pen{color: color.NRGBA{0x55, 0x55, 0x55, 0xff}, width: 1.2}}
)

// looks are those of the lines of a [Picture].
var looks = []Look{
	{pen{color.NRGBA{0x0b, 0x3c, 0x7d, 0xff}, 1.8, nil}, disc},
	{pen{color.NRGBA{0xe0, 0x7b, 0x1a, 0xff}, 1.8, []float64{5, 3}}, square},
	{pen{color.NRGBA{0x3f, 0x8f, 0x6b, 0xff}, 1.8, []float64{8, 2}}, triangle},
	{pen{color.NRGBA{0x9a, 0x4f, 0x96, 0xff}, 1.8, []float64{2, 2}}, cross},
}

var (
	levelLook = Look{pen: pen{color.NRGBA{0x60, 0x60, 0x60, 0xff}, 1.2, []float64{1.5, 2.5}}}
	gridPen   = pen{color: color.NRGBA{0xd8, 0xd8, 0xd8, 0xff}, width: 0.5}
	axisPen   = pen{color: color.NRGBA{A: 0xff}, width: 0.5}
)

// around returns corners at these places, in radii from the centre, clockwise on the canvas.
func around(c point, radius float64, places ...point) []point {
	corners := make([]point, len(places))
	for i, p := range places {
		corners[i] = point{c.x + radius*p.x, c.y + radius*p.y}
	}
	return corners
}

func disc(c point, radius float64) []point {
	var places [16]point
	for i := range places {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(places)))
		places[i] = point{cos, sin}
	}
	return around(c, radius, places[:]...)
}

func square(c point, radius float64) []point {
	return around(c, radius, point{-1, -1}, point{1, -1}, point{1, 1}, point{-1, 1})
}

func triangle(c point, radius float64) []point {
	return around(c, radius, point{0, -1.2}, point{1.1, 0.8}, point{-1.1, 0.8})
}

// cross is a plus sign turned by 45 degrees.
func cross(c point, radius float64) []point {
	const a, b = 0.8, 1.2
	return around(c, radius, point{-b, -a}, point{-a, -b}, point{0, a - b}, point{a, -b}, point{b, -a}, point{b - a, 0},
		point{b, a}, point{a, b}, point{0, b - a}, point{-a, b}, point{-b, a}, point{a - b, 0})
}

// Number returns the looks of one of several things over each other: of its line, and of its line with glyphs. Four differ.
func Number(i int) (plain, dotted Look) {
	dotted = looks[i%len(looks)]
	return Look{pen: pen{color: dotted.pen.color, width: dotted.pen.width}}, dotted
}
