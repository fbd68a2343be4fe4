package simd

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// eachTable runs f for every table of assembly that this machine can run.
func eachTable(t *testing.T, f func(t *testing.T, fast table)) {
	tables := assembled()
	if len(tables) == 0 {
		t.Skip("no assembly in this build or on this processor")
	}
	for _, fast := range tables {
		t.Run(fast.name, func(t *testing.T) { f(t, fast) })
	}
}

// lengths covers every remainder of every vector and unrolled block, then a few
// longer runs.
func lengths() []int {
	var n []int
	for i := range 68 {
		n = append(n, i)
	}
	return append(n, 127, 128, 129, 255, 500, 768, 1023)
}

// arena hands out slices that start off any alignment and are surrounded by
// guard values.
type arena struct {
	rng  *rand.Rand
	bufs [][]float32
}

const (
	guard      = 0x7FC0DEAD // a NaN: read by mistake, it spoils the result
	guardWords = 20
)

func newArena(seed uint64) *arena { return &arena{rng: rand.New(rand.NewPCG(seed, 7))} }

// slice returns n values from a normal distribution.
func (a *arena) slice(n int) []float32 {
	start := guardWords + a.rng.IntN(16)
	buf := make([]float32, start+n+guardWords)
	for i := range buf {
		buf[i] = math.Float32frombits(guard)
	}
	a.bufs = append(a.bufs, buf)
	x := buf[start : start+n : start+n]
	for i := range x {
		x[i] = float32(a.rng.NormFloat64())
	}
	return x
}

// check fails unless all guards that surround x still stand.
func (a *arena) check(t *testing.T, what string, slices ...[]float32) {
	t.Helper()
	words := 0
	for _, x := range slices {
		words += len(x)
	}
	for _, buf := range a.bufs {
		for _, v := range buf {
			if math.Float32bits(v) == guard {
				words++
			}
		}
	}
	total := 0
	for _, buf := range a.bufs {
		total += len(buf)
	}
	require.Equal(t, total, words, "%s: wrote outside its slices", what)
}

func clone(x []float32) []float32 { return append([]float32(nil), x...) }

// near fails unless every got[i] is within rel·|want[i]| + abs of want[i]; NaN
// and infinities must agree.
func near(t *testing.T, what string, got, want []float32, rel, abs float64) {
	t.Helper()
	require.Len(t, got, len(want), what)
	for i := range got {
		g, w := float64(got[i]), float64(want[i])
		if g == w || math.IsNaN(g) && math.IsNaN(w) {
			continue
		}
		if !(math.Abs(g-w) <= rel*math.Abs(w)+abs) {
			require.Failf(t, what, "at %d of %d got %g, want %g", i, len(got), g, w)
		}
	}
}

// specials are the values where float code goes wrong.
func specials() []float32 {
	inf, nan := math.Inf(1), math.NaN()
	var x []float32
	for _, v := range []float64{
		0, 1e-45, 1e-39, 1.2e-38, 1e-20, 1e-3, 0.5, 1, 9.999, 10, 10.01, 13, 50, 86.9, 87.4, 88, 88.7,
		88.73, 89, 104, 127, 128, 1e3, 1e9, 1e19, 1e20, 3e38, inf,
	} {
		x = append(x, float32(v), float32(-v))
	}
	return append(x, float32(nan), float32(math.Copysign(0, -1)))
}

func TestChoose(t *testing.T) {
	tables := append(assembled(), generic)
	for _, want := range tables {
		got, err := choose(want.name, tables)
		require.NoError(t, err)
		assert.Equal(t, want.name, got.name)
	}
	best, err := choose("", tables)
	require.NoError(t, err)
	assert.Equal(t, tables[0].name, best.name)
	got, err := choose("mmx", tables)
	assert.Equal(t, "generic", got.name)
	assert.ErrorContains(t, err, "GORGPT_CPU=mmx")
	assert.ErrorContains(t, err, "generic")
}
