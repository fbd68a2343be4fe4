package train

import (
	"time"

	"github.com/pkg/errors"

	"gorgpt/dist"
	"gorgpt/graph"
	"gorgpt/optim"
)

// This file exports functions to package train_test, whose tests train a real task.

// Describe calls describe.
func Describe(s optim.Schedule) string { return describe(s) }

// Due calls due.
func (e Every) Due(n int, last time.Time) bool { return e.due(n, last) }

// Overlapped sums the gradients of an update over ranks during the backward pass.
func Overlapped(g *dist.Group, s *graph.Store, accumulate func(last func() error) (Result, error)) (Result, error) {
	sums := exchange{group: g, store: s, overlap: true}
	got, err := accumulate(sums.last)
	if err := sums.end(err, got.values()...); err != nil {
		return got, err
	}
	if sums.left > 0 {
		return got, errors.Errorf("the gradients of %d parameters were not reported", sums.left)
	}
	return got, nil
}
