package score

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// Worked out by hand: 0.55 and 0.6 share a bin, 0.6 being its upper bound; 0.61 is in the next.
func TestCalibrationError(t *testing.T) {
	confidence, right := []float64{0.55, 0.6, 0.61, 0, 1}, []bool{true, false, true, false, true}
	bins := Bins(5, confidence, right)
	require.Equal(t, []int{1, 0, 2, 1, 1}, []int{bins[0].Count, bins[1].Count, bins[2].Count, bins[3].Count, bins[4].Count})
	require.InDelta(t, 0.575, bins[2].Confidence, 1e-12)
	require.InDelta(t, 0.5, bins[2].Right, 1e-12)
	require.InDelta(t, (0+2*0.075+0.39+0)/5, CalibrationError(bins), 1e-12)
	require.Zero(t, CalibrationError(Bins(5, nil, nil)))
}

// If labels are drawn from the softmax of logits, logits three times as great need temperature 3.
func TestTemperatureIsFound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var z []float64
	var y []float64
	for range 20_000 {
		logit := r.NormFloat64() * 2
		label := 0.0
		if r.Float64() < 1/(1+math.Exp(-logit)) {
			label = 1
		}
		z, y = append(z, 3*logit), append(y, label)
	}
	got := Temperature(func(beta float64) (slope float64) {
		for i := range z {
			slope += z[i] * (1/(1+math.Exp(-beta*z[i])) - y[i])
		}
		return slope
	})
	require.InDelta(t, 3, got, 0.15)
	require.InDelta(t, leastTemperature, Temperature(func(float64) float64 { return -1 }), 1e-9, "all examples are right")
	require.InDelta(t, mostTemperature, Temperature(func(float64) float64 { return 1 }), 1e-9)
}

func TestBootstrap(t *testing.T) {
	x := make([]float64, 400)
	for i := range x {
		x[i] = float64(i%2) + 1e-6*float64(i)
	}
	mean := func(at []int) []float64 {
		sum := 0.0
		for _, i := range at {
			sum += x[i]
		}
		return []float64{sum / float64(len(at)), 7}
	}
	got := Bootstrap(len(x), 1, mean)
	error95 := 1.96 * math.Sqrt(0.25/400)
	require.InDelta(t, 0.5-error95, got[0].Low, 0.006)
	require.InDelta(t, 0.5+error95, got[0].High, 0.006)
	require.Equal(t, Interval{7, 7}, got[1])
	require.Equal(t, got, Bootstrap(len(x), 1, mean))
	require.NotEqual(t, got, Bootstrap(len(x), 2, mean), "another seed")
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	require.Equal(t, got, Bootstrap(len(x), 1, mean), "on one core")
	require.Nil(t, Bootstrap(0, 1, mean))
}

// Ten equal examples say no more than one. Groups of one example are examples.
func TestBootstrapOfGroups(t *testing.T) {
	mean := func(at []int) []float64 {
		sum := 0
		for _, i := range at {
			sum += (i % 30) * (i % 30)
		}
		return []float64{float64(sum) / float64(len(at))}
	}
	one, ten := make([][]int, 30), make([][]int, 30)
	for i := range 300 {
		ten[i%30] = append(ten[i%30], i)
	}
	for i := range one {
		one[i] = ten[i][:1]
	}
	want := Bootstrap(30, 1, mean)
	require.Equal(t, want, BootstrapGroups(one, 1, mean))
	require.InDelta(t, want[0].Low, BootstrapGroups(ten, 1, mean)[0].Low, 1e-9)
	require.InDelta(t, want[0].High, BootstrapGroups(ten, 1, mean)[0].High, 1e-9)
	require.Nil(t, BootstrapGroups(nil, 1, mean))
}

func TestQuantile(t *testing.T) {
	require.InDelta(t, 1.5, quantile([]float64{1, 2, 3}, 0.25), 1e-12)
	require.InDelta(t, 3, quantile([]float64{1, 2, 3}, 1), 1e-12)
	require.InDelta(t, 4, quantile([]float64{4}, 0.025), 1e-12)
}
