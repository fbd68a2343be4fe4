package checkpoint

import (
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/graph"
)

var (
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

// TestValuesThatAreNotFiniteAreRefused names the file, the tensor, the index and the value in
// each format and type.
func TestValuesThatAreNotFiniteAreRefused(t *testing.T) {
	for _, dtype := range []safetensors.DType{safetensors.F32, safetensors.F16, safetensors.BF16} {
		for want, bad := range map[string]float32{"NaN": nan, "+Inf": inf, "-Inf": -inf} {
			m := smallModel(t, graph.Param{Name: "head.weight", Shape: []int{8, 3}}, graph.Param{Name: "head.bias", Shape: []int{3}})
			m.Store.Param("head.bias").Value[2] = bad
			dir := t.TempDir()
			require.NoError(t, WriteModelAs(dir, m, Form{DType: dtype}))
			_, err := ReadModel(dir)
			require.ErrorContains(t, err, filepath.Join(dir, WeightsFile)+": head.bias value 2 of [3] is "+want+": weights must be finite", dtype)
		}
	}
	t.Run("OpenAI's release", func(t *testing.T) {
		m, dir := releaseModel(t), t.TempDir()
		values := m.Store.Param("h.1.mlp.c_proj.weight").Value
		values[len(values)-1] = -inf
		writeRelease(t, dir, m)
		_, err := ReadModel(dir)
		require.ErrorContains(t, err, "of params_shapes.json, h.1.mlp.c_proj.weight, value "+strconv.Itoa(len(values)-1)+" of")
		require.ErrorContains(t, err, "is -Inf: weights must be finite")
		require.Regexp(t, `params_\d\.npy: `, err.Error())
	})
	t.Run("positions that a shorter context leaves out", func(t *testing.T) {
		m, dir := smallModel(t), t.TempDir()
		m.Store.Param("positions_embed.weight").Value[47] = nan
		require.NoError(t, WriteModel(dir, m))
		_, err := ReadModelContext(dir, 4)
		require.ErrorContains(t, err, "positions_embed.weight value 47 of [6 8] is NaN")
	})
}

// TestCheckpointsThatAreNotFiniteAreRefused covers weights and both of Adam's moments.
func TestCheckpointsThatAreNotFiniteAreRefused(t *testing.T) {
	for want, spoil := range map[string]func(p *graph.Param){
		WeightsFile + ": h.0.ln_1.bias value 5 of [8] is NaN":   func(p *graph.Param) { p.Value[5] = nan },
		momentsFile + ": m.h.0.ln_1.bias value 5 of [8] is NaN": func(p *graph.Param) { p.M[5] = nan },
		momentsFile + ": v.h.0.ln_1.bias value 5 of [8] is NaN": func(p *graph.Param) { p.V[5] = nan },
	} {
		m := trained(t, 1)
		spoil(m.Store.Param("h.0.ln_1.bias"))
		k := Keeper{Dir: filepath.Join(t.TempDir(), "checkpoints"), Keep: 1}
		_, err := k.Save(3, 0, m, state{}, nil)
		require.NoError(t, err)
		_, _, err = k.Load(trained(t, 2), &state{})
		require.ErrorContains(t, err, want)
		err = k.Restore(3, trained(t, 2))
		if strings.HasPrefix(want, WeightsFile) {
			require.ErrorContains(t, err, want)
		} else {
			require.NoError(t, err, "Restore reads no moments")
		}
	}
}

func TestFirstNotFinite(t *testing.T) {
	values := make([]float32, 67)
	require.Equal(t, -1, firstNotFinite(values))
	values[0], values[1] = math.MaxFloat32, -math.SmallestNonzeroFloat32
	require.Equal(t, -1, firstNotFinite(values))
	for i := range values {
		for _, bad := range []float32{nan, inf, -inf, math.Float32frombits(0x7f800001)} {
			one := append([]float32(nil), values...)
			one[i] = bad
			require.Equal(t, i, firstNotFinite(one))
		}
	}
}

func BenchmarkFirstNotFinite(b *testing.B) {
	values := make([]float32, 1<<20)
	b.SetBytes(4 << 20)
	for b.Loop() {
		firstNotFinite(values)
	}
}
