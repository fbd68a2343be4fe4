package golden

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCompare(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	exact := Tolerance{}
	loose := &LooseSlice{Axis: 1, From: 1, To: 2, ATol: 0.5}
	cases := []struct {
		name  string
		got   []float32
		want  []float32 // [2 3]
		tol   Tolerance
		loose *LooseSlice
		err   string // empty: accepted
	}{
		{"equal, no tolerance", []float32{1, 2, 3, 4, 5, 6}, nil, exact, nil, ""},
		{"within atol", []float32{1.09, 2, 3, 4, 5, 5.91}, nil, Tolerance{ATol: 0.1}, nil, ""},
		{"within rtol", []float32{1, 2, 3, 4, 5, 6.5}, nil, Tolerance{RTol: 0.1}, nil, ""},
		{"rtol counts from the expected value", []float32{1.12, 2, 3, 4, 5, 6}, nil, Tolerance{RTol: 0.11}, nil, "1 of 6"},
		{"rtol of a negative value", []float32{-1.05, 0, 0, 0, 0, 0}, []float32{-1, 0, 0, 0, 0, 0}, Tolerance{RTol: 0.1}, nil, ""},
		{"one value off", []float32{1, 2, 3, 4, 5.25, 6}, nil, Tolerance{ATol: 0.125}, nil, "1 of 6 values are outside; worst at [1 1]: got 5.25, want 5, difference 0.25, bound 0.125"},
		{"too small", []float32{1, 2, 2, 4, 5, 6}, nil, Tolerance{ATol: 0.5}, nil, "worst at [0 2]: got 2, want 3"},
		{"first value, no tolerance", []float32{1.5, 2, 3, 4, 5, 6}, nil, exact, nil, "worst at [0 0]"},
		{"worst by factor, not by difference", []float32{0.5, 0, 0, 0, 0, 120}, []float32{0, 0, 0, 0, 0, 100}, Tolerance{ATol: 0.1, RTol: 0.1}, nil, "2 of 6 values are outside; worst at [0 0]"},
		{"NaN", []float32{9, nan, 3, 4, 5, 6}, nil, Tolerance{ATol: 1}, nil, "2 of 6 values are outside; worst at [0 1]: got NaN"},
		{"infinity", []float32{1, 2, 3, 4, 5, inf}, nil, Tolerance{ATol: 1, RTol: 1}, nil, "worst at [1 2]: got +Inf"},
		{"expected NaN", []float32{nan, 2, 3, 4, 5, 6}, []float32{nan, 2, 3, 4, 5, 6}, Tolerance{ATol: 1}, nil, "1 of 6"},
		{"expected infinity", []float32{inf, 2, 3, 4, 5, 6}, []float32{inf, 2, 3, 4, 5, 6}, Tolerance{ATol: 1, RTol: 1}, nil, "1 of 6"},
		{"finite for infinity", []float32{1, 2, 3, 4, 5, 6}, []float32{inf, 2, 3, 4, 5, 6}, Tolerance{ATol: 1, RTol: 1}, nil, "1 of 6"},
		{"inside the loose slice", []float32{1, 2.5, 3, 4, 4.5, 6}, nil, exact, loose, ""},
		{"beyond the loose slice's own bound", []float32{1, 2.75, 3, 4, 5, 6}, nil, exact, loose, "worst at [0 1]: got 2.75, want 2, difference 0.75, bound 0.5"},
		{"before the loose slice", []float32{1, 2, 3, 4.25, 5, 6}, nil, exact, loose, "worst at [1 0]: got 4.25"},
		{"behind the loose slice", []float32{1, 2, 3.25, 4, 5, 6}, nil, exact, loose, "worst at [0 2]: got 3.25"},
		{"NaN inside the loose slice", []float32{1, nan, 3, 4, 5, 6}, nil, exact, loose, "1 of 6"},
		{"loose slice tighter than the tolerance", []float32{1, 2.75, 3.75, 4, 5, 6}, nil, Tolerance{ATol: 1}, loose, "1 of 6 values are outside; worst at [0 1]"},
		{"loose slice on another axis", []float32{1, 2, 3, 4.5, 5.5, 6.5}, nil, exact, &LooseSlice{Axis: 0, From: 1, To: 2, ATol: 0.5}, ""},
		{"loose slice outside the shape", []float32{1, 2, 3, 4, 5, 6}, nil, exact, &LooseSlice{Axis: 1, From: 1, To: 4}, "does not lie inside shape [2 3]"},
		{"loose slice on no axis", []float32{1, 2, 3, 4, 5, 6}, nil, exact, &LooseSlice{Axis: 2, From: 0, To: 1}, "does not lie inside shape [2 3]"},
		{"too few values", []float32{1, 2, 3}, nil, Tolerance{ATol: 9}, nil, "got 3 values, want 6 for shape [2 3]"},
		{"too many values", make([]float32, 7), nil, Tolerance{ATol: 9}, nil, "got 7 values, want 6 for shape [2 3]"},
		{"no values", nil, nil, Tolerance{ATol: 9}, nil, "got 0 values, want 6 for shape [2 3]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.want == nil {
				c.want = []float32{1, 2, 3, 4, 5, 6}
			}
			err := Compare(c.got, Array[float32]{Shape: []int{2, 3}, Data: c.want}, c.tol, c.loose)
			if c.err == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.err)
			}
		})
	}
}

func TestCompareScalar(t *testing.T) {
	want := Array[float32]{Data: []float32{2}}
	require.NoError(t, Compare([]float32{2}, want, Tolerance{}, nil))
	require.EqualError(t, Compare([]float32{3}, want, Tolerance{ATol: 0.5}, nil),
		"1 of 1 values are outside; worst at []: got 3, want 2, difference 1, bound 0.5")
}
