package files

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/loaders/tables"
	"gorgpt/train"
)

// folder writes files into a temporary folder and returns it.
func folder(t *testing.T, content map[string]string) string {
	dir := t.TempDir()
	for name, text := range content {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

const someRows = "text\tlabel\none\t0\ntwo\t1\nthree\t0\n"

// readTest reads a training file and a test file, and returns the report with DIR for their folder,
// without the first rows.
func readTest(t *testing.T, training, name, test string) (*finetune.Data, string, error) {
	dir := folder(t, map[string]string{"train.tsv": training, name: test})
	s := finetune.Options{Task: heads.Classification, Train: filepath.Join(dir, "train.tsv"), Test: filepath.Join(dir, name)}
	d, err := Read(s)
	var report bytes.Buffer
	if err == nil {
		d.Report(train.Lines(&report))
	}
	text := regexp.MustCompile(`(?m)^.*the first row is.*\n`).ReplaceAllString(report.String(), "")
	return d, strings.ReplaceAll(text, dir, "DIR"), err
}

func TestTestRowsMayLackLabels(t *testing.T) {
	for _, c := range []struct{ name, file, content string }{
		{"minus one", "test.tsv", "text\tlabel\nfour\t-1\nfive\t-1\n"},
		{"minus one as a score", "test.jsonl", `{"text": "four", "label": -1.0}` + "\n" + `{"text": "five", "label": -1}`},
		{"empty", "test.csv", "text,label\nfour,\nfive,\"\"\n"},
		{"null, or no label", "test.jsonl", `{"text": "four", "label": null}` + "\n" + `{"text": "five"}`},
		{"hyphen", "test.tsv", "text\tlabel\nfour\t-\nfive\t-\n"},
		{"a short row", "test.tsv", "text\nfour\nfive\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, report, err := readTest(t, someRows, c.file, c.content)
			require.NoError(t, err)
			require.False(t, d.Judged())
			require.Len(t, d.Test, 2)
			require.Equal(t, loaders.Label{}, d.Test[1].Label)
			require.Empty(t, report)
		})
	}
	d, report, err := readTest(t, someRows, "test.tsv", "text\tlabel\nfour\t1\nfive\t-1\nsix\t\n")
	require.NoError(t, err)
	require.True(t, d.Judged())
	require.Len(t, d.Test, 1)
	require.Equal(t, "DIR/test.tsv: left out 2 rows without a gold label\n", strings.SplitAfter(report, "\n")[0])

	d, _, err = readTest(t, "text\tlabel\none\t-1\ntwo\t1\n", "test.tsv", "text\tlabel\nfour\t1\nfive\t-1\n")
	require.NoError(t, err)
	require.Len(t, d.Test, 2, "the training file has the label -1")

	_, _, err = readTest(t, someRows+"four\t\n", "test.tsv", someRows)
	require.ErrorContains(t, err, `train.tsv:5: field "label": the label is empty`)
}

func TestTablesThatCannotBeMeant(t *testing.T) {
	for table, want := range map[string]string{
		"":                                "DIR/train.csv is empty",
		"text,label,text\ngood,1,x\n":     "DIR/train.csv has 2 columns called text: rename all but one of them",
		"sep=;\ntext;label\ngood;1\n":     "DIR/train.csv: delete the first line, sep=…, which is for spreadsheets only",
		"text,label\nsome words,\nno,1\n": `DIR/train.csv:2: field "label": the label is empty`,
	} {
		dir := folder(t, map[string]string{"train.csv": table})
		path := filepath.Join(dir, "train.csv")
		task := heads.Classification
		_, _, err := ownFile{task: task, fields: task.Task().Fields(), whole: true}.read(path, path, ledger.Tolerance{})
		require.ErrorContains(t, err, strings.ReplaceAll(want, "DIR", dir))
	}
}

func TestUnlabelledRowsArePredicted(t *testing.T) {
	path := filepath.Join(folder(t, map[string]string{"new.tsv": "text\tlabel\none\t1\ntwo\t\n\t\nfour\t-1\n"}), "new.tsv")
	spec := finetune.Spec{Task: heads.Classification, Space: heads.Space{Labels: []string{"0", "1"}}}
	o := ownFile{task: spec.Task, fields: spec.Task.Task().Fields(), whole: true, open: &spec}
	rows, account, err := o.read(path, path, ledger.Tolerance{Share: 1})
	require.NoError(t, err)
	accounts := []ledger.Account{account}
	rows = withUnlabelled(rows, accounts)
	require.Len(t, rows, 3)
	for i, number := range []int{1, 2, 4} {
		require.Equal(t, number, rows[i].Number)
		require.False(t, rows[i].Label.Known())
	}
	require.Equal(t, []int{3, 1, 0}, []int{accounts[0].Rows, accounts[0].Broken(), accounts[0].Unlabelled()})
	require.Equal(t, path+": rows without a label: 2 of 3; the predictions are not evaluated", accounts[0].Lines()[1])
}

// Columns of other names are joined as those of the training file were, unless Join says otherwise.
func TestColumnsOfLaterFilesAreJoinedAsBefore(t *testing.T) {
	dir := folder(t, map[string]string{"old.csv": "subject,body\none,two\n", "new.csv": "title,content\none,two\n"})
	trained := loaders.Fields{Texts: []string{"subject+body"}, Label: "label", Join: " | "}
	spec := finetune.Spec{Task: heads.Classification, Space: heads.Space{Labels: []string{"0", "1"}}, Fields: &trained}
	for _, c := range []struct{ file, fields, join, want string }{
		{"old.csv", "", "", "one | two"},
		{"old.csv", "", "/", "one/two"},
		{"new.csv", "text=title+content", "", "one | two"},
		{"new.csv", "text=title+content", "/", "one/two"},
	} {
		o := finetune.Options{Predict: filepath.Join(dir, c.file), Fields: c.fields, Join: c.join}
		rows, _, err := reader{Options: o}.readMore(o.Predict, spec)
		require.NoError(t, err)
		require.Equal(t, c.want, rows[0].Texts[0])
	}
}

func TestWholeNumbersWithDecimalPointAreClasses(t *testing.T) {
	d, report, err := readTest(t, "text\tlabel\none\t0.0\ntwo\t1.0\nthree\t0\n", "test.jsonl", `{"text": "four", "label": 1}`+"\n"+`{"text": "five", "label": -0.0}`)
	require.NoError(t, err)
	require.Equal(t, []string{"0", "1"}, d.Spec.Labels)
	require.Equal(t, []string{"0", "1", "0"}, []string{d.Train[0].Label.Text, d.Train[1].Label.Text, d.Train[2].Label.Text})
	require.Equal(t, "DIR/train.tsv: whole-number labels with a decimal point are read as integers: 0.0 as 0\n"+
		"DIR/test.jsonl: whole-number labels with a decimal point are read as integers: -0.0 as 0\n", report)
	_, _, err = readTest(t, "text\tlabel\none\t0.5\ntwo\t1.0\n", "test.tsv", someRows)
	require.ErrorContains(t, err, "train.tsv:2: label 0.5 is not a class")
}

func TestNonFiniteScoreBreaksOneRow(t *testing.T) {
	for _, score := range []string{"nan", "NaN", "inf", "-Infinity", "1e999", ""} {
		var good strings.Builder
		for i := range 200 {
			fmt.Fprintf(&good, "one\ttwo\t%d.5\n", i%5)
		}
		for _, broken := range []string{"train", "dev", "test"} {
			content := map[string]string{}
			for _, split := range []string{"train", "dev", "test"} {
				content[split+".tsv"] = "a\tb\tlabel\n" + good.String()
			}
			content[broken+".tsv"] += "one\ttwo\t" + score + "\n"
			dir := folder(t, content)
			s := finetune.Options{
				Task: heads.Similarity, Train: filepath.Join(dir, "train.tsv"), Dev: filepath.Join(dir, "dev.tsv"), Test: filepath.Join(dir, "test.tsv"),
			}
			d, err := Read(s)
			require.NoError(t, err, "%q in %s", score, broken)
			require.Equal(t, heads.Regression, d.Spec.Task)
			require.Equal(t, []int{200, 200, 200}, []int{len(d.Train), len(d.Dev), len(d.Test)})
			var report bytes.Buffer
			d.Report(train.Lines(&report))
			require.Contains(t, report.String(), broken+".tsv", "%q", score)
		}
	}
}

func TestGivenLabels(t *testing.T) {
	dir := folder(t, map[string]string{"train.tsv": "text\tlabel\none\tyes\ntwo\tno\n", "dev.tsv": "text\tlabel\none\tyes\ntwo\tmaybe\n", "test.tsv": "text\tlabel\none\tno\n"})
	s := finetune.Options{Task: heads.Classification, Train: filepath.Join(dir, "train.tsv"), Test: filepath.Join(dir, "test.tsv"), Labels: " no, yes"}
	d, err := Read(s)
	require.NoError(t, err)
	require.Equal(t, []string{"no", "yes"}, d.Spec.Labels)
	require.Len(t, d.Train, 2)
	require.Len(t, d.Test, 1)
	s.Dev = filepath.Join(dir, "dev.tsv")
	_, err = Read(s)
	require.ErrorContains(t, err, `dev.tsv:3: label "maybe" is not among the given labels: it must be one of no, yes`)
	for _, labels := range []string{"no,,yes", "no, no", "no"} {
		s.Labels = labels
		_, err = Read(s)
		require.ErrorContains(t, err, "Labels: ")
	}
}

// named are columns without values.
func named(list string) (all []tables.Column) {
	for _, name := range strings.Split(list, ",") {
		all = append(all, tables.Column{Name: name})
	}
	return all
}

func TestColumnsAreProposedByTheirValues(t *testing.T) {
	columns := func(columns ...string) (all []tables.Column) { // NAME: VALUE|VALUE|…
		for _, c := range columns {
			name, values, _ := strings.Cut(c, ": ")
			all = append(all, tables.Column{Name: name, Values: strings.Split(values, "|")})
		}
		return all
	}
	text := "Where is my parcel?|It is broken, sadly.|I paid two times.|It is still broken."
	for want, c := range map[string][]tables.Column{
		"text=nachricht,label=abteilung":        columns("nr: 1|2|3|4", "nachricht: "+text, "abteilung: post|help|pay|help", "land: a|b|c|d"),
		"'text=the message,label=who answered'": columns("the message: "+text, "who answered: post|help|help|help"),
		"text=Subject+Body,label=Team":          columns("Priority: 1|2|1|2", "Team: a|b|c|d", "Subject: one|two||", "Body: "+text),
		"text=title+review,label=stars":         columns("title: a|b|c|d", "review: "+text, "stars: 1|5|1|5"),
		"text=2,label=1":                        columns("1: a|b|a|b", "2: "+text),
		"text=body,label=queue":                 columns("queue: a|b|a|b", "type: x|y|x|y", "body: "+text),
		"":                                      columns("text of it, all: "+text, "b: "+text),
	} {
		o := ownFile{task: heads.Classification, fields: heads.Classification.Task().Fields()}
		require.Equal(t, want, o.fieldsFor(c))
	}
}

func TestMissingColumnsAreProposed(t *testing.T) {
	pair := heads.Entailment.Task().Fields()
	renamed := pair
	renamed.Texts = []string{"sentence1", "hypothesis"}
	for _, c := range []struct {
		task    heads.Kind
		fields  loaders.Fields
		columns string
		want    string
	}{
		{heads.Classification, heads.Classification.Task().Fields(), "Text,Label", "text=Text,label=Label"},
		{heads.Classification, heads.Classification.Task().Fields(), "id,gold,sentence", "text=sentence,label=gold"},
		{heads.Classification, heads.Classification.Task().Fields(), "text,verdict", "label=verdict"},
		{heads.Classification, heads.Classification.Task().Fields(), "text", ""},
		{heads.Classification, heads.Classification.Task().Fields(), "text,the verdict", "'label=the verdict'"},
		{heads.Entailment, pair, "index,sentence1,sentence2,gold_label", "premise=sentence1,hypothesis=sentence2,label=gold_label"},
		{heads.Entailment, renamed, "index,sentence1,sentence2,label", "premise=sentence1,hypothesis=sentence2"},
		{heads.Entailment, pair, "premise,hypothesis,label", ""},
		{heads.MultipleChoice, heads.MultipleChoice.Task().Fields(), "article,question,options,label", "context=article,answers=options"},
		{heads.MultipleChoice, heads.MultipleChoice.Task().Fields(), "article,question,a,b,label", ""},
	} {
		o := ownFile{task: c.task, fields: c.fields}
		got := o.fieldsFor(named(c.columns))
		require.Equal(t, c.want, got, c.columns)
		if got == "" {
			continue
		}
		s := finetune.Options{Task: c.task, Fields: strings.Trim(got, "'")}
		f, err := reader{Options: s}.fields()
		require.NoError(t, err)
		require.Subset(t, strings.Split(c.columns, ","), append(f.Texts, f.Label), "the proposed columns exist")
	}
	_, _, err := readTest(t, "Text\tLabel\none\t1\n", "test.tsv", someRows)
	require.ErrorContains(t, err, `train.tsv needs columns text and label, but has Text, Label: try Fields text=Text,label=Label`)
}
