package zeroshot

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Task is one of the paper's ways to use a language model without fine-tuning.
type Task string

// The tasks, by the names that the command uses.
const (
	Acceptability Task = "acceptability" // is a text grammatical?
	Sentiment     Task = "sentiment"     // is a text positive?
	Answers       Task = "qa"            // which answer to a question about a context is right?
)

// Tasks returns all tasks.
func Tasks() []Task { return []Task{Acceptability, Sentiment, Answers} }

// ParseTask returns the task with the given name.
func ParseTask(s string) (Task, error) {
	if slices.Contains(Tasks(), Task(s)) {
		return Task(s), nil
	}
	return "", errors.Errorf("unknown task %q: it must be acceptability, sentiment or qa", s)
}

// Kind returns the kind of a task's rows.
func (t Task) Kind() heads.Kind {
	if t == Answers {
		return heads.MultipleChoice
	}
	return heads.Classification
}

// Words are the words that are added to the texts of the rows.
type Words struct {
	Append   string `json:"append,omitempty"`   // sentiment: added to the text
	Positive string `json:"positive,omitempty"` // sentiment: words for the second label in order, separated by commas
	Negative string `json:"negative,omitempty"` // sentiment: words for the first label
	Ask      string `json:"ask,omitempty"`      // qa: added to the context, with {question} and {answer}
}

// DefaultWords returns the paper's words.
func DefaultWords() Words {
	return Words{Append: "very", Positive: "positive", Negative: "negative", Ask: "{question} {answer}"}
}

// of returns the words that a task uses.
func (w Words) of(t Task) Words {
	switch t {
	case Sentiment:
		w.Ask = ""
	case Answers:
		w = Words{Ask: w.Ask}
	default:
		w = Words{}
	}
	return w
}

// Check returns an error for words that cannot be used.
func (w Words) Check() error {
	for _, list := range []struct{ name, words string }{{"Positive", w.Positive}, {"Negative", w.Negative}} {
		for _, word := range strings.Split(list.words, ",") {
			if strings.TrimSpace(word) == "" {
				return train.BadOption("{"+list.name+"} is %q: it must be words separated by commas", list.words)
			}
		}
	}
	if before, _, _ := strings.Cut(w.Ask, "{answer}"); strings.Count(w.Ask, "{answer}") != 1 || strings.Count(before, "{question}") != 1 {
		return train.BadOption("{Ask} is %q: it must have %s once and %s once after it, such as %q", w.Ask, "{question}", "{answer}", DefaultWords().Ask)
	}
	return nil
}

// Set holds the rows of a task.
type Set struct {
	Task  Task
	Words Words
	Data  *finetune.Data // must have test rows
}

// NewSet returns a set after checking that the rows suit the task.
func NewSet(t Task, w Words, d *finetune.Data) (*Set, error) {
	switch {
	case len(d.Test) == 0:
		return nil, train.BadOption("%s has no test rows to predict: name a file with {Test}", t)
	case t != Answers && len(d.Spec.Labels) != 2:
		return nil, errors.Errorf("%s has %d labels: it must have two, the negative one first in order", t, len(d.Spec.Labels))
	}
	return &Set{t, w.of(t), d}, nil
}

// predictor predicts rows with a model.
type predictor struct {
	*scorer
	tok *tokenizer.Tokenizer
}

// Accuracy predicts the test rows and returns the share of those that are right.
func (s *Set) Accuracy(ctx context.Context, m *gpt1.Model, tok *tokenizer.Tokenizer) (float64, error) {
	p := &predictor{newScorer(m), tok}
	var predicted []int
	var err error
	switch s.Task {
	case Acceptability:
		predicted, err = p.acceptable(ctx, s)
	case Sentiment:
		predicted, err = p.positive(ctx, s)
	default:
		predicted, err = p.answers(ctx, s)
	}
	if err != nil {
		return 0, err
	}
	right := 0
	for i, row := range s.Data.Test {
		target, err := s.Data.Spec.Target(row)
		if err != nil {
			return 0, errors.WithMessage(err, row.Place())
		}
		if int(target.Label) == predicted[i] {
			right++
		}
	}
	return float64(right) / float64(len(predicted)), nil
}

