package train

import (
	"testing"

	"github.com/pkg/errors"

	"gorgpt/dist"
	"gorgpt/dist/disttest"
)

// The ranks try both ways and choose the one that is faster in total.
func TestOverlap(t *testing.T) {
	const n = 3
	for _, gain := range []float64{0.5, -0.5} {
		disttest.RunOn(t, []string{"a", "a", "b"}, func(g *dist.Group) error {
			var b overlap
			without, with := 0, 0
			for range 2 + 2*trials {
				seconds := 10.0
				if b.next(g) {
					seconds -= gain * float64(1+g.Rank())
					with++
				} else if without++; g.Rank() == 0 {
					seconds -= gain // on this rank alone, the other way is faster
				}
				if err := b.took(g, seconds); err != nil {
					return err
				}
			}
			if with != without || b.next(g) != (gain > 0) {
				return errors.Errorf("%d updates with overlap, %d without: %+v", with, without, b)
			}
			return b.took(g, 1000)
		})
	}
	disttest.Run(t, n, func(g *dist.Group) error {
		var b overlap
		for range 100 {
			if b.next(g) {
				return errors.New("ranks on one host must not overlap")
			}
			if err := b.took(g, 1); err != nil {
				return err
			}
		}
		if b.tried != 0 {
			return errors.Errorf("%d updates were tried on one host", b.tried)
		}
		return nil
	})
}
