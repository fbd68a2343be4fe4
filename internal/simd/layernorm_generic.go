package simd

import "math"

func layerNormGeneric(y, x, gain, bias []float32, eps float32) (mean, rstd float32) {
	y, gain, bias = y[:len(x)], gain[:len(x)], bias[:len(x)]
	var sum float64
	for _, v := range x {
		sum += float64(v)
	}
	mean = float32(sum / float64(len(x)))
	var squares float64
	for _, v := range x {
		d := float64(v - mean)
		squares += d * d
	}
	rstd = float32(1 / math.Sqrt(squares/float64(len(x))+float64(eps)))
	for i, v := range x {
		y[i] = (v-mean)*rstd*gain[i] + bias[i]
	}
	return mean, rstd
}

func layerNormGradGeneric(dx, dgain, dbias, dy, x, gain []float32, mean, rstd float32) {
	dx, dgain, dbias, dy, gain = dx[:len(x)], dgain[:len(x)], dbias[:len(x)], dy[:len(x)], gain[:len(x)]
	var sumH, sumHN float64
	for i, d := range dy {
		n := (x[i] - mean) * rstd
		h := d * gain[i]
		sumH += float64(h)
		sumHN += float64(h * n)
		dgain[i] += d * n
		dbias[i] += d
	}
	avgH := float32(sumH / float64(len(x)))
	avgHN := float32(sumHN / float64(len(x)))
	for i, d := range dy {
		n := (x[i] - mean) * rstd
		dx[i] = rstd * (d*gain[i] - avgH - n*avgHN)
	}
}
