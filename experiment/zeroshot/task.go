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

// Task is one of the paper's ways to use a language model as it is.
type Task string

// The tasks, by the names that the command uses.
const (
	Acceptability Task = "acceptability" // a text, and whether it is good language
	Sentiment     Task = "sentiment"     // a text, and whether it is positive
	Answers       Task = "qa"            // a context, a question and answers
)

// Tasks are all of them.
func Tasks() []Task { return []Task{Acceptability, Sentiment, Answers} }

// ParseTask checks a name that a user gave.
func ParseTask(s string) (Task, error) {
	if slices.Contains(Tasks(), Task(s)) {
		return Task(s), nil
	}
	return "", errors.Errorf("unknown task %q: want acceptability, sentiment or qa", s)
}

// Kind is the form of a task's rows.
func (t Task) Kind() heads.Kind {
	if t == Answers {
		return heads.MultipleChoice
	}
	return heads.Classification
}

// Words are what is put around the texts of the rows.
type Words struct {
	Append   string `json:"append,omitempty"`   // sentiment: behind the text
	Positive string `json:"positive,omitempty"` // sentiment: words, with commas between them, for the second label in order
	Negative string `json:"negative,omitempty"` // sentiment: for the first
	Ask      string `json:"ask,omitempty"`      // qa: behind the context, with {question} and {answer}
}

// DefaultWords are the paper's.
func DefaultWords() Words {
	return Words{Append: "very", Positive: "positive", Negative: "negative", Ask: "{question} {answer}"}
}

// of are those that a task has a use for.
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

// Check refuses words that cannot work.
func (w Words) Check() error {
	for _, list := range []struct{ name, words string }{{"Positive", w.Positive}, {"Negative", w.Negative}} {
		for _, word := range strings.Split(list.words, ",") {
			if strings.TrimSpace(word) == "" {
				return train.BadOption("{"+list.name+"} is %q: it must be words with commas between them", list.words)
			}
		}
	}
	if before, _, _ := strings.Cut(w.Ask, "{answer}"); strings.Count(w.Ask, "{answer}") != 1 || strings.Count(before, "{question}") != 1 {
		return train.BadOption("{Ask} is %q: it must have %s once and %s once after it, such as %q", w.Ask, "{question}", "{answer}", DefaultWords().Ask)
	}
	return nil
}

// Set is the rows of a task.
type Set struct {
	Task  Task
	Words Words
	Data  *finetune.Data // with test rows
}

// NewSet checks that the rows are of the task.
func NewSet(t Task, w Words, d *finetune.Data) (*Set, error) {
	switch {
	case len(d.Test) == 0:
		return nil, train.BadOption("%s has no test rows, which are what is predicted: name some with {Test}", t)
	case t != Answers && len(d.Spec.Labels) != 2:
		return nil, errors.Errorf("%s has %d labels: want two, first the bad one in order", t, len(d.Spec.Labels))
	}
	return &Set{t, w.of(t), d}, nil
}

// predictor is a model at work.
type predictor struct {
	scorer
	tok *tokenizer.Tokenizer
}

// Accuracy predicts the test rows and returns the share of those that are right.
func (s *Set) Accuracy(ctx context.Context, m *gpt1.Model, tok *tokenizer.Tokenizer) (float64, error) {
	p := &predictor{scorer{model: m}, tok}
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

// acceptable predicts the second label where the mean log-probability of the tokens reaches
// the threshold that suits the rows for tuning best.
func (p *predictor) acceptable(ctx context.Context, s *Set) ([]int, error) {
	means := func(rows []loaders.Row) ([]float64, error) {
		texts := make([]text, len(rows))
		for i, row := range rows {
			ids := p.tok.Encode(row.Texts[0])
			texts[i] = text{ids[:min(len(ids), p.model.NCtx)], 1}
		}
		return p.means(ctx, texts)
	}
	tuning := s.Data.Dev
	if len(tuning) == 0 {
		tuning = s.Data.Train
	}
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

// means are sums over counts; of a text with nothing to predict it is 0.
func (p *predictor) means(ctx context.Context, texts []text) ([]float64, error) {
	sums, counts, err := p.sums(ctx, texts)
	for i, n := range counts {
		sums[i] /= float64(max(n, 1))
	}
	return sums, err
}

// threshold is the score from which on calling examples good is right most often: in the
// middle between two neighbours, the lowest such on a tie.
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
	best, limit := right, math.Inf(-1) // all are called good
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

// positive compares the probabilities of positive and negative words behind the text.
func (p *predictor) positive(ctx context.Context, s *Set) ([]int, error) {
	behind := p.tok.Encode(s.Words.Append)
	var words [2][][]int32
	longest := 0
	for label, list := range []string{s.Words.Negative, s.Words.Positive} {
		for _, word := range strings.Split(list, ",") {
			ids := p.tok.Encode(word)
			if len(ids) == 0 {
				return nil, train.BadOption("no token is left of the word %q: name another with {Positive} or {Negative}", word)
			}
			words[label] = append(words[label], ids)
			longest = max(longest, len(ids))
		}
	}
	room := p.model.NCtx - len(behind) - longest
	if room < 1 {
		return nil, train.BadOption("{Append} and the words take %d tokens, the model has %d positions", len(behind)+longest, p.model.NCtx)
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

// logSum is log Σ exp(x).
func logSum(x []float64) float64 {
	top, sum := slices.Max(x), 0.0
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}

// fitting is the set without the questions that the model cannot score, as an answer has no
// token, or question and answer are too long. They are unusable like broken rows; lines
// describe them.
func (s *Set) fitting(m *gpt1.Model, tok *tokenizer.Tokenizer, t ledger.Tolerance) (fit *Set, lines []string, err error) {
	if s.Task != Answers {
		return s, nil, nil
	}
	var accounts []ledger.Account
	for _, row := range s.Data.Test {
		i := slices.IndexFunc(accounts, func(a ledger.Account) bool { return a.Path == row.Path })
		if i < 0 {
			i, accounts = len(accounts), append(accounts, ledger.Account{Path: row.Path})
		}
		accounts[i].Rows++
	}
	data := *s.Data
	data.Test, err = ledger.Sift(s.Data.Test, accounts, t, func(row *loaders.Row) error {
		question := tok.Encode(strings.Replace(s.Words.question(), "{question}", row.Texts[1], 1))
		for _, answer := range row.Answers {
			if n := len(tok.Encode(answer)); n == 0 || len(question)+n > m.NCtx {
				return tooLong(len(question), n, m.NCtx)
			}
		}
		return nil
	})
	for _, a := range accounts {
		if err == nil {
			err = a.Check(t)
		}
		lines = append(lines, a.Lines()...)
	}
	return &Set{s.Task, s.Words, &data}, lines, err
}

func tooLong(question, answer, positions int) error {
	return errors.Errorf("question and answer have %d and %d tokens: want one or more, and at most the model's %d in all", question, answer, positions)
}

// question is what stands before the answer.
func (w Words) question() string {
	before, _, _ := strings.Cut(w.Ask, "{answer}")
	return before
}

// answers takes the answer whose tokens have the highest mean log-probability. The context is
// cut to fit, as in fine-tuning.
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
