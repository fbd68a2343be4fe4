package tables

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
)

// The columns of the special layouts.
var (
	raceColumns    = []string{"article", "question", "options", "answer", "example_id"}
	mctestColumns  = []string{"story", "question", "options", "answer", "id"}
	alignedColumns = []string{"premise", "hypothesis", "label"}
)

// racePassage is a file of RACE: one JSON object. Each of its questions becomes a record.
func racePassage(t *textFile) source {
	return source{file: t, columns: always(raceColumns), next: func(yield func(record) bool) error {
		f, err := t.open()
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // only read from: nothing is lost if this fails
		data, err := io.ReadAll(io.LimitReader(f, maxLine))
		if err != nil {
			return errors.Wrap(err, t.path)
		}
		scanRACE(data, yield)
		return nil
	}}
}

func scanRACE(data []byte, yield func(record) bool) {
	var p struct {
		ID        string     `json:"id"`
		Article   string     `json:"article"`
		Questions []string   `json:"questions"`
		Options   [][]string `json:"options"`
		Answers   []string   `json:"answers"` // empty in tests without answers
	}
	err := json.Unmarshal(data, &p)
	switch q, o, a := len(p.Questions), len(p.Options), len(p.Answers); {
	case err != nil:
		err = errors.Wrap(err, "bad JSON")
	case q == 0 || q != o || a != 0 && a != q:
		err = errors.Errorf("%d questions, %d lists of options and %d answers: the numbers must be equal", q, o, a)
	}
	if err != nil {
		yield(record{line: 1, err: err})
		return
	}
	for i, question := range p.Questions {
		c := named{
			"article": {text: p.Article}, "question": {text: question}, "options": strs(p.Options[i]),
			"example_id": {text: fmt.Sprintf("%s/%d", p.ID, i)}, "answer": {form: text, text: "-"},
		}
		if len(p.Answers) > 0 {
			c["answer"] = cell{form: text, text: p.Answers[i]}
		}
		if !yield(record{line: 1, cells: c}) {
			return
		}
	}
}

// The columns of a line of MCTest.
const (
	mctestQuestions = 4
	mctestOptions   = 4
	mctestStory     = 2 // followed by the questions, each with its options
	mctestWidth     = mctestStory + 1 + mctestQuestions*(1+mctestOptions)
)

// mctestStories is a file of MCTest, name.tsv, with the right answers in name.ans. Without the second
// file, as the tests were published, rows have no labels.
func mctestStories(t *textFile) source {
	return source{file: t, columns: always(mctestColumns), next: func(yield func(record) bool) error {
		answers, err := mctestAnswers(t.path)
		if err != nil {
			return err
		}
		more := true
		return t.eachLine(func(n int, line string) bool {
			if isBlank(line) {
				return true
			}
			var letters []string
			if answers != nil {
				letters = []string{}
				if n <= len(answers) {
					letters = answers[n-1]
				}
			}
			mctestLine(n, line, letters, func(r record) bool { more = yield(r); return more })
			return more
		})
	}}
}

// mctestAnswers returns the letters of each line; nil if there is no such file.
func mctestAnswers(path string) ([][]string, error) {
	name := strings.ToLower(path)
	at := strings.LastIndex(name, ".tsv")
	if at < 0 {
		return nil, errors.Errorf("%s: it must be a .tsv file of MCTest", path)
	}
	found := firstFile(path[:at] + ".ans")
	if found == "" {
		return nil, nil
	}
	all := [][]string{}
	err := (&textFile{path: found}).eachLine(func(_ int, line string) bool {
		all = append(all, strings.Fields(line))
		return true
	})
	return all, err
}

// firstFile is the file of that name, compressed or not; "" if there is none.
func firstFile(path string) string {
	for _, ending := range append([]string{""}, packings...) {
		if matches, err := filepath.Glob(escape(path + ending)); err == nil && len(matches) > 0 {
			return matches[0]
		}
	}
	return ""
}

// escape returns a pattern that matches only this name.
func escape(path string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// mctestLine yields the questions of a story. If the line is broken, all of them are. letters is nil if
// there are no answers.
func mctestLine(n int, line string, letters []string, yield func(record) bool) {
	parts := strings.Split(line, "\t")
	var err error
	switch {
	case len(parts) < mctestWidth:
		err = errors.Errorf("%d columns: there must be %d, a story with 4 questions of 4 answers", len(parts), mctestWidth)
	case letters != nil && len(letters) != mctestQuestions:
		err = errors.Errorf("the .ans file has %d answers for this line: there must be %d", len(letters), mctestQuestions)
	}
	if err != nil {
		for range mctestQuestions {
			if !yield(record{line: n, err: err}) {
				return
			}
		}
		return
	}
	story := strings.NewReplacer(`\newline`, "\n", `\tab`, "\t").Replace(parts[mctestStory])
	for q := range mctestQuestions {
		at := mctestStory + 1 + q*(1+mctestOptions)
		question := strings.TrimPrefix(strings.TrimPrefix(parts[at], "one: "), "multiple: ")
		c := named{
			"story": {text: story}, "question": {text: question}, "options": strs(parts[at+1 : at+1+mctestOptions]),
			"id": {text: fmt.Sprintf("%s/%d", parts[0], q)}, "answer": {form: text, text: "-"},
		}
		if letters != nil {
			c["answer"] = cell{form: text, text: letters[q]}
		}
		if !yield(record{line: n, cells: c}) {
			return
		}
	}
}

// alignedLines are the files s1.X, s2.X and labels.X; the path is that of the first.
func alignedLines(t *textFile) source {
	return source{file: t, columns: always(alignedColumns), next: func(yield func(record) bool) error {
		dir, name := filepath.Split(t.path)
		ending := strings.TrimPrefix(name, "s1.")
		var columns [3][]string
		for i, part := range []string{"s1.", "s2.", "labels."} {
			of := t
			if i > 0 {
				of = &textFile{path: filepath.Join(dir, part+ending)}
			}
			err := of.eachLine(func(_ int, line string) bool {
				columns[i] = append(columns[i], line)
				return true
			})
			if err != nil {
				return err
			}
		}
		if a, b, c := len(columns[0]), len(columns[1]), len(columns[2]); a != b || a != c {
			return errors.Errorf("%s has %d lines, s2 %d and labels %d: the numbers must be equal", t.path, a, b, c)
		}
		for i := range columns[0] {
			c := named{"premise": {text: columns[0][i]}, "hypothesis": {text: columns[1][i]}, "label": {text: columns[2][i]}}
			if !yield(record{line: i + 1, cells: c}) {
				return nil
			}
		}
		return nil
	}}
}
