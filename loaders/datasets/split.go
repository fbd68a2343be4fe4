package datasets

import (
	"math"
	"strings"

	"gonum.org/v1/gonum/mathext/prng"

	"gorgpt/loaders"
	"gorgpt/loaders/tables"
)

// splitRule divides what was read from a folder. It leaves alone what is divided already.
type splitRule func(d *Data, dir string) error

// The division of Story Cloze in the code of 2018, which has 1,871 labelled rows: those of
// its training and of its development set, by a shuffle from this seed.
const (
	storyClozeAll  = 1871
	storyClozeDev  = 374
	storyClozeSeed = 3535999445
)

// holdOut divides the training rows as that code did: it takes the first of a permutation
// for development, and keeps the others in the permutation's order.
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

// byIDs takes for development the training rows whose pairs of ids are in a list beside
// them, as GLUE did with MRPC.
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

// reversed is a pair of ids the other way round.
func reversed(pair string) string {
	a, b, _ := strings.Cut(pair, " ")
	return b + " " + a
}
