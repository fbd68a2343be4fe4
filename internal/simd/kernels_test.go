package simd

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The bounds below: two exponentials of two units in the last place (1.2e-7
// each) differ by at most 5e-7 of their value, and what is computed from them
// by less than ten more roundings by at most 1e-6. A float32 sum of n numbers of
// the order of 1 may lose half a unit of the partial sum at each addition.
const tight = 1e-6

func TestElementwise(t *testing.T) {
	eachTable(t, func(t *testing.T, fast table) {
		for _, n := range lengths() {
			a := newArena(uint64(n))
			x, y, z, dst := a.slice(n), a.slice(n), a.slice(n), a.slice(n)
			what := fmt.Sprintf("n %d", n)
			for name, f := range map[string]func(k table, dst []float32){
				"add":      func(k table, dst []float32) { k.add(dst, x, y) },
				"scale":    func(k table, dst []float32) { k.scale(dst, x, 0.7) },
				"axpy":     func(k table, dst []float32) { k.axpy(dst, x, -1.3) },
				"shiftMul": func(k table, dst []float32) { k.shiftMul(dst, x, y, 0.3, 0.125) },
				"mulSub":   func(k table, dst []float32) { k.mulSub(dst, x, y, z, 0.3, 0.125) },
				"gelu":     func(k table, dst []float32) { k.gelu(dst, x) },
				"geluGrad": func(k table, dst []float32) { k.geluGrad(dst, y, x) },
				"expSum":   func(k table, dst []float32) { k.expSum(dst, x, 3, 0.5, 2) },
			} {
				want := clone(dst)
				f(generic, want)
				f(fast, dst)
				near(t, name+" "+what, dst, want, tight, tight)
				a.check(t, name+" "+what, x, y, z, dst)
			}
		}
	})
}

func TestReductions(t *testing.T) {
	eachTable(t, func(t *testing.T, fast table) {
		for _, n := range append(lengths(), chunk) {
			a := newArena(uint64(n))
			x, y := a.slice(n), a.slice(n)
			what, bound := fmt.Sprintf("n %d", n), 1.2e-7*float64(n)
			assert.InDelta(t, generic.dot(x, y), fast.dot(x, y), bound, "dot "+what)
			assert.InDelta(t, generic.sumSquares(x), fast.sumSquares(x), 1e-15*float64(n*n), "sumSquares "+what)
			sum := generic.sumExp(x, 0.5)
			assert.InDelta(t, sum, fast.sumExp(x, 0.5), bound*float64(sum), "sumExp "+what)
			assert.InDelta(t, -2*sum, fast.expSum(y, x, 1, 0.5, -2), 2*bound*float64(sum), "expSum "+what)
			assert.Equal(t, generic.maximum(x), fast.maximum(x), "maximum "+what)
			for i := range x {
				x[i] = -float32(i) - 1 // a lane wrongly filled with 0 would win
			}
			assert.Equal(t, generic.maximum(x), fast.maximum(x), "maximum of negatives "+what)
		}
	})
}

func TestSpecialValues(t *testing.T) {
	eachTable(t, func(t *testing.T, fast table) {
		x := specials()
		one := make([]float32, len(x))
		for i := range one {
			one[i] = 1
		}
		back := clone(x)
		slices.Reverse(back)
		for name, f := range map[string]func(k table, dst []float32){
			"add":      func(k table, dst []float32) { k.add(dst, x, back) },
			"scale":    func(k table, dst []float32) { k.scale(dst, x, -0.5) },
			"axpy":     func(k table, dst []float32) { k.axpy(dst, x, 3) },
			"shiftMul": func(k table, dst []float32) { k.shiftMul(dst, x, one, 1, 2) },
			"mulSub":   func(k table, dst []float32) { k.mulSub(dst, x, one, back, 1, 2) },
			"exp":      func(k table, dst []float32) { k.expSum(dst, x, 1, 0, 1) },
			"gelu":     func(k table, dst []float32) { k.gelu(dst, x) },
			"geluGrad": func(k table, dst []float32) { k.geluGrad(dst, one, x) },
		} {
			got, want := make([]float32, len(x)), make([]float32, len(x))
			f(fast, got)
			f(generic, want)
			near(t, name, got, want, tight, 1e-37)
		}
		for i := range x { // none may hide behind others
			assert.Equal(t, float64(x[i])*float64(x[i]) > 0, fast.sumSquares(x[i:i+1]) > 0, "sumSquares of %g", x[i])
			if x[i] == x[i] {
				assert.Equal(t, x[i], fast.maximum(x[i:i+1]), "maximum")
				assert.Equal(t, x[i], fast.dot(x[i:i+1], one[:1]), "dot")
			}
		}
		y := make([]float32, len(x))
		fast.expSum(y, x, 1, 0, 1)
		for i, v := range x {
			want := math.Exp(float64(v))
			if math.IsNaN(want) {
				assert.True(t, math.IsNaN(float64(y[i])))
				continue
			}
			// The last term is one unit among the denormals.
			near(t, fmt.Sprint("exp of ", v), y[i:i+1], []float32{float32(want)}, 5e-7, 1.5e-45)
		}
	})
}

func TestNoLaneLeaksIntoAnother(t *testing.T) {
	eachTable(t, func(t *testing.T, fast table) {
		for at := range 37 {
			x := make([]float32, 37)
			x[at] = float32(math.NaN())
			y := make([]float32, 37)
			fast.gelu(y, x)
			for i, v := range y {
				assert.Equal(t, i == at, math.IsNaN(float64(v)), "element %d, NaN at %d", i, at)
			}
		}
	})
}

func TestLayerNormRow(t *testing.T) {
	const eps = 1e-5
	eachTable(t, func(t *testing.T, fast table) {
		for _, n := range lengths()[1:] {
			a := newArena(uint64(n))
			x, dy, gain, bias := a.slice(n), a.slice(n), a.slice(n), a.slice(n)
			y, dx, dgain, dbias := a.slice(n), a.slice(n), a.slice(n), a.slice(n)
			for i := range x {
				x[i] += 3 // a mean away from zero
			}
			what := fmt.Sprintf("n %d", n)
			wantY, wantDx, wantGain, wantBias := clone(y), clone(dx), clone(dgain), clone(dbias)
			wantMean, wantRstd := generic.layerNorm(wantY, x, gain, bias, eps)
			mean, rstd := fast.layerNorm(y, x, gain, bias, eps)
			// With one element the variance is 0 up to rounding, and rstd is large.
			near(t, "mean and rstd "+what, []float32{mean, rstd}, []float32{wantMean, wantRstd}, 1e-5, 1e-6)
			near(t, "y "+what, y, wantY, 1e-5, 1e-4)

			generic.layerNormGrad(wantDx, wantGain, wantBias, dy, x, gain, wantMean, wantRstd)
			fast.layerNormGrad(dx, dgain, dbias, dy, x, gain, wantMean, wantRstd)
			near(t, "dx "+what, dx, wantDx, 1e-5, 1e-6*float64(wantRstd))
			near(t, "dgain "+what, dgain, wantGain, 1e-5, 1e-5)
			near(t, "dbias "+what, dbias, wantBias, 0, 0)
			a.check(t, what, x, dy, gain, bias, y, dx, dgain, dbias)
		}
	})
}

// TestLayerNormSpecials has one extraordinary value in a row: a NaN or an infinity leaves no
// number, a denormal changes nothing.
func TestLayerNormSpecials(t *testing.T) {
	const n, eps = 21, 1e-5
	eachTable(t, func(t *testing.T, fast table) {
		for i, v := range specials() {
			if big := math.Abs(float64(v)); big > 1e3 && !math.IsInf(big, 0) {
				continue // the sum of squares would need float64
			}
			a := newArena(uint64(i))
			x, dy, gain, bias := a.slice(n), a.slice(n), a.slice(n), a.slice(n)
			y, dx, dgain, dbias := a.slice(n), a.slice(n), a.slice(n), a.slice(n)
			x[i%n] = v
			wantY, wantDx, wantGain, wantBias := clone(y), clone(dx), clone(dgain), clone(dbias)
			mean, rstd := generic.layerNorm(wantY, x, gain, bias, eps)
			fast.layerNorm(y, x, gain, bias, eps)
			what := fmt.Sprintf("%g at %d", v, i%n)
			near(t, "y "+what, y, wantY, 1e-5, 1e-4)
			for name, d := range map[string]float32{"x": dy[i%n], "x and dy": v} {
				dy[i%n] = d
				generic.layerNormGrad(wantDx, wantGain, wantBias, dy, x, gain, mean, rstd)
				fast.layerNormGrad(dx, dgain, dbias, dy, x, gain, mean, rstd)
				near(t, "dx "+what+" in "+name, dx, wantDx, 1e-5, 1e-5)
				near(t, "dgain "+what+" in "+name, dgain, wantGain, 1e-5, 1e-5)
				near(t, "dbias "+what+" in "+name, dbias, wantBias, 1e-6, 1e-6)
			}
		}
	})
}

func TestDropoutSameMask(t *testing.T) {
	eachTable(t, func(t *testing.T, fast table) {
		for _, n := range append(lengths(), 2000) {
			for _, threshold := range []uint32{0, 1, 6554, 32768, 65535} {
				a := newArena(uint64(n))
				src, dst := a.slice(n), a.slice(n)
				want := make([]float32, n)
				key := uint64(n)*0x9E3779B97F4A7C15 + uint64(threshold)
				generic.dropout(want, src, key, math.MaxUint32-2, 5, 6, math.MaxUint32, threshold, 1.25)
				fast.dropout(dst, src, key, math.MaxUint32-2, 5, 6, math.MaxUint32, threshold, 1.25)
				what := fmt.Sprintf("n %d threshold %d", n, threshold)
				require.Equal(t, want, dst, what)
				a.check(t, what, src, dst)
			}
		}
	})
}

// TestDropoutKnownAnswer checks the published vector through every table: with
// one threshold per lane, each lane's exact value shows.
func TestDropoutKnownAnswer(t *testing.T) {
	lanes := []uint32{0xe8d5, 0x6627, 0xc58d, 0xe169, 0xac4c, 0xbc57, 0xdbd8, 0x9b00}
	for _, k := range append(assembled(), generic) {
		one, got := []float32{1, 1, 1, 1, 1, 1, 1, 1}, make([]float32, 8)
		for i, lane := range lanes {
			k.dropout(got, one, 0, 0, 0, 0, 0, lane, 1)
			assert.Equal(t, float32(1), got[i], "%s lane %d", k.name, i)
			k.dropout(got, one, 0, 0, 0, 0, 0, lane+1, 1)
			assert.Equal(t, float32(0), got[i], "%s lane %d", k.name, i)
		}
	}
}

func TestDropoutDropsInfinity(t *testing.T) {
	for _, k := range append(assembled(), generic) {
		x := make([]float32, 100)
		for i := range x {
			x[i] = float32(math.Inf(-1))
		}
		k.dropout(x, x, 1, 0, 0, 0, 0, 65535, 2)
		for _, v := range x {
			assert.False(t, math.IsNaN(float64(v)), "%s: a dropped infinity is 0", k.name)
		}
	}
}

func TestAdam(t *testing.T) {
	eachTable(t, func(t *testing.T, fast table) {
		for _, n := range lengths() {
			a := newArena(uint64(n))
			p, g, m, v := a.slice(n), a.slice(n), a.slice(n), a.slice(n)
			for i := range v {
				v[i] *= v[i]
			}
			if n > 3 { // never touched: 0/(0+eps) must stay 0
				g[2], m[2], v[2] = 0, 0, 0
			}
			wantP, wantG, wantM, wantV := clone(p), clone(g), clone(m), clone(v)
			generic.adam(wantP, wantG, wantM, wantV, 0.01, 0.9, 0.1, 0.999, 0.001, 1e-8, 0.01, 0.5)
			fast.adam(p, g, m, v, 0.01, 0.9, 0.1, 0.999, 0.001, 1e-8, 0.01, 0.5)
			what := fmt.Sprintf("n %d", n)
			near(t, "p "+what, p, wantP, tight, tight)
			near(t, "m "+what, m, wantM, tight, tight)
			near(t, "v "+what, v, wantV, tight, tight)
			assert.Equal(t, make([]float32, n), g, what)
			a.check(t, what, p, g, m, v)
		}
	})
}

// TestAdamSpecials puts an extraordinary value into one of the operands at a time.
func TestAdamSpecials(t *testing.T) {
	eachTable(t, func(t *testing.T, fast table) {
		for operand, name := range []string{"p", "g", "m", "v"} {
			a := newArena(uint64(operand))
			var got, want [4][]float32
			for i := range got {
				got[i] = a.slice(len(specials()))
			}
			copy(got[operand], specials())
			for i, v := range got[3] { // a sum of squares
				got[3][i] = float32(math.Abs(float64(v)))
			}
			for i, v := range got[1] { // of which AVX takes the square before it makes it small
				if math.Abs(float64(v)) > 1e18 && !math.IsInf(float64(v), 0) {
					got[1][i] = 1
				}
			}
			for i := range got {
				want[i] = clone(got[i])
			}
			fast.adam(got[0], got[1], got[2], got[3], 0.01, 0.9, 0.1, 0.999, 0.001, 1e-8, 0.01, 0.5)
			generic.adam(want[0], want[1], want[2], want[3], 0.01, 0.9, 0.1, 0.999, 0.001, 1e-8, 0.01, 0.5)
			for i, result := range []string{"p", "g", "m", "v"} {
				near(t, "specials in "+name+", "+result, got[i], want[i], tight, tight)
			}
		}
	})
}

// TestWrappersCutLongSlices runs every exported function over more than one
// chunk.
func TestWrappersCutLongSlices(t *testing.T) {
	const n = 2*chunk + 17
	a := newArena(1)
	x, y, dst, want := a.slice(n), a.slice(n), make([]float32, n), make([]float32, n)
	same := func(name string, run, ref func()) {
		run()
		ref()
		near(t, name, dst, want, tight, tight)
	}
	same("Add", func() { Add(dst, x, y) }, func() { addGeneric(want, x, y) })
	same("Scale", func() { Scale(dst, x, 3) }, func() { scaleGeneric(want, x, 3) })
	same("Axpy", func() { Axpy(dst, x, 3) }, func() { axpyGeneric(want, x, 3) })
	same("ShiftMul", func() { ShiftMul(dst, x, y, 1, 2) }, func() { shiftMulGeneric(want, x, y, 1, 2) })
	same("MulSub", func() { MulSub(dst, x, y, x, 1, 2) }, func() { mulSubGeneric(want, x, y, x, 1, 2) })
	same("GELU", func() { GELU(dst, x) }, func() { geluGeneric(want, x) })
	same("GELUGrad", func() { GELUGrad(dst, y, x) }, func() { geluGradGeneric(want, y, x) })
	same("ExpSum", func() { ExpSum(dst, x, 1, 2, 3) }, func() { expSumGeneric(want, x, 1, 2, 3) })
	same("Dropout", func() { Dropout(dst, x, 1, 2, 3, 4, 5, 6554, 2) }, func() { dropoutGeneric(want, x, 1, 2, 3, 4, 5, 6554, 2) })
	x[n-1] = 9
	assert.Equal(t, float32(9), Max(x))
	assert.InDelta(t, dotGeneric(x, y), Dot(x, y), 0.01)
	assert.InEpsilon(t, sumSquaresGeneric(x), SumSquares(x), 1e-12)
	assert.InEpsilon(t, sumExpGeneric(x, 1), SumExp(x, 1), 1e-4)
	p, g, m, v := clone(x), clone(y), clone(x), make([]float32, n)
	p2, g2, m2, v2 := clone(x), clone(y), clone(x), make([]float32, n)
	Adam(p, g, m, v, 0.01, 0.9, 0.1, 0.999, 0.001, 1e-8, 0, 1)
	adamGeneric(p2, g2, m2, v2, 0.01, 0.9, 0.1, 0.999, 0.001, 1e-8, 0, 1)
	near(t, "Adam", p, p2, tight, tight)
	assert.Panics(t, func() { Add(dst, x, y[1:]) })
}
