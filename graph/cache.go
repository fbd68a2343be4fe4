package graph

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"gorgpt/internal/kernels"
)

// Cache holds the keys and values that one attention layer has computed so far. Graphs of any
// batch and length share it. Each adds the positions that it is run on.
// A Cache must not be used by several goroutines at once.
type Cache struct {
	name          string
	b, h, n, d    int       // b: slots
	keys, values  []float32 // [B H N D]
	keysT, valueT *tensor.Dense
}

// NewCache allocates a cache with slots for b sequences of up to n positions, h heads of width d. name is
// the layer's.
func NewCache(name string, b, h, n, d int) *Cache {
	c := &Cache{name: name, b: b, h: h, n: n, d: d}
	c.keys, c.values = alignedFloats(b*h*n*d), alignedFloats(b*h*n*d)
	shape := []int{b, h, n, d}
	c.keysT, c.valueT = dense(c.keys, shape), dense(c.values, shape)
	return c
}

// CopyAll copies all slots of another cache, which has no more of them.
func (c *Cache) CopyAll(from *Cache) {
	copy(c.keys, from.keys)
	copy(c.values, from.values)
}

// Copy copies the first n positions of slot from to slot to.
func (c *Cache) Copy(to, from, n int) {
	for _, data := range [][]float32{c.keys, c.values} {
		for h := range c.h {
			dst, src := (to*c.h+h)*c.n*c.d, (from*c.h+h)*c.n*c.d
			copy(data[dst:dst+n*c.d], data[src:src+n*c.d])
		}
	}
}

// CachedAttention is [Node.Attention] of T positions of each sequence that follow its first at[b]
// ones, whose keys and values the cache holds in slot slots[b]. A run adds those of the new
// positions, and later runs see them. No two sequences of a run may have the same slot. It has no
// derivative.
//
// qkv [B T 3C], at [B] and slots [B] of int32 → [B T C]
func (x Node) CachedAttention(c *Cache, at, slots Node) Node {
	if !ok(x, at, slots) {
		return Node{g: x.g}
	}
	if len(x.shape) != 3 || x.dim(2) != 3*c.h*c.d || x.dim(0) > c.b || x.dim(1) > c.n || size(at.shape) != x.dim(0) || size(slots.shape) != x.dim(0) {
		return x.g.failf("attention", "%v at %v in slots %v with a cache [%d %d %d %d]: want [B T 3C] at [B] in [B], C = H·D",
			x.shape, at.shape, slots.shape, c.b, c.h, c.n, c.d)
	}
	b, t := x.dim(0), x.dim(1)
	shape := []int{c.b, c.h, c.n, c.d}
	keys, values := x.g.state(c.name+" keys", State, c.keysT, shape, "B H N D"), x.g.state(c.name+" values", State, c.valueT, shape, "B H N D")
	if !ok(keys, values) {
		return Node{g: x.g}
	}
	seen := b * c.h * c.n * c.d // as if the cache were full
	return x.g.apply(spec{
		name: "attention", kind: "attention.cached", in: []Node{x, at, slots, keys, values}, shape: []int{b, t, c.h * c.d},
		facts: facts{
			flops: b * c.h * t * c.n * (4*c.d + 5), note: fmt.Sprintf("%d heads, of a full cache", c.h), roles: []string{"qkv", "at", "slots", "keys", "values"},
			reads: []int{3 * b * t * c.h * c.d, b, b, seen, seen}, writes: 3 * b * t * c.h * c.d,
			axes: append(x.leading(), strings.TrimPrefix(x.axes()[2], "3")),
		},
		run: func(call *call) {
			from, in := call.i(at), call.i(slots)
			for i, n := range from {
				switch {
				case n < 0 || int(n)+t > c.n:
					call.fail("positions %d to %d do not fit in a cache of %d", n, int(n)+t, c.n)
				case in[i] < 0 || int(in[i]) >= c.b || slices.Contains(in[:i], in[i]):
					call.fail("slot %d: the cache has %d, and each sequence needs its own", in[i], c.b)
				default:
					continue
				}
				return
			}
			kernels.CachedAttention(call.y, call.f(keys), call.f(values), call.f(x), from, in, t, c.h, c.n, c.d)
		},
	})
}
