package main

import (
	"math/rand/v2"
	"strings"

	"gorgpt/loaders"
)

// set is a kind of generated rows.
type set struct {
	name string
	row  func(r *rand.Rand, i int) (text, label string) // row i
}

var sets = []set{{"tickets", ticket}, {"questions", question}, {"requests", request}}

// rows returns n rows of a set. Those of one seed are always the same, and the first of them are those of a smaller n.
func (s set) rows(seed uint64, n int) []loaders.Row {
	r := rand.New(rand.NewPCG(seed, 1))
	rows := make([]loaders.Row, n)
	for i := range rows {
		text, label := s.row(r, i)
		rows[i] = loaders.Row{Texts: []string{text}, Label: loaders.Label{Text: label}}
	}
	return rows
}

// pick returns one entry of a list, whose entries are separated by bars.
func pick(r *rand.Rand, list string) string {
	all := strings.Split(list, "|")
	return all[r.IntN(len(all))]
}

// fill replaces each {name} in a text with an entry of the list of that name. An entry may have names itself.
func fill(r *rand.Rand, text string, lists map[string]string) string {
	for {
		before, rest, found := strings.Cut(text, "{")
		if !found {
			return text
		}
		name, after, _ := strings.Cut(rest, "}")
		text = before + pick(r, lists[name]) + after
	}
}

// shopWords are the words of tickets. Most of them occur in the tickets of several teams.
var shopWords = map[string]string{
	"item":  "lamp|chair|kettle|phone|desk|bag|clock|radio|printer|jacket|router|table",
	"day":   "Monday|Tuesday|Friday|Sunday|yesterday|last week|in May|this morning",
	"city":  "Leeds|Porto|Malmo|Ghent|Turin|Graz|Lyon|Bergen",
	"money": "12 euros|49 euros|120 euros|8 pounds|300 crowns|15 euros",
	"open":  "Hello,|Good morning,|Dear team,|Hi,|Hi there,|To whom it may concern,",
	"close": "Please answer soon.|Thank you.|I am waiting.|This is the second time that I write.|Kind regards.|My colleague has the same problem.",
	"story": "I bought the {item} {day}.|We live in {city}.|I paid {money} for the {item}.|The {item} is a gift.|I have been a customer for years.|I ordered by phone {day}.",
}

// messages are the sentences that a team answers.
var messages = map[string]string{
	"billing":   "you charged my card twice|the invoice for the {item} says {money} more|I was asked to pay {money} again|please send the invoice to {city}|the discount of {money} is missing on the bill|I want my money for the {item} back",
	"shipping":  "the parcel has not arrived {day}|the courier left the {item} in {city}|please send the {item} to {city} instead|the box was open when it came {day}|half of the order is missing|when will the {item} arrive",
	"technical": "the {item} does not start|the {item} stopped {day}|the screen of the {item} stays black|the app closes when I press pay|the {item} makes a loud noise|an update of the {item} fails {day}",
	"security":  "somebody else has used my account {day}|I can see the invoice of another customer|I got a mail that asks for my password|my card was used in {city}",
}

// ticket is a message to a shop and the team that answers it: the sentence that decides stands among others, which may be
// those of other teams in the negative.
func ticket(r *rand.Rand, _ int) (text, team string) {
	team = pick(r, "billing|billing|billing|billing|shipping|shipping|shipping|technical|technical|technical|technical|security")
	parts := []string{"{open}", "{story}", "{story}", pick(r, messages[team]) + "."}
	if other := pick(r, "billing|shipping|technical"); other != team && r.IntN(2) == 0 {
		parts = append(parts, "It is not that "+pick(r, messages[other])+".")
	}
	r.Shuffle(len(parts)-1, func(i, j int) { parts[i+1], parts[j+1] = parts[j+1], parts[i+1] })
	return fill(r, strings.Join(append(parts, "{close}"), " "), shopWords), team
}

