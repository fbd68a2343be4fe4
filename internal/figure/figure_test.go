package figure

import (
	"bytes"
	"encoding/xml"
	"image"
	"image/png"
	"io"
	"math"
	"os"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
)

// sample is a picture with everything a picture can have.
func sample() Picture {
	level, none := 35.0, math.NaN()
	return Picture{
		Lines: []string{"one & all", "two", "three", "four"}, Level: "majority", Note: "means of 3 seeds",
		Panels: []Panel{
			{Title: "first", X: "rows", Y: "accuracy (%)", Log: true, Ticks: []int{10, 1000, 1100, 10000}, Level: &level, Lines: []Line{
				{0, []Point{{10, 40, 3}, {1000, 60, 2}, {10000, 95, 1}}}, {1, []Point{{10, 38, 0}, {1000, 45, 0}, {1100, none, 0}, {10000, 70, 0}}},
			}},
			{Title: "second", X: "blocks", Y: "accuracy (%)", Ticks: []int{0, 1, 2}, Lines: []Line{
				{2, []Point{{0, 80, 0}, {2, 90, 0}}}, {3, []Point{{0, 85, 0}, {1, 82, 4}, {2, 84, 0}}},
			}},
			{Title: "third", Ticks: []int{5}, Lines: []Line{{0, nil}}},
		},
	}
}

func TestSVG(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, sample().Write("svg", &b))
	for _, text := range []string{"one &amp; all", "majority", "means of 3 seeds", "first", "accuracy (%)", "10,000", "1,100"} {
		require.Contains(t, b.String(), ">"+text+"<")
	}
	require.NotContains(t, b.String(), ">1,000<", "too near to 1,100")
	require.NotContains(t, b.String(), "NaN")
	for d := xml.NewDecoder(&b); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
	}
}

func TestPNG(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, sample().Write("png", &b))
	if path := os.Getenv("GORGPT_FIGURE"); path != "" { // to look at it
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	}
	picture, err := png.Decode(&b)
	require.NoError(t, err)
	require.Equal(t, image.Pt(1110, 920), picture.Bounds().Size())
	colors := map[[3]uint8]int{}
	for i, p := 0, picture.(*image.RGBA).Pix; i < len(p); i += 4 {
		colors[[3]uint8(p[i:i+3])]++
	}
	for i, look := range looks {
		c := look.pen.color
		require.Greater(t, colors[[3]uint8{c.R, c.G, c.B}], 200, "line %d", i)
	}
	require.Greater(t, colors[[3]uint8{}], 1000, "texts")
	require.Greater(t, colors[[3]uint8{0xff, 0xff, 0xff}], 500_000, "background")
}

func TestUnknownFormat(t *testing.T) {
	require.EqualError(t, sample().Write("gif", io.Discard), `unknown format "gif": want svg or png`)
}

func TestEvenTicks(t *testing.T) {
	for _, c := range []struct {
		least, most float64
		labels      []string
	}{
		{1, 2500, []string{"500", "1000", "1500", "2000", "2500"}},
		{0.13, 0.92, []string{"0.2", "0.4", "0.6", "0.8"}},
		{-2, 4, []string{"-2", "-1", "0", "1", "2", "3", "4"}},
		{3, 3, []string{"3"}},
		{-0.01, 0.03, []string{"-0.01", "0", "0.01", "0.02", "0.03"}},
		{-0.001, 0.06, []string{"0", "0.01", "0.02", "0.03", "0.04", "0.05", "0.06"}}, // not -0
	} {
		var labels []string
		for _, x := range EvenTicks(c.least, c.most, 6) {
			labels = append(labels, x.Label)
		}
		require.Equal(t, c.labels, labels)
	}
}

func TestDashed(t *testing.T) {
	line := []point{{0, 0}, {4, 0}, {4, 6}}
	require.Equal(t, [][]point{line}, dashed(line, nil))
	require.Equal(t, [][]point{{{0, 0}, {3, 0}}, {{4, 1}, {4, 4}}, {{4, 6}}}, dashed(line, []float64{3, 2}))
	require.Equal(t, [][]point{{{0, 0}, {4, 0}, {4, 1}}}, dashed(line, []float64{5, 9}), "round the corner")
}

func TestThousands(t *testing.T) {
	require.Equal(t, "999 1,000 1,234,567", Thousands(999)+" "+Thousands(1000)+" "+Thousands(1234567))
}

// Ends that differ only by rounding are one number.
func TestEvenTicksOfOneNumber(t *testing.T) {
	require.Equal(t, []Tick{{0.5, "0.5"}}, EvenTicks(0.5, 0.5, 4))
	require.Len(t, EvenTicks(0.9, math.Nextafter(0.9, 1), 4), 1)
}
