package graph

import (
	"slices"
	"strconv"
	"strings"
)

// boundAxis is the size of a named axis and the scope that first declared it.
type boundAxis struct {
	size  int
	scope string
}

// Axes declares the axes of x: Axes("B T C"). A name must have one size in the whole graph;
// two sizes are an error that gives both with their scopes. A leading … stands for any
// further axes, 3C for three times the size of C, and 1 for a size of 1. The result is x.
func (x Node) Axes(axes string) Node {
	if !ok(x) {
		return x
	}
	names, shape := strings.Fields(axes), x.shape
	if len(names) > 0 && names[0] == "…" {
		names = names[1:]
		shape = shape[max(len(shape)-len(names), 0):]
	}
	if len(names) != len(shape) {
		return x.g.failf("axes", "%s has the shape %v: want [%s]", x.Name(), x.shape, axes)
	}
	for i, name := range names {
		base := strings.TrimLeft(name, "0123456789")
		factor := 1
		if digits := strings.TrimSuffix(name, base); digits != "" {
			factor, _ = strconv.Atoi(digits) // it consists of digits
		}
		if shape[i]%factor != 0 || base == "" && shape[i] != factor {
			return x.g.failf("axes", "%s has the shape %v: want [%s], and %d is not %s", x.Name(), x.shape, axes, shape[i], name)
		}
		if n := shape[i] / factor; base != "" && !x.g.bindAxis(base, n) {
			return x.g.failf("axes", "%s has the shape %v: want [%s], but %s is %d here and %d in %s",
				x.Name(), x.shape, axes, base, n, x.g.sizes[base].size, x.g.sizes[base].scope)
		}
	}
	return x
}

// bindAxis gives a name its size in g, and reports whether it has no other.
func (g *Graph) bindAxis(name string, size int) bool {
	bound, found := g.sizes[name]
	if !found {
		bound = boundAxis{size, strings.Join(g.scopes, ".")}
		g.sizes[name] = bound
	}
	return bound.size == size
}

// axes names the axes of x; an axis without a name is "".
func (x Node) axes() []string {
	if named := x.g.axes[x.n]; named != nil {
		return slices.Clone(named)
	}
	return make([]string, len(x.shape))
}

// leading names all axes of x but the last.
func (x Node) leading() []string { return slices.Clip(x.axes()[:len(x.shape)-1]) }

// Named names the axes of x for drawings: Named("B T C"). An empty string changes nothing. Unlike
// [Node.Axes] it checks only the number of axes.
func (x Node) Named(axes string) Node {
	if !ok(x) || axes == "" {
		return x
	}
	names := strings.Fields(axes)
	if len(names) != len(x.shape) {
		return x.g.failf(x.Name(), "%d axes are named %q", len(x.shape), axes)
	}
	x.g.axes[x.n] = names
	return x
}
