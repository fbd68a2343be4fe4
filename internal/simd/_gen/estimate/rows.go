package main

import (
	"fmt"
	"strings"
)

// pass is an innermost loop of a function, the number loop of them, and how many elements a turn
// of it does.
type pass struct {
	function string
	loop     int
	elements float64
}

// rows are the kernels that need several loops, in assembly or in plain Go. A stream has three: over
// several vectors, over one and over elements; the first counts.
var rows = []struct {
	name        string
	neon, plain []pass
}{
	{"expSum", []pass{{"expSumNEON", 0, 8}}, []pass{{"expSumGeneric", 0, 1}}},
	{"sumExp", []pass{{"sumExpNEON", 0, 8}}, []pass{{"sumExpGeneric", 0, 1}}},
	{"gelu", []pass{{"geluNEON", 0, 8}}, []pass{{"geluGeneric", 0, 1}}},
	{"geluGrad", []pass{{"geluGradNEON", 0, 8}}, []pass{{"geluGradGeneric", 0, 1}}},
	{
		"layerNorm",
		[]pass{{"layerNormNEON", 0, 32}, {"layerNormNEON", 3, 32}, {"layerNormNEON", 6, 16}},
		[]pass{{"layerNormGeneric", 0, 1}, {"layerNormGeneric", 1, 1}, {"layerNormGeneric", 2, 1}},
	},
	{
		"layerNormGrad",
		[]pass{{"layerNormGradNEON", 0, 16}, {"layerNormGradNEON", 3, 16}},
		[]pass{{"layerNormGradGeneric", 0, 1}, {"layerNormGradGeneric", 1, 1}},
	},
	{"dropout", []pass{{"dropoutNEON", 0, 32}}, []pass{{"philox", 0, 0.8}, {"dropoutGeneric", 0, 1}}}, // 10 rounds for 8
	{"adam", []pass{{"adamNEON", 0, 16}}, []pass{{"adamGeneric", 0, 1}}},
	{"stripBFloat16", []pass{{"stripBFloat16NEON", 0, 128}}, compact("BFloat16")},
	{"stripsBFloat16", []pass{{"stripsBFloat16NEON", 0, 256}}, compact("BFloat16")},
	{"widenBFloat16", []pass{{"widenBFloat16NEON", 0, 128}}, compact("BFloat16")[:1]},
	{"stripInt8", []pass{{"stripInt8NEON", 0, 128}}, compact("Int8")},
	{"stripsInt8", []pass{{"stripsInt8NEON", 0, 256}}, compact("Int8")},
	{"widenInt8", []pass{{"widenInt8NEON", 0, 128}}, compact("Int8")[:1]},
	{"stripInt8Columns", []pass{{"stripInt8ColumnsNEON", 0, 128}}, compact("Int8Columns")},
	{"stripsInt8Columns", []pass{{"stripsInt8ColumnsNEON", 0, 256}}, compact("Int8Columns")},
	{"widenInt8Columns", []pass{{"widenInt8ColumnsNEON", 0, 128}}, compact("Int8Columns")[:1]},
}

// compact are the loops of plain Go over a weight: one widens it, one multiplies and adds.
func compact(format string) []pass {
	return []pass{{"widen" + format + "Generic", 0, 1}, {"stripFloat32Generic", 0, 1}}
}

// printRows prints the table of rows.
func (p program) printRows() error {
	fmt.Printf("\n| kernel | instructions per element | plain Go | share | cycles per element: %s |\n| --- | --- | --- | --- |%s\n",
		strings.Join(processors, " | "), strings.Repeat(" --- |", len(processors)))
	for _, r := range rows {
		mine, err := p.total(r.neon, func(loop function) (float64, error) { return float64(len(loop)), nil })
		if err != nil {
			return err
		}
		plain, err := p.total(r.plain, func(loop function) (float64, error) { return float64(p.length(loop)), nil })
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %.2f | %.2f | %.0f %%", r.name, mine, plain, 100*mine/plain)
		for _, cpu := range processors {
			cycles, err := p.total(r.neon, func(loop function) (float64, error) { return schedule(cpu, loop) })
			if err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			fmt.Printf(" | %.3f", cycles)
		}
		fmt.Println(" |")
	}
	return nil
}

// total adds what measure finds in each loop, divided by its elements.
func (p program) total(passes []pass, measure func(loop function) (float64, error)) (float64, error) {
	sum := 0.0
	for _, s := range passes {
		loops := p[s.function].loops()
		if s.loop >= len(loops) {
			return 0, fmt.Errorf("%s has %d loops", s.function, len(loops))
		}
		n, err := measure(loops[s.loop])
		if err != nil {
			return 0, err
		}
		sum += n / s.elements
	}
	return sum, nil
}
