package storyworld

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders"
)

// Set is a labelled set, by the name of the task that it is for.
type Set string

// The labelled sets, with the fields of their rows.
const (
	Classification Set = loaders.Classification // text; negative or positive: how somebody feels in the end
	Entailment     Set = loaders.Entailment     // premise, hypothesis; entailment, neutral or contradiction
	Similarity     Set = loaders.Similarity     // a, b; 1 if they tell the same, else 0
	Regression     Set = loaders.Regression     // a, b; from 0.0 to 5.0: how much of it is the same
	MultipleChoice Set = loaders.QA             // context, question, four answers; the number of the right one
	Acceptability  Set = "acceptability"        // text; 1 or, with two neighbouring words exchanged, 0
)

// sizes are the rows of a set.
var sizes = map[Set]map[Split]int{
	Classification: {Train: 2000, Dev: 300, Test: 1000},
	Entailment:     {Train: 7000, Dev: 300, Test: 1000},
	Similarity:     {Train: 4000, Dev: 300, Test: 1000},
	Regression:     {Train: 4000, Dev: 300, Test: 1000},
	MultipleChoice: {Train: 2400, Dev: 300, Test: 800},
	Acceptability:  {Train: 300, Dev: 300, Test: 1000},
}

// Has says that there is a set.
func Has(set Set) bool { return sizes[set] != nil }

// makers draw one row of each set; they fail when what was drawn does not serve.
var makers = map[Set]func(*rand.Rand, Split) (loaders.Row, bool){
	Classification: sentimentRow,
	Entailment:     entailmentRow,
	Similarity:     similarityRow,
	Regression:     regressionRow,
	MultipleChoice: qaRow,
	Acceptability:  acceptabilityRow,
}

// Rows returns the rows of a split, the same ones each time. Each row has a world of its
// own. An unknown set or split is an error.
func Rows(set Set, split Split) ([]loaders.Row, error) {
	n, ok := sizes[set][split]
	if !ok {
		return nil, errors.Errorf("storyworld has no set %q with a split %q", set, split)
	}
	name := fmt.Sprintf("storyworld/%s/%s", set, split)
	h := fnv.New64a()
	fmt.Fprint(h, name)
	rows := make([]loaders.Row, n)
	for i := range rows {
		r := rand.New(rand.NewPCG(h.Sum64(), uint64(i)))
		for !ok || rows[i].Texts == nil {
			rows[i], ok = makers[set](r, split)
		}
		rows[i].Path, rows[i].Line, rows[i].Number = name, i+1, i+1
	}
	return rows, nil
}

// stage sets a scene of its own for one row.
func stage(r *rand.Rand, split Split) (*scene, *teller) {
	s := newScene(r, split, newWorld(r, split, 4, 12, 5))
	return s, &teller{r: r, split: split, tense: pick(r, []tense{past, past, present})}
}

// happen adds one event to a scene, as books have them, and tells it.
func (s *scene) happen(t *teller, moods, wishes float64) (string, bool) {
	t.topic = nil // the order of sentences may change
	a := pick(s.r, s.people)
	if chance(s.r, moods) {
		if s.felt[a] != "" || s.used[a] {
			return "", false
		}
		e := s.cause(a, kindOf(s.r, chance(s.r, 0.5)))
		s.add(e, asserted)
		s.felt[a] = e.kind()
		return t.full(e, asserted), true
	}
	e, ok := s.deed()
	if !ok {
		return "", false
	}
	how := asserted
	if chance(s.r, wishes) && e.frame.has(s.split, wished) {
		how = wished
	}
	s.add(e, how)
	return t.full(e, how), true
}

// aside is a sentence about a thing that no deed is about.
func (s *scene) aside(t *teller) string {
	t.topic = nil
	a := pick(s.r, s.people)
	e := event{frame: phrases().frames["idle"], a: a, b: s.otherPerson(a), o: pick(s.r, s.free("idle")), p: pick(s.r, s.places)}
	return t.full(e, asserted)
}

// shuffled puts sentences into any order.
func shuffled(r *rand.Rand, sentences []string) string {
	r.Shuffle(len(sentences), func(i, j int) { sentences[i], sentences[j] = sentences[j], sentences[i] })
	return strings.Join(sentences, " ")
}

func label(text string) loaders.Label { return loaders.Label{Text: text, Form: loaders.String} }
