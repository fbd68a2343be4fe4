package optim

import (
	"math"

	"gorgpt/graph"
)

// Config holds the constants of the update.
// A Config is safe for concurrent use as long as nothing changes it.
type Config struct {
	B1, B2, Eps float64
	L2          float64 // weight decay of tensors with two or more dimensions
	Clip        float64 // largest global norm; 0: no clipping
}

// Defaults returns the constants of the paper: Adam as published, L2 of 0.01, no clipping.
func Defaults() Config { return Config{B1: 0.9, B2: 0.999, Eps: 1e-8, L2: 0.01} }

// Optimizer owns the update graph of a store.
// An Optimizer must not be used by several goroutines at once.
type Optimizer struct {
	Config
	Store   *graph.Store
	T       int // updates so far
	norm    graph.Node
	rate    *float32
	expr    *graph.Graph
	machine *graph.Machine
}

// New builds the update graph and allocates the store's gradients and moments.
func New(store *graph.Store, c Config) (*Optimizer, error) {
	store.AllocateGradients()
	o := declare(store, c)
	m, err := o.expr.Compile(new(graph.Arena))
	o.machine = m
	return o, err
}

func declare(store *graph.Store, c Config) *Optimizer {
	g := graph.New(true)
	o := &Optimizer{Config: c, Store: store, expr: g}
	rate, set := g.Scalar("rate")
	o.rate = set
	o.norm = g.GlobalNorm(store.Params())
	scale := o.norm.ClipScale(float32(c.Clip))
	for _, p := range store.Params() {
		end := g.ScopeOf(p)
		g.Adam(p, scale, rate, graph.AdamConfig{B1: c.B1, B2: c.B2, Eps: float32(c.Eps), L2: float32(c.L2)})
		end()
	}
	return o
}

// Graph returns the update graph, for inspection.
func (o *Optimizer) Graph() *graph.Graph { return o.expr }

// Declare declares the update graph of a store, which may be a sketch, for inspection.
func Declare(store *graph.Store, c Config) *graph.Graph {
	store.AllocateGradients()
	return declare(store, c).expr
}

// Step updates every parameter at the learning rate lr and clears the gradients.
// If the norm of the gradients is not finite, Step changes nothing and returns an error.
func (o *Optimizer) Step(lr float64) error {
	*o.rate = float32(o.Corrected(lr, o.T+1))
	if err := o.machine.Run(); err != nil {
		return err
	}
	o.T++
	return nil
}

// Corrected returns the bias-corrected rate of update t, lr·√(1−b2ᵗ)/(1−b1ᵗ).
func (c Config) Corrected(lr float64, t int) float64 {
	return lr * math.Sqrt(1-math.Pow(c.B2, float64(t))) / (1 - math.Pow(c.B1, float64(t)))
}

// Norm returns the global norm of the gradients of the last update, before clipping.
func (o *Optimizer) Norm() float64 { return float64(o.norm.Value()) }
