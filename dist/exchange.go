package dist

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"unsafe"

	"github.com/pkg/errors"

	"gorgpt/internal/jsondiff"
)

// Broadcast gives all ranks the data of rank root; the arguments of the others are ignored.
func (g *Group) Broadcast(data []byte, root int) ([]byte, error) {
	if g.alone() {
		return data, nil
	}
	length := make([]byte, 8)
	binary.LittleEndian.PutUint64(length, uint64(len(data)))
	if err := g.comm.Broadcast(length, root); err != nil {
		return nil, err
	}
	if n := binary.LittleEndian.Uint64(length); g.Rank() != root {
		data = make([]byte, n)
	}
	return data, g.comm.Broadcast(data, root)
}

// BroadcastFloats gives all ranks the values of rank 0, in place.
func (g *Group) BroadcastFloats(x []float32) error {
	if g.alone() || len(x) == 0 {
		return nil
	}
	return g.comm.Broadcast(unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 4*len(x)), 0)
}

// Gather gives all ranks the data of every rank, in order.
func (g *Group) Gather(data []byte) ([][]byte, error) {
	all := make([][]byte, g.Size())
	for root := range all {
		var err error
		if all[root], err = g.Broadcast(data, root); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Once calls do on rank 0 only, and gives its result to all ranks. Only rank 0 gets its error; it
// must abort then, since the others still wait.
func (g *Group) Once(do func() ([]byte, error)) ([]byte, error) {
	var data []byte
	if g.First() {
		var err error
		if data, err = do(); err != nil {
			return nil, err
		}
	}
	return g.Broadcast(data, 0)
}

// Decide is [Group.Once] for a yes or no.
func (g *Group) Decide(do func() (bool, error)) (bool, error) {
	data, err := g.Once(func() ([]byte, error) {
		yes, err := do()
		if yes {
			return []byte{1}, err
		}
		return []byte{0}, err
	})
	return len(data) == 1 && data[0] == 1, err
}

// Barrier returns when all ranks have called it.
func (g *Group) Barrier() error {
	if g.alone() {
		return nil
	}
	return g.comm.Barrier()
}

// Send passes data to another rank.
func (g *Group) Send(data []byte, to int) error { return g.comm.Send(data, to) }

// Receive waits for data from another rank.
func (g *Group) Receive(from int) ([]byte, error) { return g.comm.Receive(from) }

// Same makes sure that a text is the same on all ranks. The error is the same on all
// ranks, and names the first rank that differs from rank 0, with both texts.
func (g *Group) Same(what, text string) error {
	return g.same(what, []byte(text), func(theirs, first []byte) string {
		return fmt.Sprintf("%s there, %s on rank 0", theirs, first)
	})
}

// SameObject is [Group.Same] for JSON objects. The error names only the first key whose value
// differs.
func (g *Group) SameObject(what string, object any) error {
	data, err := json.Marshal(object)
	if err != nil {
		return errors.Wrap(err, what)
	}
	return g.same(what, data, func(theirs, first []byte) string {
		key, other, wanted, err := jsondiff.First(theirs, first)
		if err != nil {
			return err.Error()
		}
		return fmt.Sprintf("%s is %s there, %s on rank 0", key, other, wanted)
	})
}

func (g *Group) same(what string, mine []byte, difference func(theirs, first []byte) string) error {
	all, err := g.Gather(mine)
	if err != nil {
		return err
	}
	for rank, theirs := range all {
		if !bytes.Equal(theirs, all[0]) {
			return errors.Errorf("%s has other %s than rank 0: %s", g.name(rank), what, difference(theirs, all[0]))
		}
	}
	return nil
}
