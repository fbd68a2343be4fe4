package finetune

import (
	"slices"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/internal/parallel"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Set is a file of examples as token sequences. A Set is safe for concurrent use as long as it
// is not changed.
type Set struct {
	Examples []heads.Encoded
	Cut      int // examples shortened to fit the model's positions

	places     []place // of the examples; nil: they are numbered from 1 on
	leftOut    []place // of the rows of the same files that are no examples
	unlabelled bool    // labels and scores are all 0, and mean nothing
}

// place says which row an example comes from.
type place struct {
	row      int // from 1 on, counted through all files of the set
	number   int // in its own file
	path     string
	id, part string
}

// Encode turns rows into examples for a model of ctx positions, on all cores. A row that has a
// label which the spec does not have, in which a text has no token, or in which what may not
// be cut is too long, is left out and recorded in the account of its file; of a file without
// an account it is an error, as are more such rows than are tolerated. Where some rows have
// labels, those without are left out, too.
func Encode(spec Spec, tok *tokenizer.Tokenizer, ctx int, rows []loaders.Row, accounts []ledger.Account, t ledger.Tolerance) (*Set, error) {
	examples, cut, errs := encodeAll(spec, tok, ctx, rows)
	i, judged, set := 0, labelled(rows), &Set{}
	set.unlabelled = !judged && len(rows) > 0
	kept, err := ledger.Sift(rows, accounts, t, func(row *loaders.Row) error {
		err := errs[i]
		switch {
		case err != nil:
		case judged && !row.Label.Known():
			err = ledger.ErrUnlabelled
		default:
			set.Examples = append(set.Examples, examples[i])
			if cut[i] {
				set.Cut++
			}
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
	set.number(kept, accounts)
	return set, nil
}

// number says where the examples come from, and which rows of the files are missing.
func (s *Set) number(rows []loaders.Row, accounts []ledger.Account) {
	before, n := map[string]int{}, 0 // rows in the files before that of a path
	for _, a := range accounts {
		before[a.Path] = n
		n += a.Rows + len(a.LeftOut)
	}
	placeOf := func(r loaders.Row) place {
		return place{row: before[r.Path] + r.Number, number: r.Number, path: r.Path, id: r.ID, part: r.Part}
	}
	for i, r := range rows {
		if r.Number == 0 { // of no file
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

// encodeAll tokenizes rows: an example, whether it was cut, or an error for each.
func encodeAll(spec Spec, tok *tokenizer.Tokenizer, ctx int, rows []loaders.Row) (examples []heads.Encoded, cut []bool, errs []error) {
	examples, cut, errs = make([]heads.Encoded, len(rows)), make([]bool, len(rows)), make([]error, len(rows))
	_ = parallel.Do(len(rows), func(i int) error { // a row that fails is not the failure of all
		examples[i], cut[i], errs[i] = encode(spec, tok, ctx, rows[i])
		return nil
	})
	return examples, cut, errs
}

// encode turns a row into an example, and says whether it was cut.
func encode(spec Spec, tok *tokenizer.Tokenizer, ctx int, row loaders.Row) (out heads.Encoded, cut bool, err error) {
	e, err := example(spec, tok, row)
	if err != nil {
		return out, false, err
	}
	f := heads.Formatter{Kind: spec.Task, Specials: spec.Specials, NCtx: ctx}
	sequences, err := f.Sequences(e)
	return heads.Encoded{Sequences: sequences, Target: e.Target}, f.Cut > 0, err
}

// example tokenizes the texts of a row and looks up its label.
func example(spec Spec, tok *tokenizer.Tokenizer, row loaders.Row) (heads.Example, error) {
	var e heads.Example
	if err := spec.check(&row, false); err != nil {
		return e, err
	}
	names := spec.Task.Task().Fields().Texts
	if len(row.Texts) != len(names) {
		return e, errors.Errorf("%d texts: a row for %s has %d", len(row.Texts), spec.Task, len(names))
	}
	for i, part := range []*[]int32{&e.A, &e.B}[:len(names)] {
		if *part = tok.Encode(row.Texts[i]); len(*part) == 0 && row.Texts[i] != "" { // Story Cloze has no questions
			return e, errors.Errorf("field %q: no token is left of the text %q", names[i], row.Texts[i])
		}
	}
	for i, answer := range row.Answers {
		ids := tok.Encode(answer)
		if len(ids) == 0 {
			return e, errors.Errorf("answer %d: no token is left of the text %q", i, answer)
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

// sets are rows as token sequences; nil for those not there.
type sets struct{ train, dev, test *Set }

// encode tokenizes the rows and reports what was cut and left out. The data stay as they are.
func (d *Data) encode(spec Spec, tok *tokenizer.Tokenizer, ctx int, t ledger.Tolerance, to train.Listener) (out sets, err error) {
	for i, set := range []**Set{&out.train, &out.dev, &out.test} {
		rows := *d.Splits()[i]
		if rows == nil {
			continue
		}
		name, borrowed := splitNames[i], len(d.Accounts[i]) == 0
		from := d.Accounts[i]
		if borrowed { // the rows are some of those of the training files
			from = d.Accounts[0]
		}
		accounts := cloned(from)
		if *set, err = Encode(spec, tok, ctx, rows, accounts, t); err != nil {
			return out, err
		}
		if len((*set).Examples) == 0 {
			return out, errors.Errorf("%s: no %s row is left", rows[0].Path, name)
		}
		more := newlyLeftOut(from, accounts)
		if borrowed {
			(*set).leftOut = nil
		}
		to.Note("%d %s examples, %d of them cut to the model's %d positions", len((*set).Examples), name, (*set).Cut, ctx)
		reportAll(more, to)
	}
	return out, nil
}

// cloned are accounts that may be added to.
func cloned(accounts []ledger.Account) []ledger.Account {
	accounts = slices.Clone(accounts)
	for i := range accounts {
		accounts[i].LeftOut = slices.Clone(accounts[i].LeftOut)
	}
	return accounts
}

// newlyLeftOut are accounts of what was left out since an earlier state of them.
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

// reportAll prints what was left out of files.
func reportAll(accounts []ledger.Account, to train.Listener) {
	for _, a := range accounts {
		for _, line := range a.Lines() {
			to.Note("%s", line)
		}
	}
}
