package storyworld

import (
	"math/rand/v2"
	"slices"
)

// person is somebody with a name.
type person struct {
	name  string
	she   bool
	trade string
}

// thing is something that a person can own.
type thing struct {
	look string // an adjective, or ""
	noun string
	kind string // what it is one of
}

// place is somewhere to be.
type place struct{ in, noun string }

// world is who and what a story can be about. No two of its things or places share a noun.
type world struct {
	people []*person
	things []*thing
	places []*place
	town   string
}

// newWorld draws a world with names of that split.
func newWorld(r *rand.Rand, split Split, people, things, places int) *world {
	w := &world{town: pick(r, words().fillers["town"])}
	onsets := map[string]bool{} // nobody in a world is easily taken for another
	for len(w.people) < people {
		p := pick(r, names()[split])
		if onsets[p.name[:2]] {
			continue
		}
		onsets[p.name[:2]] = true
		p.trade = pick(r, words().fillers["trade"])
		w.people = append(w.people, &p)
	}
	for _, t := range sample(r, words().things, things) {
		if r.IntN(3) == 0 {
			t.look = pick(r, words().fillers["adjective"])
		}
		w.things = append(w.things, &t)
	}
	for _, p := range sample(r, words().places, places) {
		w.places = append(w.places, &p)
	}
	return w
}

// unwieldy, alive and perishable things are not for every deed.
var (
	unwieldy   = []string{"furniture", "vehicle"}
	breakable  = []string{"tool", "toy", "vessel", "light", "instrument", "furniture", "vehicle", "treasure", "bag"}
	crafted    = append([]string{"garment", "book"}, breakable...)
	restricted = map[string][]string{"break": breakable, "ruin": breakable, "mend": breakable, "spite": crafted, "paint": breakable, "make": crafted}
)

// serves reports whether a thing can be in a frame of that name.
func (t *thing) serves(frame string) bool {
	if kinds, ok := restricted[frame]; ok {
		return slices.Contains(kinds, t.kind)
	}
	return !slices.Contains(unwieldy, t.kind)
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// sample draws n different members.
func sample[T any](r *rand.Rand, from []T, n int) []T {
	out := make([]T, 0, n)
	seen := make(map[int]bool, n)
	for len(out) < n {
		if i := r.IntN(len(from)); !seen[i] {
			seen[i] = true
			out = append(out, from[i])
		}
	}
	return out
}

// chance is true with probability p.
func chance(r *rand.Rand, p float64) bool { return r.Float64() < p }
