package figure_test

import (
	"bytes"
	"fmt"

	"gorgpt/internal/figure"
)

// A sheet with one plot.
func Example() {
	plot := &figure.Plot{
		X:     figure.Axis{Label: "update", Min: 0, Max: 100, Ticks: figure.EvenTicks(0, 100, 5)},
		Y:     figure.Axis{Label: "loss", Min: 0, Max: 4, Ticks: figure.EvenTicks(0, 4, 4)},
		Lines: []figure.Series{{Look: figure.Blue, Points: []figure.Point{{X: 0, Y: 4}, {X: 50, Y: 2}, {X: 100, Y: 1.5}}}},
	}
	sheet := figure.Sheet{Rows: [][]*figure.Plot{{plot}}, Width: 300, Height: []float64{200}}
	var svg bytes.Buffer
	if err := sheet.Write("svg", &svg); err != nil {
		fmt.Println(err)
	}
	fmt.Println(bytes.Contains(svg.Bytes(), []byte(">loss</text>")))
	// Output: true
}
