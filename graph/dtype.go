package graph

import (
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/kernels"
)

// Dtype is the type in which weights are kept. It can be the value of a flag.
// A Dtype is safe for concurrent use as long as no goroutine calls Set.
type Dtype string

// The types of weights. Activations and sums are float32 with each of them.
const (
	Float32  Dtype = "float32"
	BFloat16 Dtype = kernels.BFloat16 // the upper half of a float32
	Int8     Dtype = kernels.Int8     // with a float32 scale for each 32 weights of a row
)

// Dtypes lists all types.
func Dtypes() []Dtype { return []Dtype{Float32, BFloat16, Int8} }

// Set parses the name of a type.
func (d *Dtype) Set(name string) error {
	var names []string
	for _, known := range Dtypes() {
		if name == string(known) {
			*d = known
			return nil
		}
		names = append(names, string(known))
	}
	return errors.Errorf("%q is not a type of weights: must be one of %s", name, strings.Join(names, ", "))
}

func (d Dtype) String() string { return string(d) }

// compact reports whether weights of this type are a [kernels.Compact].
func (d Dtype) compact() bool { return d == BFloat16 || d == Int8 }
