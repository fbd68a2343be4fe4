package storyworld

import (
	"math/rand/v2"
	"strings"
	"sync"
)

// Names are made of syllables, so that there are enough of them for no two splits to
// share one, and so that a vocabulary of a few thousand tokens can spell them all.
const (
	onsets = "Al An Ar Ash Bal Bel Ben Bor Bran Cal Cel Cor Dal Dan Del Dor Ed El Em Er Fal Fen Fin Gal Gar Gil Gor Hal Han Har Hel Il Ir " +
		"Jal Jan Jor Kal Kel Kir Kor Lan Lar Lem Lor Mal Mar Mel Mir Mor Nal Nar Nel Nor Ol Or Os Pal Per Pol Quin Ral Ren Ros Run Sal " +
		"Sel Sim Sol Sten Tal Tam Tel Tor Ul Ur Val Ver Vin Wal Wen Wil Yan Yor Zan Zel"
	hers = "a ina elle ette issa ara ena ily ia una isse era anne ola"
	his  = "o an us ik or en ard ek is olf ulf eus ander im on ert"
)

// names lists the people of each split. They are dealt out like cards: the shuffle is
// fixed, and so is who gets which.
var names = sync.OnceValue(func() map[Split][]person {
	all := make([]person, 0, 4096)
	for _, onset := range strings.Fields(onsets) {
		for _, end := range strings.Fields(hers) {
			all = append(all, person{name: onset + end, she: true})
		}
		for _, end := range strings.Fields(his) {
			all = append(all, person{name: onset + end})
		}
	}
	r := rand.New(rand.NewPCG(1, 0))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	tenth := len(all) / 10
	return map[Split][]person{
		Test: all[:tenth], Dev: all[tenth : 2*tenth], Train: all[2*tenth : 4*tenth], pretraining: all[4*tenth:],
	}
})