// questionWords are the words of questions.
var questionWords = map[string]string{
	"role":   "inventor|author|painter|founder|owner|builder|first captain|composer|designer|director",
	"work":   "the telephone|the poem|the ceiling|the bank|the opera|the red ship|the old bridge|the garden|the novel|the clock|the railway|the museum",
	"who":    "the {role} of {work}",
	"name":   "Peru|Vienna|Asia|Lyon|Chile|Oslo|Kenya|Cairo|Texas|Wales|Crete|Java|Quebec|Sicily",
	"kind":   "highest mountain|old harbour|longest river|largest lake|main station|oldest church|northern border|royal palace",
	"place":  "the {kind} of {name}",
	"event":  "the {what} in {name}|the {what} of {work}",
	"what":   "war|great fire|strike|election|flood|opening|sale|first show|revolt",
	"thing":  "{size} {object}",
	"size":   "a small|a hot|a modern|a common|an early|a broken|a double|a heavy",
	"object": "volcano|engine|atom|comet|prism|glacier|compass|battery|lens|piston|magnet|turbine|valve",
	"unit":   "people live in|islands belong to|bridges cross|steps lead to|ships reach|roads end at",
	"letter": "DNA|UNESCO|radar|CPU|laser|HTTP|ISBN|sonar|NATO|PDF|RAM|scuba|VAT|FAQ|GPS",
	"tail":   "|||, please| exactly| really| in your opinion| today| then",
}

// questionForms are the forms of a question by what is asked for. What begins most of them.
var questionForms = map[string]string{
	"person":       "Who was {who}{tail} ?|What is the name of {who}{tail} ?|Name {who} .|What man was {who}{tail} ?",
	"place":        "Where is {place}{tail} ?|What city is near {place}{tail} ?|In what country is {place}{tail} ?|What river flows through {place}{tail} ?",
	"number":       "How many {unit} {place}{tail} ?|What is the population of {place}{tail} ?|How high is {place}{tail} ?|What number of {unit} {place}{tail} ?",
	"date":         "When was {event}{tail} ?|What year was {event}{tail} ?|In what month did {event} begin{tail} ?|What day was {event}{tail} ?",
	"description":  "What is {thing}{tail} ?|How does {thing} work{tail} ?|Why is {thing} important{tail} ?|What caused {event}{tail} ?",
	"abbreviation": "What does {letter} stand for{tail} ?|What is {letter} short for{tail} ?|What do the letters {letter} mean{tail} ?",
}

// question is a question and what it asks for.
func question(r *rand.Rand, _ int) (text, kind string) {
	kind = pick(r, "person|place|number|date|description|abbreviation")
	return fill(r, pick(r, questionForms[kind]), questionWords), kind
}

// The requests are pairs of an action and an object, 5 of one and 6 of the other: a class is a pair, so that no word alone decides.
var (
	actions = []string{"start|turn on|switch on|please begin", "stop|turn off|switch off|please end", "ask about|what about|tell me about|check", "change|move|set|adjust", "remove|delete|cancel|forget"}
	objects = []string{"the alarm|my alarm clock|the wake-up call", "the music|the song|my playlist", "the light|the lamp in the hall|all lamps", "the meeting|my appointment|the call with {name}", "the heating|the radiator|the warm water", "the shopping list|my list|what to buy"}
	names   = map[string]string{
		"name": "Anna|Ben|Clara|David", "when": "at seven|tomorrow|tonight|in an hour|on Sunday|now", "polite": "please|thanks|if you can|quickly|again",
	}
)

// request is a short command to a machine at home. Its label numbers the action and the object. All labels occur in turn.
func request(r *rand.Rand, i int) (text, label string) {
	a, o := i%len(actions), i/len(actions)%len(objects)
	text = pick(r, actions[a]) + " " + pick(r, objects[o])
	if r.IntN(2) == 0 {
		text += " {when}"
	}
	if r.IntN(2) == 0 {
		text += " {polite}"
	}
	return fill(r, text, names), string(rune('a'+a)) + string(rune('1'+o))
}
