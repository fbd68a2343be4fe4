package datasets

import (
	"math"
	"strings"

	"gonum.org/v1/gonum/mathext/prng"

	"gorgpt/loaders"
	"gorgpt/loaders/tables"
)

// splitRule splits the rows of a folder, unless they are already split.
type splitRule func(d *Data, dir string) error

// The code of 2018 splits the 1,871 labelled rows of Story Cloze into training and development rows by
// a shuffle with this seed.
const (
	storyClozeAll  = 1871
	storyClozeDev  = 374
	storyClozeSeed = 3535999445
)

// holdOut splits the training rows as that code does: the first rows of a permutation become
// development rows, and the others stay training rows in the permutation's order.
func holdOut(d *Data, _ string) error {
	if len(d.Dev) > 0 || len(d.Train) == 0 {
		return nil
	}
	all, order := d.Train, permutation(storyClozeSeed, len(d.Train))
	dev := int(math.Round(float64(len(all)) * storyClozeDev / storyClozeAll))
	d.Train = nil
	for i, at := range order {
		if i < dev {
			d.Dev = append(d.Dev, all[at])
		} else {
			d.Train = append(d.Train, all[at])
		}
	}
	return nil
}

// permutation is numpy.random.RandomState(seed).permutation(n).
func permutation(seed uint64, n int) []int {
	random, order := prng.NewMT19937(), make([]int, n)
	random.Seed(seed)
	for i := range order {
		order[i] = i
	}
	for i := n - 1; i > 0; i-- {
		mask := uint32(math.MaxUint32)
		for mask>>1 >= uint32(i) {
			mask >>= 1
		}
		j := random.Uint32() & mask
		for j > uint32(i) {
			j = random.Uint32() & mask
		}
		order[i], order[j] = order[j], order[i]
	}
	return order
}

// byIDs makes development rows of the training rows whose pairs of ids are in a list beside the file,
// as GLUE did for MRPC.
func byIDs(d *Data, dir string) error {
	if len(d.Dev) > 0 {
		return nil
	}
	lists, err := glob(dir, "dev_ids*")
	if err != nil || len(lists) == 0 {
		return err
	}
	held := map[string]bool{}
	fields := loaders.Fields{ID: "a+b", Header: []string{"a", "b"}}
	for row, err := range tables.Read(lists[0], tables.TSV, fields) {
		if err != nil {
			return err
		}
		held[row.ID] = true
	}
	var train []loaders.Row
	for _, row := range d.Train {
		if held[row.ID] || held[reversed(row.ID)] {
			d.Dev = append(d.Dev, row)
		} else {
			train = append(train, row)
		}
	}
	d.Train = train
	return nil
}

// reversed swaps a pair of ids.
func reversed(pair string) string {
	a, b, _ := strings.Cut(pair, " ")
	return b + " " + a
}
