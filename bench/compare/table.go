//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/pkg/errors"
)

// table measures and prints the rows of a comparison.
type table struct {
	env    []string
	binary string
	sides  []side
}

func (t *table) header() {
	fmt.Printf("%-28s %8s   %23s   %23s\n", "", "limit", "gorgpt", "PyTorch")
	fmt.Printf("%-28s %8s   %8s %6s %7s   %8s %6s %7s   %6s   %s\n", "", "", "speed", "share", "peak MB", "speed", "share", "peak MB", "ratio", "ratio of each pair")
}

// row measures a configuration in pairs of runs, and the limit before each pair. Shares are those of the highest limit.
func (t *table) row(ctx context.Context, c config, pairs int) error {
	var speed, peak [2][]float64
	var limit limits
	for pair := range pairs {
		l, err := measure(ctx, t.binary, c.cores, t.env)
		if err != nil {
			return err
		}
		limit = limits{max(limit.operations, l.operations), max(limit.bytes, l.bytes)}
		for i, s := range t.sides {
			run, err := s.run(ctx, c, c.cores, t.env)
			if err != nil {
				return errors.WithMessagef(err, "%s, %s", c.name, s.name)
			}
			speed[i], peak[i] = append(speed[i], run.speed), append(peak[i], run.peakMB)
			fmt.Fprintf(os.Stderr, "%s %d/%d %s: %.4g %s\n", c.name, pair+1, pairs, s.name, run.speed, c.unit())
		}
	}
	fmt.Println(c.line(limit, speed, peak))
	return nil
}

// line returns the row of a configuration.
func (c config) line(l limits, speed, peak [2][]float64) string {
	limit := fmt.Sprintf("%.0f GF/s", l.operations/1e9)
	if c.kind == "generate" {
		limit = fmt.Sprintf("%.1f GB/s", l.bytes/1e9)
	}
	line := fmt.Sprintf("%-28s %8s", c.name+" "+c.unit(), limit)
	for i := range speed {
		m := median(speed[i])
		line += fmt.Sprintf("   %8.5g %4.0f %% %7.0f", m, 100*c.share(m, l), slices.Max(peak[i]))
	}
	line += fmt.Sprintf("   %6.2f  ", median(speed[0])/median(speed[1]))
	for pair := range speed[0] {
		line += fmt.Sprintf(" %.2f", speed[0][pair]/speed[1][pair])
	}
	return line
}

// median returns the middle value, or the mean of the two in the middle.
func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
