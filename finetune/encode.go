package finetune

import (
	"slices"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/internal/parallel"
	"gorgpt/internal/plural"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Set is a set of examples as token sequences. A Set is safe for concurrent use as long as it
// is not changed.
type Set struct {
	Examples []heads.Encoded
	Cut      int // examples shortened, or read in windows, to fit the model's positions
	Lost     int // tokens of text that were cut
	Tokens   int // of all texts

	rows       []loaders.Row // what the examples were made from; nil: from no rows
	places     []place       // where the examples come from; nil: they are numbered from 1
	leftOut    []place       // where the rows that were left out come from
	unlabelled bool          // the labels and scores are all 0 and have no meaning
	of         []int         // number of the row of each example, from 0; nil: each row is one example
}

// place says which row an example comes from.
type place struct {
	row      int // counted from 1 through all files of the set
	number   int // counted from 1 in its own file
	path     string
	id, part string
	kept     []loaders.Kept
}

// Encode turns rows into examples for a model of ctx positions, on all cores. A row is unusable if
// the spec lacks its label, if one of its texts has no token, or if the parts that must not be cut
// do not fit. Encode leaves out unusable rows and records them in the accounts of their files. It
// fails if a file has no account or has more unusable rows than t tolerates. If some rows have
// labels, the rows without a label are left out as well.
func Encode(spec Spec, tok *tokenizer.Tokenizer, ctx int, rows []loaders.Row, accounts []ledger.Account, t ledger.Tolerance) (*Set, error) {
	encoded, errs := encodeAll(spec, tok, ctx, rows)
	i, number, judged, set := 0, 0, labelled(rows), &Set{}
	set.unlabelled = !judged && len(rows) > 0
	kept, err := ledger.Sift(rows, accounts, t, func(row *loaders.Row) error {
		err := errs[i]
		switch {
		case err != nil:
		case judged && !row.Label.Known():
			err = ledger.ErrUnlabelled
		default:
			set.add(encoded[i], number, spec.Long == heads.Windows)
			number++
		}
		i++
		return err
	})
	if err == nil {
		err = checkAll(accounts, t)
	}
	if err != nil {
		return nil, err
	}
	set.rows = kept
	set.number(kept, accounts)
	return set, nil
}

// number records the places of the examples and of the rows that were left out.
func (s *Set) number(rows []loaders.Row, accounts []ledger.Account) {
	number := numbering(accounts)
	placeOf := func(r loaders.Row) place {
		return place{row: number(r), number: r.Number, path: r.Path, id: r.ID, part: r.Part, kept: r.Kept}
	}
	for i, r := range rows {
		if r.Number == 0 { // it comes from no file
			r.Number = i + 1
		}
		s.places = append(s.places, placeOf(r))
	}
	for _, a := range accounts {
		for _, l := range a.LeftOut {
			s.leftOut = append(s.leftOut, placeOf(l.Row))
		}
	}
}

// numbering returns a function that numbers the rows of several files from 1, one file after the other.
func numbering(accounts []ledger.Account) func(loaders.Row) int {
	before, n := map[string]int{}, 0 // rows in the files that precede a path
	for _, a := range accounts {
		before[a.Path] = n
		n += a.Rows + len(a.LeftOut)
	}
	return func(r loaders.Row) int { return before[r.Path] + r.Number }
}

// encoded is a row as an example, or as several if it is read in windows.
type encoded struct {
	examples     []heads.Encoded
	cut          bool
	lost, tokens int
}

// add adds the row of a number.
func (s *Set) add(e encoded, number int, windows bool) {
	s.Examples = append(s.Examples, e.examples...)
	if e.cut {
		s.Cut++
	}
	s.Lost, s.Tokens = s.Lost+e.lost, s.Tokens+e.tokens
	if windows {
		for range e.examples {
			s.of = append(s.of, number)
		}
	}
}

// encodeAll tokenizes rows. For each it returns the examples or an error.
func encodeAll(spec Spec, tok *tokenizer.Tokenizer, ctx int, rows []loaders.Row) (all []encoded, errs []error) {
	all, errs = make([]encoded, len(rows)), make([]error, len(rows))
	_ = parallel.Do(len(rows), func(i int) error { // a row that fails is not the failure of all
		all[i], errs[i] = encode(spec, tok, ctx, rows[i])
		return nil
	})
	return all, errs
}

// encode turns a row into an example or, if it is long, into one for each window.
func encode(spec Spec, tok *tokenizer.Tokenizer, ctx int, row loaders.Row) (out encoded, err error) {
	e, err := example(spec, tok, row)
	if err != nil {
		return out, err
	}
	out.tokens = len(e.A) + len(e.B)
	for _, a := range e.Answers {
		out.tokens += len(a)
	}
	windows := [][]int32{e.A}
	if spec.Long == heads.Windows {
		windows = heads.Window(e.A, windowRoom(ctx))
	}
	f := heads.Formatter{Kind: spec.Task, Specials: spec.Specials, NCtx: ctx, Long: spec.Long}
	for _, e.A = range windows {
		sequences, err := f.Sequences(e)
		if err != nil {
			return out, err
		}
		out.examples = append(out.examples, heads.Encoded{Sequences: sequences, Target: e.Target})
	}
	out.cut, out.lost = f.Cut > 0 || len(windows) > 1, f.Lost
	return out, nil
}

// example tokenizes the texts of a row and looks up its label.
func example(spec Spec, tok *tokenizer.Tokenizer, row loaders.Row) (heads.Example, error) {
	var e heads.Example
	if err := spec.check(&row, false); err != nil {
		return e, err
	}
	names := spec.Task.Task().Fields().Texts
	if len(row.Texts) != len(names) {
		return e, errors.Errorf("the row has %s, but %s needs %d", plural.Of(len(row.Texts), "text"), spec.Task, len(names))
	}
	for i, part := range []*[]int32{&e.A, &e.B}[:len(names)] {
		if *part = tok.Encode(row.Texts[i]); len(*part) == 0 && row.Texts[i] != "" { // Story Cloze has no questions
			return e, errors.Errorf("field %q: the text %q has no tokens", names[i], row.Texts[i])
		}
	}
	for i, answer := range row.Answers {
		ids := tok.Encode(answer)
		if len(ids) == 0 {
			return e, errors.Errorf("answer %d: the text %q has no tokens", i, answer)
		}
		e.Answers = append(e.Answers, ids)
	}
	if !row.Label.Known() {
		e.Target = spec.Task.Task().Judge(spec.Space, nil).Unlabelled()
		return e, nil
	}
	var err error
	e.Target, err = spec.Target(row)
	return e, err
}

// sets are the splits as token sequences; nil for a split that is not given.
type sets struct{ train, dev, test *Set }

// encode tokenizes the rows and reports which were cut or left out. It does not change the data.
func (d *Data) encode(spec Spec, tok *tokenizer.Tokenizer, ctx int, t ledger.Tolerance, to train.Listener) (out sets, err error) {
	for i, set := range []**Set{&out.train, &out.dev, &out.test} {
		rows := *d.Splits()[i]
		if rows == nil {
			continue
		}
		name, borrowed := splitNames[i], len(d.Accounts[i]) == 0
		from := d.Accounts[i]
		if borrowed { // the rows are part of the training files
			from = d.Accounts[0]
		}
		accounts := cloned(from)
		if *set, err = Encode(spec, tok, ctx, rows, accounts, t); err != nil {
			return out, err
		}
		if len((*set).Examples) == 0 {
			return out, errors.Errorf("%s: none of the %s rows can be used", rows[0].File(), name)
		}
		more := newlyLeftOut(from, accounts)
		if borrowed {
			(*set).leftOut = nil
		}
		to.Note("%s", (*set).fit(name, ctx))
		reportAll(more, to)
	}
	return out, nil
}

// cloned returns a copy of the accounts that may be changed.
func cloned(accounts []ledger.Account) []ledger.Account {
	accounts = slices.Clone(accounts)
	for i := range accounts {
		accounts[i].LeftOut = slices.Clone(accounts[i].LeftOut)
	}
	return accounts
}

// newlyLeftOut returns accounts of the rows that after leaves out and before does not.
func newlyLeftOut(before, after []ledger.Account) (more []ledger.Account) {
	for i, a := range after {
		seen := map[int]bool{}
		for _, l := range before[i].LeftOut {
			seen[l.Row.Number] = true
		}
		fresh := slices.DeleteFunc(slices.Clone(a.LeftOut), func(l ledger.LeftOut) bool { return seen[l.Row.Number] })
		a.Rows += len(a.LeftOut) - len(fresh)
		if a.LeftOut = fresh; len(fresh) > 0 {
			more = append(more, a)
		}
	}
	return more
}

// reportAll reports the rows that were left out of files.
func reportAll(accounts []ledger.Account, to train.Listener) {
	for _, a := range accounts {
		for _, line := range a.Lines() {
			to.Note("%s", line)
		}
	}
}
