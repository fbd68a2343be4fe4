package graph

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gorgonia.org/gorgonia"
)

// Info describes a node of a graph, for drawings and tables.
// An Info is safe for concurrent use as long as nothing changes it.
type Info struct {
	Name  string   // unique; of a parameter its own
	Kind  string   // the operation; of other nodes their role
	Role  Role     // what it is for
	Scope []string // the part of the model, outermost first; of a parameter that of its first use
	Note  string   // details of the kind: the heads, the dropout
	Shape []int    // empty for a scalar
	Axes  []string // a name for each axis; "" for an unnamed one
	Parts []string // see [Node.Parts]
	In    []Operand

	Parameters    int // trainable values, of a parameter
	FLOPs         int // floating-point operations of a run
	Read, Written int // bytes: operands and results, each once
	Memory        int // bytes of its value, if it has memory of its own

	Calls int           // since the graph is timed
	Time  time.Duration // of all calls
}

// Operand is a node that another node reads.
// An Operand is safe for concurrent use as long as nothing changes it.
type Operand struct {
	Node int    // index among the nodes
	Role string // what it is to the operation; may be empty
}

// Nodes lists the nodes in the order of declaration. A parameter is one node, however many
// input nodes bind it.
func (g *Graph) Nodes() ([]Info, error) {
	if g.err != nil {
		return nil, g.err
	}
	p, err := newPlan(g) // it finds the values that lie in an operand's memory
	if err != nil {
		return nil, err
	}
	var infos []Info
	index, bound := map[*gorgonia.Node]int{}, map[*Param]int{}
	for _, n := range g.eg.AllNodes() {
		param := g.params[n]
		if at, found := bound[param]; found && param != nil {
			index[n] = at
			continue
		}
		index[n] = len(infos)
		if param != nil {
			bound[param] = len(infos)
		}
		infos = append(infos, g.info(n))
	}
	for _, n := range g.eg.AllNodes() {
		var roles []string
		if o := g.ops[n]; o != nil {
			roles = o.roles
		}
		x := &infos[index[n]]
		for k, c := range g.children(n) {
			operand := Operand{Node: index[c]}
			if k < len(roles) {
				operand.Role = roles[k]
			}
			x.In = append(x.In, operand)
		}
	}
	g.placeInputs(infos)
	names := map[string]int{}
	for i, n := range p.sums {
		x := &infos[index[n]]
		x.Scope, x.Axes = commonScope(infos, x.In), infos[x.In[0].Node].Axes
		x.Name = strings.Join(append(slices.Clip(x.Scope), "add"), ".") // Gorgonia's name is made of numbers
		if names[x.Name]++; names[x.Name] > 1 {
			x.Name = fmt.Sprintf("%s#%d", x.Name, names[x.Name])
		}
		if i < len(g.sums) {
			x.Calls, x.Time = g.sums[i].calls, g.sums[i].took
		}
	}
	return infos, nil
}

// info describes a node, but not its operands.
func (g *Graph) info(n *gorgonia.Node) Info {
	x := Info{Name: n.Name(), Shape: slices.Clone([]int(n.Shape())), Axes: g.axes[n], Parts: g.parts[n], Role: Input}
	values := size(x.Shape)
	if len(x.Shape) > 0 {
		x.Memory = 4 * values
	}
	o, p := g.ops[n], g.params[n]
	switch {
	case p != nil:
		x.Name, x.Role, x.Parameters, x.Memory = p.Name, Parameter, values, p.Bytes()
	case g.states[n] != "":
		x.Role = g.states[n]
	case o != nil:
		x.Kind, x.Role, x.Scope, x.Note, x.FLOPs = o.kind, o.role, o.scope, o.note, o.flops
		if x.Role == "" {
			x.Role = Activation
		}
		x.Read, x.Written = o.traffic()
		x.Memory = 0
		for _, b := range o.buffers() {
			x.Memory += 4 * b.size
		}
		x.Calls, x.Time = o.calls, o.took
	case n.Op() != nil && len(g.children(n)) == 0: // Gorgonia's constant
		x.Name, x.Kind, x.Role = "one", "∂loss/∂loss = 1", Gradient
	case n.Op() != nil: // Gorgonia's addition of two gradients
		x.Kind, x.Role, x.Note = "add", Gradient, "of two uses"
		x.FLOPs, x.Read, x.Written, x.Memory = values, 8*values, 4*values, 0
	}
	if x.Kind == "" {
		x.Kind = string(x.Role)
	}
	if x.Axes == nil {
		x.Axes = make([]string, len(x.Shape))
	}
	return x
}

// placeInputs moves parameters and states to the scope of their first use.
func (g *Graph) placeInputs(infos []Info) {
	placed := map[int]bool{}
	for _, x := range infos {
		for _, in := range x.In {
			from := &infos[in.Node]
			if (from.Role == Parameter || len(from.In) == 0 && from.Role == State) && !placed[in.Node] {
				placed[in.Node], from.Scope = true, x.Scope
			}
		}
	}
	for i := range infos { // gradients in the store: the norm reads all of them, the update its own
		for _, in := range infos[i].In {
			if from := &infos[in.Node]; from.Role == Gradient && len(from.In) == 0 && len(infos[i].Scope) > 0 {
				from.Scope = infos[i].Scope
			}
		}
	}
}

// commonScope is the innermost scope that all operands are in.
func commonScope(infos []Info, in []Operand) []string {
	var common []string
	for i, o := range in {
		scope := infos[o.Node].Scope
		if i == 0 {
			common = scope
			continue
		}
		n := 0
		for n < min(len(common), len(scope)) && common[n] == scope[n] {
			n++
		}
		common = common[:n]
	}
	return common
}

// clock measures a node.
type clock struct {
	calls int
	took  time.Duration
}

// start begins a call, which the returned function ends.
func (c *clock) start() func() {
	from := time.Now()
	return func() {
		c.calls++
		c.took += time.Since(from)
	}
}

// Time makes the graph measure the time of its nodes from now on.
func (g *Graph) Time() {
	g.timed = true
	g.sums = nil
	for _, o := range g.ops {
		o.clock = clock{}
	}
}

// nextSum returns the clock of the next addition by Gorgonia. They always run in the same order.
func (g *Graph) nextSum() *clock {
	for g.sum >= len(g.sums) {
		g.sums = append(g.sums, clock{})
	}
	g.sum++
	return &g.sums[g.sum-1]
}
