package simd

import "math"

// stripLine adds a multiple of one line to a row of c, which tileGeneric does in the same way.
func stripLine(c *[StripWidth]float32, a float32, w *[StripWidth]float32) {
	for j, v := range w {
		c[j] += a * v
	}
}

func stripFloat32Generic(c, a, w []float32) {
	var sum [StripWidth]float32
	for p, x := range a {
		stripLine(&sum, x, (*[StripWidth]float32)(w[p*StripWidth:]))
	}
	copy(c, sum[:])
}

func stripBFloat16Generic(c, a []float32, w []uint16) {
	var sum, line [StripWidth]float32
	for p, x := range a {
		widenBFloat16Generic(line[:], 1, w[p*StripWidth:])
		stripLine(&sum, x, &line)
	}
	copy(c, sum[:])
}

func stripInt8Generic(c, a []float32, w []int8, scales []float32) {
	var sum, line [StripWidth]float32
	for p, x := range a {
		widenInt8Generic(line[:], 1, w[p*StripWidth:], scales[p:])
		stripLine(&sum, x, &line)
	}
	copy(c, sum[:])
}

func stripInt8ColumnsGeneric(c, a []float32, w []int8, scales []float32) {
	var sum, line [StripWidth]float32
	for p, x := range a {
		widenInt8ColumnsGeneric(line[:], 1, w[p*StripWidth:], scales[p/StripLines*StripWidth:])
		stripLine(&sum, x, &line)
	}
	copy(c, sum[:])
}

func stripsFloat32Generic(c, a []float32, ld, k int, w []float32) {
	for r := range StripRows {
		stripFloat32Generic(c[r*StripWidth:(r+1)*StripWidth], a[r*ld:r*ld+k], w)
	}
}

func stripsBFloat16Generic(c, a []float32, ld, k int, w []uint16) {
	for r := range StripRows {
		stripBFloat16Generic(c[r*StripWidth:(r+1)*StripWidth], a[r*ld:r*ld+k], w)
	}
}

func stripsInt8Generic(c, a []float32, ld, k int, w []int8, scales []float32) {
	for r := range StripRows {
		stripInt8Generic(c[r*StripWidth:(r+1)*StripWidth], a[r*ld:r*ld+k], w, scales)
	}
}

func stripsInt8ColumnsGeneric(c, a []float32, ld, k int, w []int8, scales []float32) {
	for r := range StripRows {
		stripInt8ColumnsGeneric(c[r*StripWidth:(r+1)*StripWidth], a[r*ld:r*ld+k], w, scales)
	}
}

func widenBFloat16Generic(dst []float32, k int, w []uint16) {
	for i, bits := range w[:k*StripWidth] {
		dst[i] = math.Float32frombits(uint32(bits) << 16)
	}
}

func widenInt8Generic(dst []float32, k int, w []int8, scales []float32) {
	for p, s := range scales[:k] {
		line := dst[p*StripWidth : (p+1)*StripWidth]
		for j, q := range w[p*StripWidth : (p+1)*StripWidth] {
			line[j] = s * float32(q)
		}
	}
}

func widenInt8ColumnsGeneric(dst []float32, k int, w []int8, scales []float32) {
	for p := range k {
		line, from := dst[p*StripWidth:(p+1)*StripWidth], p/StripLines*StripWidth
		s := scales[from : from+StripWidth]
		for j, q := range w[p*StripWidth : (p+1)*StripWidth] {
			line[j] = s[j] * float32(q)
		}
	}
}
