package graph_test

import (
	"encoding/json"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgpt/graph"
	"gorgpt/graph/graphtest"
)

// lstm is the graph of Σ w·LSTM(x) and its gradients.
type lstm struct {
	store *graph.Store // x, and the parameters by PyTorch's names
	w     []float32    // [B T U]
	y, dx graph.Node
	m     *graph.Machine
}

func newLSTM(t *testing.T, b, n, c, u int) *lstm {
	t.Helper()
	l := &lstm{}
	var err error
	l.store, err = graph.NewStore([]graph.Param{
		{Name: "x", Shape: []int{b, n, c}},
		{Name: "weight_ih_l0", Shape: []int{4 * u, c}},
		{Name: "weight_hh_l0", Shape: []int{4 * u, u}},
		{Name: "bias_ih_l0", Shape: []int{4 * u}},
		{Name: "bias_hh_l0", Shape: []int{4 * u}},
	})
	require.NoError(t, err)
	l.store.AllocateGradients()
	g := graph.New(true)
	var in []graph.Node
	for i, p := range l.store.Params() {
		graphtest.Fill(p.Value, uint64(i+1), 0.5)
		in = append(in, g.Param(p))
	}
	l.y = in[0].LSTM(in[1], in[2], in[3], in[4])
	weights, w := g.Floats("w", b, n, u)
	graphtest.Fill(w, 99, 1)
	count, one := g.Scalar("one")
	*one = 1
	grads := g.Grad(l.y.WeightedSumOver(weights, count), in...)
	require.NoError(t, g.Err())
	l.w, l.dx = w, grads[0]
	l.m, err = g.Compile(new(graph.Arena), l.y, l.dx)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.m.Close()) })
	return l
}

// grad is the gradient of x or of a parameter.
func (l *lstm) grad(name string) []float32 {
	if name == "x" {
		return l.dx.Values()
	}
	return l.store.Param(name).Grad
}

// testdata/lstm.py wrote the numbers.
func TestLSTMEqualsPyTorch(t *testing.T) {
	data, err := os.ReadFile("testdata/lstm.json")
	require.NoError(t, err)
	var want map[string]struct {
		Shape []int
		Data  []float32
	}
	require.NoError(t, json.Unmarshal(data, &want))
	x, y := want["x"].Shape, want["y"].Shape
	l := newLSTM(t, x[0], x[1], x[2], y[2])
	copy(l.w, want["w"].Data)
	for _, p := range l.store.Params() {
		require.Equal(t, want[p.Name].Shape, p.Shape, p.Name)
		copy(p.Value, want[p.Name].Data)
	}
	require.NoError(t, l.m.Run())
	graphtest.AllClose(t, want["y"].Data, l.y.Values(), 1e-6, 1e-5, "y")
	for _, p := range l.store.Params() {
		graphtest.AllClose(t, want["grad."+p.Name].Data, l.grad(p.Name), 1e-5, 1e-5, "gradient of "+p.Name)
	}
}

// The fused op equals the same layer composed step by step of Gorgonia's own operations, which
// also differentiate it. One sequence, as matrices, and a gate at a time.
func TestLSTMIsItsSteps(t *testing.T) {
	const n, c, u = 5, 3, 7
	l := newLSTM(t, 1, n, c, u)
	require.NoError(t, l.m.Run())

	eg := gorgonia.NewGraph()
	var wrt gorgonia.Nodes
	matrix := func(name string, rows, cols int, data []float32) *gorgonia.Node {
		node := gorgonia.NewMatrix(eg, tensor.Float32, gorgonia.WithShape(rows, cols), gorgonia.WithName(name),
			gorgonia.WithValue(tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(append([]float32(nil), data...)))))
		wrt = append(wrt, node)
		return node
	}
	must := gorgonia.Must
	value := func(name string) []float32 { return l.store.Param(name).Value }
	var wih, whh, bih, bhh [4]*gorgonia.Node
	for k, gate := range []string{"i", "f", "g", "o"} {
		wih[k] = matrix("wih "+gate, u, c, value("weight_ih_l0")[k*u*c:(k+1)*u*c])
		whh[k] = matrix("whh "+gate, u, u, value("weight_hh_l0")[k*u*u:(k+1)*u*u])
		bih[k] = matrix("bih "+gate, u, 1, value("bias_ih_l0")[k*u:(k+1)*u])
		bhh[k] = matrix("bhh "+gate, u, 1, value("bias_hh_l0")[k*u:(k+1)*u])
	}
	inputs := len(wrt)
	h, cell := matrix("h", u, 1, make([]float32, u)), matrix("cell", u, 1, make([]float32, u))
	var cost *gorgonia.Node
	states := make([]gorgonia.Value, n)
	for step := range n {
		x := matrix("x"+string(rune('0'+step)), c, 1, value("x")[step*c:(step+1)*c])
		gate := func(k int) *gorgonia.Node {
			sum := must(gorgonia.Add(must(gorgonia.Mul(wih[k], x)), must(gorgonia.Mul(whh[k], h))))
			return must(gorgonia.Add(must(gorgonia.Add(sum, bih[k])), bhh[k]))
		}
		i, f, g, o := must(gorgonia.Sigmoid(gate(0))), must(gorgonia.Sigmoid(gate(1))), must(gorgonia.Tanh(gate(2))), must(gorgonia.Sigmoid(gate(3)))
		cell = must(gorgonia.Add(must(gorgonia.HadamardProd(f, cell)), must(gorgonia.HadamardProd(i, g))))
		h = must(gorgonia.HadamardProd(o, must(gorgonia.Tanh(cell))))
		gorgonia.Read(h, &states[step])
		w := matrix("w"+string(rune('0'+step)), u, 1, l.w[step*u:(step+1)*u])
		part := must(gorgonia.Sum(must(gorgonia.HadamardProd(w, h))))
		if cost == nil {
			cost = part
		} else {
			cost = must(gorgonia.Add(cost, part))
		}
	}
	grads, err := gorgonia.Grad(cost, wrt[:inputs]...)
	require.NoError(t, err)
	values := make([]gorgonia.Value, len(grads))
	for i, d := range grads {
		gorgonia.Read(d, &values[i])
	}
	vm := gorgonia.NewTapeMachine(eg)
	defer vm.Close() //nolint:errcheck // it holds nothing that matters
	require.NoError(t, vm.RunAll())
	for step, state := range states {
		graphtest.AllClose(t, state.Data().([]float32), l.y.Values()[step*u:(step+1)*u], 1e-6, 1e-5, "state")
	}
	for i, v := range values {
		name := []string{"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"}[i%4]
		whole := l.grad(name)
		part := len(whole) / 4
		graphtest.AllClose(t, v.Data().([]float32), whole[i/4*part:(i/4+1)*part], 1e-5, 1e-5, name)
	}
}

// The results are the same on any number of cores. In a second run only Gorgonia allocates.
func TestLSTMDoesNotDependOnCores(t *testing.T) {
	l := newLSTM(t, 3, 4, 33, 200)
	names := []string{"x", "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"}
	results := func(cores int) (all [][]float32) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		l.store.ClearGradients()
		require.NoError(t, l.m.Run())
		all = append(all, append([]float32(nil), l.y.Values()...))
		for _, name := range names {
			all = append(all, append([]float32(nil), l.grad(name)...))
		}
		return all
	}
	one := results(1)
	require.Equal(t, one, results(2))
	require.Equal(t, one, results(3))
}
