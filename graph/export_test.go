package graph

import (
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
)

// GradientsOf lists where the gradients of g's forward ops stand in the source: file:line.
func GradientsOf(g *Graph) (found []string) {
	for _, o := range g.ops {
		if o.grad == nil || o.role == Gradient {
			continue
		}
		pc := reflect.ValueOf(o.grad).Pointer()
		file, line := runtime.FuncForPC(pc).FileLine(pc)
		found = append(found, fmt.Sprintf("%s:%d", filepath.Base(file), line))
	}
	return found
}
