package checkpoint

import (
	"cmp"
	"fmt"
	"math"
	"runtime/debug"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/internal/kernels"
)

// scaleSuffix follows the name of an int8 tensor in that of its scales.
const scaleSuffix = ".scale"

// pairScales finds the scales of the int8 tensors [R C]: F32 [R ⌈C/32⌉], in any of the files.
func (s *source) pairScales() {
	at := map[string]int{}
	for i, t := range s.tensors {
		at[t.from] = i
	}
	paired := map[string]bool{}
	for i := range s.tensors {
		t := &s.tensors[i]
		if !s.int8 || !gpt1.IsCompact(t.name) || t.dtype != safetensors.I8 || len(t.shape) != 2 {
			continue
		}
		k, found := at[t.from+scaleSuffix]
		if !found {
			t.bad = fmt.Sprintf("has no scales: %s is missing", t.from+scaleSuffix)
			continue
		}
		scales := s.tensors[k]
		paired[scales.from] = true
		if want := []int{t.shape[0], groups(t.shape[1])}; scales.dtype != safetensors.F32 || !slices.Equal(scales.shape, want) {
			t.bad = fmt.Sprintf("has scales %s %v, want F32 %v", scales.dtype, scales.shape, want)
		}
		t.scales = &scales
		t.read = t.dequantize
	}
	s.tensors = slices.DeleteFunc(s.tensors, func(t tensor) bool { return paired[t.from] })
}

// checkTypes marks the tensors that have another type than the model implies.
func (s *source) checkTypes() {
	for i := range s.tensors {
		t := &s.tensors[i]
		floats := slices.Contains([]safetensors.DType{safetensors.F32, safetensors.F16, safetensors.BF16}, t.dtype)
		switch isMatrix := gpt1.IsCompact(t.name); {
		case t.bad != "":
		case s.int8 && isMatrix && t.dtype != safetensors.I8:
			t.bad = fmt.Sprintf("has dtype %s, but %s says that it is int8", t.dtype, ConfigFile)
		case !s.int8 && isMatrix && t.dtype == safetensors.I8:
			t.bad = fmt.Sprintf("has dtype I8, but %s does not say what it means", ConfigFile)
		case !floats && !(s.int8 && isMatrix):
			t.bad = fmt.Sprintf("has dtype %s, want F32, F16 or BF16", t.dtype)
		}
	}
}

// held is the type of the model's matrices in the files. float16 counts as float32, and so does
// bfloat16 in an LSTM.
func (s *source) held() graph.Dtype {
	if s.int8 {
		return graph.Int8
	}
	other := func(t tensor) bool { return gpt1.IsCompact(t.name) && t.dtype != safetensors.BF16 }
	if s.config.IsLSTM() || slices.ContainsFunc(s.tensors, other) {
		return graph.Float32
	}
	return graph.BFloat16
}

// garbage is how many bytes [fillCompact] may leave before it gives them back to the system.
const garbage = 16 << 20

// fillCompact reads tensors into parameters that are not in float32. Each is in memory twice for a
// moment, as read and as the kernels want it, so they come one by one and the largest first.
func fillCompact(s *graph.Store, tensors []tensor) error {
	slices.SortStableFunc(tensors, func(a, b tensor) int { return cmp.Compare(b.len(), a.len()) })
	left, total := 0, 0
	for i, t := range tensors {
		p := s.Param(t.name)
		c, err := t.compact(p.Dtype(), p.Shape[0], p.Shape[1])
		if err != nil {
			return err
		}
		size := c.Bytes()
		if err := p.SetCompact(c); err != nil {
			return errors.WithMessage(err, t.file(0))
		}
		left, total = left+size, total+size
		if left > garbage || i == len(tensors)-1 && total > garbage {
			debug.FreeOSMemory()
			left = 0
		}
	}
	return nil
}