// acceptable predicts the second label if the mean log-probability of the tokens reaches a
// threshold. The threshold is the best one for the development rows or, without any, for the
// training rows.
func (p *predictor) acceptable(ctx context.Context, s *Set) ([]int, error) {
	means := func(rows []loaders.Row) ([]float64, error) {
		texts := make([]text, len(rows))
		for i, row := range rows {
			ids := p.tok.Encode(row.Texts[0])
			texts[i] = text{ids[:min(len(ids), p.model.NCtx)], 1}
		}
		return p.means(ctx, texts)
	}
	tuning := *tuningRows(s.Data)
	known, err := means(tuning)
	if err != nil {
		return nil, err
	}
	good := make([]bool, len(tuning))
	for i, row := range tuning {
		target, err := s.Data.Spec.Target(row)
		if err != nil {
			return nil, errors.WithMessage(err, row.Place())
		}
		good[i] = target.Label == 1
	}
	limit := threshold(known, good)
	scores, err := means(s.Data.Test)
	predicted := make([]int, len(scores))
	for i, x := range scores {
		if x >= limit {
			predicted[i] = 1
		}
	}
	return predicted, err
}

// tuningRows returns the rows that the threshold of acceptability is fitted to.
func tuningRows(d *finetune.Data) *[]loaders.Row {
	if len(d.Dev) > 0 {
		return &d.Dev
	}
	return &d.Train
}

// means returns sums over counts. It is 0 for a text without tokens to predict.
func (p *predictor) means(ctx context.Context, texts []text) ([]float64, error) {
	sums, counts, err := p.sums(ctx, texts)
	for i, n := range counts {
		sums[i] /= float64(max(n, 1))
	}
	return sums, err
}

// threshold returns the threshold that classifies most examples correctly if scores that reach it
// count as good. It is the midpoint between two neighbouring scores, and the lowest on a tie.
func threshold(scores []float64, good []bool) float64 {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case scores[i] < scores[j]:
			return -1
		case scores[i] > scores[j]:
			return 1
		}
		return 0
	})
	right := 0
	for _, g := range good {
		if g {
			right++
		}
	}
	best, limit := right, math.Inf(-1) // all count as good
	for k, i := range order {
		if good[i] {
			right--
		} else {
			right++
		}
		next := math.Inf(1)
		if k+1 < len(order) {
			next = scores[order[k+1]]
		}
		if right > best && next > scores[i] {
			best, limit = right, next
			if !math.IsInf(next, 1) {
				limit = scores[i] + (next-scores[i])/2
			}
		}
	}
	return limit
}

// positive compares the probabilities of positive and negative words after the text.
func (p *predictor) positive(ctx context.Context, s *Set) ([]int, error) {
	behind := p.tok.Encode(s.Words.Append)
	var words [2][][]int32
	longest := 0
	for label, list := range []string{s.Words.Negative, s.Words.Positive} {
		for _, word := range strings.Split(list, ",") {
			ids := p.tok.Encode(word)
			if len(ids) == 0 {
				return nil, train.BadOption("the word %q has no tokens: use another word in {Positive} or {Negative}", word)
			}
			words[label] = append(words[label], ids)
			longest = max(longest, len(ids))
		}
	}
	room := p.model.NCtx - len(behind) - longest
	if room < 1 {
		return nil, train.BadOption("{Append} and the words have %d tokens, which leaves no room for text: the model has %d positions", len(behind)+longest, p.model.NCtx)
	}
	var texts []text
	for _, row := range s.Data.Test {
		ids := p.tok.Encode(row.Texts[0])
		ids = slices.Concat(ids[:min(len(ids), room)], behind)
		for _, word := range slices.Concat(words[0], words[1]) {
			texts = append(texts, text{slices.Concat(ids, word), len(ids)})
		}
	}
	sums, _, err := p.sums(ctx, texts)
	if err != nil {
		return nil, err
	}
	predicted := make([]int, len(s.Data.Test))
	for i := range predicted {
		negative, positive := sums[:len(words[0])], sums[len(words[0]):len(words[0])+len(words[1])]
		if logSum(positive) > logSum(negative) {
			predicted[i] = 1
		}
		sums = sums[len(words[0])+len(words[1]):]
	}
	return predicted, nil
}

