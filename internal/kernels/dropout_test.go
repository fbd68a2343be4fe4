package kernels

import (
	"math/bits"
	"testing"

	"github.com/stretchr/testify/assert"
)

func ones(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = 1
	}
	return x
}

func TestDropRateAndExpectation(t *testing.T) {
	const b, positions, c = 2, 64, 768
	for _, p := range []float32{0, 0.1, 0.5, 0.9} {
		d := NewDrop(p, 1, 1, 1)
		y := make([]float32, b*positions*c)
		d.Rows(y, ones(len(y)), []int32{0, 1}, b, positions, c)
		dropped, sum := 0, 0.0
		for _, v := range y {
			if v == 0 {
				dropped++
			} else {
				assert.Equal(t, d.Scale, v)
			}
			sum += float64(v)
		}
		assert.InDelta(t, p, float64(dropped)/float64(len(y)), 0.01)
		assert.InDelta(t, 1, sum/float64(len(y)), 0.03)
	}
	assert.Panics(t, func() { NewDrop(1, 0, 0, 0) })
}

// TestDropRowsFollowSequence checks that the mask goes with the sequence number,
// not with its place in the batch.
func TestDropRowsFollowSequence(t *testing.T) {
	const positions, c = 5, 13
	d := NewDrop(0.5, 3, 4, 5)
	both, one := make([]float32, 2*positions*c), make([]float32, positions*c)
	d.Rows(both, ones(len(both)), []int32{8, 9}, 2, positions, c)
	d.Rows(one, ones(len(one)), []int32{9}, 1, positions, c)
	assert.Equal(t, both[positions*c:], one)
	assert.NotEqual(t, both[:positions*c], one)
}

// TestDropoutKeysDiffer looks for related masks: neighbouring seeds, steps and
// names must give keys that differ in about half of their bits.
func TestDropoutKeysDiffer(t *testing.T) {
	seen := map[uint64]bool{}
	for seed := range int64(10) {
		for step := range int64(10) {
			for name := range uint64(10) {
				key := dropoutKey(seed, step, name)
				assert.False(t, seen[key])
				seen[key] = true
				assert.Greater(t, bits.OnesCount64(key^dropoutKey(seed, step, name+1)), 12)
			}
		}
	}
}