// compact reads the first rows of the tensor in the type d.
func (t tensor) compact(d graph.Dtype, rows, cols int) (*kernels.Compact, error) {
	switch {
	case d == graph.Int8 && t.dtype == safetensors.I8:
		return t.int8(0, rows, cols)
	case d == graph.BFloat16 && t.dtype == safetensors.BF16:
		bits := make([]uint16, rows*cols)
		if err := t.of.BFloat16At(t.from, bits, 0); err != nil {
			return nil, err
		}
		if i := firstInfinite(bits); i >= 0 {
			return nil, checkFinite(t.from, t.shape, []float32{math.Float32frombits(uint32(bits[i]) << 16)}, i, t.file)
		}
		return kernels.NewBFloat16(rows, cols, bits), nil
	case d == graph.BFloat16:
		bits := make([]uint16, rows*cols)
		err := t.convert(d, rows, cols, func(row int, c *kernels.Compact) error {
			part := c.BFloat16()
			copy(bits[row*cols:], part)
			if i := firstInfinite(part); i >= 0 {
				return errors.Errorf("%s: %s value %d of %v is beyond the range of bfloat16", t.file(row*cols+i), t.from, row*cols+i, t.shape)
			}
			return nil
		})
		return kernels.NewBFloat16(rows, cols, bits), err
	}
	q, scales := make([]int8, rows*cols), make([]float32, rows*groups(cols))
	err := t.convert(d, rows, cols, func(row int, c *kernels.Compact) error {
		partQ, partScales := c.Int8()
		copy(q[row*cols:], partQ)
		copy(scales[row*groups(cols):], partScales)
		return nil
	})
	return kernels.NewInt8(rows, cols, q, scales), err
}

// convert reads the first rows as float32 and gives them to use in type d, a few at a time.
func (t tensor) convert(d graph.Dtype, rows, cols int, use func(row int, c *kernels.Compact) error) error {
	return inRows(rows, cols, func(row int, part []float32) error {
		if err := t.read(part, row*cols); err != nil {
			return err
		}
		if err := checkFinite(t.from, t.shape, part, row*cols, t.file); err != nil {
			return err
		}
		return use(row, kernels.Quantize(string(d), part, len(part)/cols, cols))
	})
}

// int8 reads rows of an int8 tensor.
func (t tensor) int8(row, rows, cols int) (*kernels.Compact, error) {
	q, scales := make([]int8, rows*cols), make([]float32, rows*groups(cols))
	if err := t.of.Int8At(t.from, q, row*cols); err != nil {
		return nil, err
	}
	if err := t.scales.of.Float32At(t.scales.from, scales, row*groups(cols)); err != nil {
		return nil, err
	}
	for i, v := range scales {
		if !(v >= 0 && v*128 <= math.MaxFloat32) {
			return nil, errors.Errorf("%s: %s value %d of %v is %v: scales must be finite and not negative; the file is damaged",
				t.scales.file(i), t.scales.from, row*groups(cols)+i, t.scales.shape, v)
		}
	}
	return kernels.NewInt8(rows, cols, q, scales), nil
}

// dequantize reads the float32 values of an int8 tensor, for read.
func (t tensor) dequantize(dst []float32, at int) error {
	cols := t.shape[1]
	return inRows(len(dst)/cols, cols, func(row int, part []float32) error {
		n := len(part) / cols
		c, err := t.int8(at/cols+row, n, cols)
		if err != nil {
			return err
		}
		for i := range n {
			c.Row(i, dst[(row+i)*cols:(row+i+1)*cols])
		}
		return nil
	})
}

// firstInfinite is the index of the first bfloat16 that is infinite or not a number, or -1.
func firstInfinite(bits []uint16) int {
	const exponent = 0xff << 7
	return slices.IndexFunc(bits, func(b uint16) bool { return b&exponent == exponent })
}

// groups is the number of scales of a row.
func groups(cols int) int { return (cols + kernels.Group - 1) / kernels.Group }

// inRows calls do for a few rows of a matrix at a time, with memory for their values.
func inRows(rows, cols int, do func(row int, values []float32) error) error {
	const most = 1 << 18 // values, if that is a row or more
	step := max(1, most/cols)
	values := make([]float32, min(step, rows)*cols)
	for row := 0; row < rows; row += step {
		if err := do(row, values[:min(step, rows-row)*cols]); err != nil {
			return err
		}
	}
	return nil
}