// logSum returns log Σ exp(x).
func logSum(x []float64) float64 {
	top, sum := slices.Max(x), 0.0
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}

// fitting returns the set without the rows that the model cannot score. Such rows count as broken; lines describes them.
func (s *Set) fitting(m *gpt1.Model, tok *tokenizer.Tokenizer, t ledger.Tolerance) (fit *Set, lines []string, err error) {
	data := *s.Data
	parts := []*[]loaders.Row{&data.Test}
	if s.Task == Acceptability {
		parts = append(parts, tuningRows(&data))
	}
	var accounts []ledger.Account
	for _, part := range parts {
		counted := accountsOf(*part)
		if *part, err = ledger.Sift(*part, counted, t, func(row *loaders.Row) error { return s.scorable(m, tok, *row) }); err != nil {
			return nil, nil, err
		}
		accounts = append(accounts, counted...)
	}
	for _, a := range accounts {
		if err == nil {
			err = a.Check(t)
		}
		lines = append(lines, a.Lines()...)
	}
	return &Set{s.Task, s.Words, &data}, lines, err
}

// accountsOf returns an account for each file of rows.
func accountsOf(rows []loaders.Row) (accounts []ledger.Account) {
	for _, row := range rows {
		i := slices.IndexFunc(accounts, func(a ledger.Account) bool { return a.Path == row.Path })
		if i < 0 {
			i, accounts = len(accounts), append(accounts, ledger.Account{Path: row.Path})
		}
		accounts[i].Rows++
	}
	return accounts
}

// scorable returns an error for a row that the model cannot score, because its text or an answer has no tokens, or
// question and answer are too long.
func (s *Set) scorable(m *gpt1.Model, tok *tokenizer.Tokenizer, row loaders.Row) error {
	if s.Task != Answers {
		if len(tok.Encode(row.Texts[0])) == 0 {
			return errors.New("the text has no tokens")
		}
		return nil
	}
	question := tok.Encode(strings.Replace(s.Words.question(), "{question}", row.Texts[1], 1))
	for _, answer := range row.Answers {
		if n := len(tok.Encode(answer)); n == 0 || len(question)+n > m.NCtx {
			return tooLong(len(question), n, m.NCtx)
		}
	}
	return nil
}

func tooLong(question, answer, positions int) error {
	return errors.Errorf("question and answer have %d and %d tokens: an answer needs one or more, and the model has %d positions for both", question, answer, positions)
}

// question returns the part of Ask before the answer.
func (w Words) question() string {
	before, _, _ := strings.Cut(w.Ask, "{answer}")
	return before
}

// answers predicts the answer whose tokens have the highest mean log-probability. The context is cut
// to fit, as in fine-tuning.
func (p *predictor) answers(ctx context.Context, s *Set) ([]int, error) {
	ask := s.Words.question()
	var texts []text
	for _, row := range s.Data.Test {
		question := p.tok.Encode(strings.Replace(ask, "{question}", row.Texts[1], 1))
		story := p.tok.Encode(row.Texts[0])
		for _, answer := range row.Answers {
			ids := p.tok.Encode(answer)
			room := p.model.NCtx - len(question) - len(ids)
			if room < 0 || len(ids) == 0 {
				return nil, errors.WithMessage(tooLong(len(question), len(ids), p.model.NCtx), row.Place())
			}
			before := slices.Concat(story[:min(len(story), room)], question)
			texts = append(texts, text{slices.Concat(before, ids), len(before)})
		}
	}
	means, err := p.means(ctx, texts)
	if err != nil {
		return nil, err
	}
	predicted := make([]int, len(s.Data.Test))
	for i, row := range s.Data.Test {
		best := 0
		for k, x := range means[:len(row.Answers)] {
			if x > means[best] {
				best = k
			}
		}
		predicted[i], means = best, means[len(row.Answers):]
	}
	return predicted, nil
}
