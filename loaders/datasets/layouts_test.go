package datasets

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

// folder is a new folder with the files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return dir
}

func hub[T any](t *testing.T, rows ...T) string {
	t.Helper()
	var out bytes.Buffer
	w := parquet.NewGenericWriter[T](&out, parquet.Compression(&parquet.Snappy))
	_, err := w.Write(rows)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

func gz(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

func zst(t *testing.T, text string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	return string(w.EncodeAll([]byte(text), nil))
}

// The rows of the hub's files, with the columns that are published there.
type (
	hubText struct {
		Sentence string `parquet:"sentence"`
		Label    int64  `parquet:"label"`
		Idx      int32  `parquet:"idx"`
	}
	hubNLI struct {
		Premise    string `parquet:"premise"`
		Hypothesis string `parquet:"hypothesis"`
		Label      int64  `parquet:"label"`
	}
	hubScore struct {
		Sentence1 string  `parquet:"sentence1"`
		Sentence2 string  `parquet:"sentence2"`
		Label     float32 `parquet:"label"`
		Idx       int32   `parquet:"idx"`
	}
	hubRace struct {
		ID       string   `parquet:"example_id"`
		Article  string   `parquet:"article"`
		Answer   string   `parquet:"answer"`
		Question string   `parquet:"question"`
		Options  []string `parquet:"options,list"`
	}
)

// short writes the rows of a split: part, texts, answers and label.
func short(rows []loaders.Row) (all []string) {
	for _, r := range rows {
		parts := append(append([]string{}, r.Texts...), r.Answers...)
		text := strings.Join(append(parts, r.Label.Text), "|")
		if r.Part != "" {
			text = r.Part + ":" + text
		}
		all = append(all, text)
	}
	return all
}

// Rows written for the purpose, in the published layouts.
func TestLayouts(t *testing.T) {
	const (
		nliHead  = "index\tsentence1_parse\tsentence1\tsentence2\tlabel1\tgold_label\n"
		testHead = "index\tsentence1_parse\tsentence1\tsentence2\n"
		passage  = `{"article": "It rains.", "id": "x7.txt", "questions": ["Is it _ ?"], "options": [["wet", "dry", "hot", "red"]], "answers": ["B"]}`
		mrpcHead = "\ufeffQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\n"
	)
	for _, c := range []struct {
		name, dataset    string
		files            map[string]string
		train, dev, test []string
		unlabelled       int
	}{
		{
			name: "no gold label in JSON lines", dataset: "snli", unlabelled: 2,
			files: map[string]string{
				"snli_1.0/snli_1.0_train.jsonl": `{"gold_label":"-","annotator_labels":["neutral"],"sentence1":"a","sentence2":"b"}` + "\n" + `{"gold_label":"neutral","sentence1":"c","sentence2":"d"}`,
				"snli_1.0/snli_1.0_dev.jsonl":   `{"gold_label":"entailment","sentence1":"c","sentence2":"d"}`,
				"snli_1.0/snli_1.0_test.jsonl":  `{"gold_label":"contradiction","sentence1":"c","sentence2":"d"}` + "\n" + `{"gold_label":"-","sentence1":"a","sentence2":"b"}`,
			},
			train: []string{"c|d|neutral"}, dev: []string{"c|d|entailment"}, test: []string{"c|d|contradiction"},
		},
		{
			name: "no gold label in text, rows shorter than the header", dataset: "SNLI", unlabelled: 1,
			files: map[string]string{
				"snli_1.0_train.txt.gz": gz(t, "gold_label\tsentence1\tsentence2\tlabel1\tlabel2\n-\ta\tb\tneutral\tentailment\nneutral\tc\td\tneutral\n"),
			},
			train: []string{"c|d|neutral"},
		},
		{
			name: "SNLI of the hub", dataset: "SNLI", unlabelled: 1,
			files: map[string]string{
				"plain_text/train-00000-of-00001.parquet": hub(t, hubNLI{"a", "b", 0}, hubNLI{"a", "b", -1}, hubNLI{"c", "d", 2}),
			},
			train: []string{"a|b|entailment", "c|d|contradiction"},
		},
		{
			name: "both kinds of MNLI", dataset: "MNLI",
			files: map[string]string{
				"MNLI/train.tsv":           nliHead + "0\t( x )\ta \"b\tc\tneutral\tneutral\r\n",
				"MNLI/dev_matched.tsv":     nliHead + "0\tx\tm\tc\tneutral\tentailment\n",
				"MNLI/dev_mismatched.tsv":  nliHead + "0\tx\tmm\tc\tneutral\tcontradiction\n",
				"MNLI/test_matched.tsv":    testHead + "0\tx\tm\tc\n",
				"MNLI/test_mismatched.tsv": testHead + "0\tx\tmm\tc\n",
			},
			train: []string{`a "b|c|neutral`}, dev: []string{"matched:m|c|entailment", "mismatched:mm|c|contradiction"}, test: []string{"matched:m|c|", "mismatched:mm|c|"},
		},
		{
			name: "one kind of MNLI, of the hub", dataset: "MNLI-mismatched",
			files: map[string]string{
				"mnli/train-00000-of-00002.parquet":                 hub(t, hubNLI{"a", "b", 1}),
				"mnli/train-00001-of-00002.parquet":                 hub(t, hubNLI{"c", "d", 2}),
				"mnli/validation_matched-00000-of-00001.parquet":    hub(t, hubNLI{"e", "f", 0}),
				"mnli/validation_mismatched-00000-of-00001.parquet": hub(t, hubNLI{"g", "h", 0}),
				"mnli/test_mismatched-00000-of-00001.parquet":       hub(t, hubNLI{"i", "j", -1}),
			},
			train: []string{"a|b|neutral", "c|d|contradiction"}, dev: []string{"mismatched:g|h|entailment"}, test: []string{"mismatched:i|j|"},
		},
		{
			name: "SST-2 of the hub", dataset: "SST-2",
			files: map[string]string{
				"glue/sst2/train-00000-of-00001.parquet":      hub(t, hubText{"a ", 1, 0}),
				"glue/sst2/validation-00000-of-00001.parquet": hub(t, hubText{"b ", 0, 0}),
				"glue/sst2/test-00000-of-00001.parquet":       hub(t, hubText{"c ", -1, 0}),
			},
			train: []string{"a |1"}, dev: []string{"b |0"}, test: []string{"c |"},
		},
		{
			name: "STS-B of the hub", dataset: "STSB",
			files: map[string]string{
				"stsb/train/0000.parquet": hub(t, hubScore{"a", "b", 3.8, 0}, hubScore{"a", "b", 5, 1}),
				"stsb/test/0000.parquet":  hub(t, hubScore{"c", "d", -1, 0}),
			},
			train: []string{"a|b|3.8", "a|b|5"}, test: []string{"c|d|"},
		},
		{
			name: "SciTail's other spelling", dataset: "SciTail",
			files: map[string]string{"scitail_1.0_train.txt": `{"sentence1": "a", "sentence2": "b", "gold_label": "entailment"}`},
			train: []string{"a|b|entails"},
		},
		{
			name: "SciTail without a header", dataset: "SciTail",
			files: map[string]string{"tsv_format/scitail_1.0_train.tsv": "a \"b\tc\tneutral\nd\te\tentails"},
			train: []string{`a "b|c|neutral`, "d|e|entails"},
		},
		{
			name: "RACE", dataset: "RACE",
			files: map[string]string{"RACE/train/middle/7.txt": passage, "RACE/train/high/12.txt": passage, "RACE/train/high/9.txt": passage, "RACE/dev/high/9.txt": passage},
			train: []string{"middle:It rains.|Is it _ ?|wet|dry|hot|red|1", "high:It rains.|Is it _ ?|wet|dry|hot|red|1", "high:It rains.|Is it _ ?|wet|dry|hot|red|1"},
			dev:   []string{"high:It rains.|Is it _ ?|wet|dry|hot|red|1"},
		},
		{
			name: "RACE of the hub", dataset: "RACE-high",
			files: map[string]string{
				"race/high/train-00000-of-00001.parquet":   hub(t, hubRace{"high1.txt", "It rains.", "C", "What?", []string{"a", "b", "c", "d"}}),
				"race/middle/train-00000-of-00001.parquet": hub(t, hubRace{"middle1.txt", "It rains.", "C", "What?", []string{"a", "b", "c", "d"}}),
			},
			train: []string{"high:It rains.|What?|a|b|c|d|2"},
		},
		{
			name: "MRPC with a byte order mark", dataset: "MRPC",
			files: map[string]string{
				"msr_paraphrase_train.txt": mrpcHead + "1\t10\t11\ta\tb\r\n0\t12\t13\tc\td\n1\t14\t15\te\tf",
				"msr_paraphrase_test.txt":  mrpcHead + "1\t10\t11\tg\th\n",
				"dev_ids.tsv":              "12\t13\n15\t14\n",
			},
			train: []string{"a|b|1"}, dev: []string{"c|d|0", "e|f|1"}, test: []string{"g|h|1"},
		},
		{
			name: "QQP packed", dataset: "QQP",
			files: map[string]string{
				"QQP/train.tsv.zst": zst(t, "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\t\"Is \"\"it\"\" so?\"\tb\t1\n"),
				"QQP/test.tsv.gz":   gz(t, "id\tquestion1\tquestion2\n0\ta\tb\n"),
			},
			train: []string{`"Is ""it"" so?"|b|1`}, test: []string{"a|b|"},
		},
		{
			name: "STS-B's own files", dataset: "STS-B",
			files: map[string]string{"sts-train.csv": "g\tf\t2012\t1\t3.800\ta, \"b\"\tc\ng\tf\t2012\t2\t5.000\td\te\tsource\tlicence\n"},
			train: []string{`a, "b"|c|3.800`, "d|e|5.000"},
		},
		{
			name: "CoLA with and without a header", dataset: "CoLA",
			files: map[string]string{"train.tsv": "x01\t1\t\tIt rains.\nx01\t0\t*\tRains it.\n", "test.tsv": "index\tsentence\n0\tIt rains.\n"},
			train: []string{"It rains.|1", "Rains it.|0"}, test: []string{"It rains.|"},
		},
		{
			name: "SICK", dataset: "SICK",
			files: map[string]string{"SICK_train.txt": "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\r\n1\ta\tb\t3.3\tNEUTRAL\r\n"},
			train: []string{"a|b|neutral"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := Find(c.dataset)
			require.NoError(t, err)
			data, err := d.Read(folder(t, c.files), ledger.Tolerance{Strict: true})
			require.NoError(t, err)
			require.Equal(t, [][]string{c.train, c.dev, c.test}, [][]string{short(data.Train), short(data.Dev), short(data.Test)})
			unlabelled := 0
			for _, a := range data.Accounts {
				unlabelled += a.Unlabelled()
			}
			require.Equal(t, c.unlabelled, unlabelled)
		})
	}
}

// storyCloze is a file in the layout of Story Cloze with so many rows.
func storyCloze(n int) string {
	var out strings.Builder
	out.WriteString("InputStoryid,InputSentence1,InputSentence2,InputSentence3,InputSentence4,RandomFifthSentenceQuiz1,RandomFifthSentenceQuiz2,AnswerRightEnding")
	for i := range n {
		fmt.Fprintf(&out, "\n%d,It rained.,\"Tom said \"\"no\"\", twice.\",He went out.,He got wet.,\"Tom, wet, went home %d.\",Tom was dry.,%d", i, i, 1+i%2)
	}
	return out.String()
}

func TestStoryCloze(t *testing.T) {
	dir := folder(t, map[string]string{
		"cloze_test_val__spring2016 - cloze_test_ALL_val.csv":   storyCloze(1871),
		"cloze_test_test__spring2016 - cloze_test_ALL_test.csv": storyCloze(3),
	})
	d, err := Find("StoryCloze")
	require.NoError(t, err)
	data, err := d.Read(dir, ledger.Tolerance{Strict: true})
	require.NoError(t, err)
	require.Equal(t, []int{1497, 374, 3}, []int{len(data.Train), len(data.Dev), len(data.Test)})
	require.Equal(t, loaders.Row{
		Path: data.Test[1].Path, Line: 3, Number: 2, Label: loaders.Label{Text: "1", Form: loaders.Integer},
		Texts: []string{`It rained. Tom said "no", twice. He went out. He got wet.`, ""}, Answers: []string{"Tom, wet, went home 1.", "Tom was dry."},
	}, data.Test[1])
	seen := map[string]bool{}
	for _, row := range append(data.Train, data.Dev...) {
		seen[row.Answers[0]] = true
	}
	require.Len(t, seen, 1871, "each row once")
}

// The permutations are those of numpy.random.RandomState.
func TestPermutation(t *testing.T) {
	require.Equal(t, []int{2, 8, 4, 9, 1, 6, 7, 3, 0, 5}, permutation(0, 10))
	require.Equal(t, []int{8, 1, 5, 0, 7, 2, 9, 4, 3, 6}, permutation(42, 10))
}

func TestReadErrors(t *testing.T) {
	const sst = "sentence\tlabel\na\t1\nb\t0\n"
	for _, c := range []struct {
		name, dataset string
		files         map[string]string
		want          string
	}{
		{"nothing there", "SST-2", map[string]string{"x/train.tsv": sst}, "no files of SST-2 in DIR: it needs train.tsv or train-*.parquet or train/*.parquet, directly or in a folder SST-2"},
		{"nothing to train on", "SST-2", map[string]string{"dev.tsv": sst}, "DIR has no training rows of SST-2: it needs train.tsv"},
		{"columns of another", "RTE", map[string]string{"train.tsv": sst}, "train.tsv: the file does not have the columns of RTE: it must have sentence1, sentence2 and label, but it has sentence, label"},
		{"empty split", "SST-2", map[string]string{"train.tsv": sst, "dev.tsv": "sentence\tlabel\n"}, "dev.tsv: the file has no rows"},
		{"unknown label", "SST-2", map[string]string{"train.tsv": sst + "c\tgood\n"}, `train.tsv:4: unknown label "good": the labels are 0, 1 (1 of 3 rows is broken: at most 1 % may be)`},
		{"no labels", "SST-2", map[string]string{"train.tsv": "sentence\na\n"}, "train.tsv: the rows have no labels"},
		{"score that is a word", "STS-B", map[string]string{"train.tsv": "sentence1\tsentence2\tscore\na\tb\thigh\n"}, `train.tsv:2: label "high": the score must be a number`},
		{"few options", "RACE", map[string]string{"train/high/1.txt": `{"article": "a", "questions": ["b"], "options": [["c", "d"]], "answers": ["A"]}`}, "1.txt:1: the row has 2 answers, but it must have 4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := folder(t, c.files)
			d, err := Find(c.dataset)
			require.NoError(t, err)
			_, err = d.Read(dir, ledger.DefaultTolerance)
			require.ErrorContains(t, err, strings.ReplaceAll(c.want, "DIR", dir))
			require.NotContains(t, err.Error(), "\n")
		})
	}
	_, err := Find("SQuAD")
	require.ErrorContains(t, err, `unknown dataset "SQuAD": the datasets are SNLI, MNLI, MNLI-matched`)
}

// A few broken rows are left out and counted.
func TestBrokenRows(t *testing.T) {
	good := strings.Repeat("1\t2\t3\ta\tb\t1\n", 150)
	dir := folder(t, map[string]string{"train.tsv": "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n" + good + "1\t2\t3\t\"broken\n" + good})
	d, err := Find("QQP")
	require.NoError(t, err)
	data, err := d.Read(dir, ledger.DefaultTolerance)
	require.NoError(t, err)
	require.Len(t, data.Train, 300)
	require.Contains(t, strings.Join(data.Accounts[0].Lines(), "\n"), `train.tsv:152: field "question2" is column 5, but the row has 4`)
	_, err = d.Read(dir, ledger.Tolerance{Strict: true})
	require.ErrorContains(t, err, "no row may be broken: "+filepath.Join(dir, "train.tsv")+":152")
}

// Every entry of the table can be used.
func TestTable(t *testing.T) {
	for _, name := range Names() {
		d, err := Find(strings.ToLower(name))
		require.NoError(t, err)
		require.Equal(t, name, d.Name)
		require.NotEmpty(t, d.folders)
		require.Equal(t, d.Task == loaders.Regression, len(d.Labels) == 0)
		for _, f := range d.columns {
			require.Equal(t, map[string]int{loaders.Classification: 1}[d.Task] == 1, len(f.Texts) == 1)
		}
	}
}

// In GLUE's SNLI, validated pairs have the opinions of four more annotators before the gold
// label, but the header does not say so.
func TestGLUEsSNLIHasTheGoldLabelLast(t *testing.T) {
	const header = "index\tcaptionID\tpairID\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse\tsentence1\tsentence2\tlabel1\tgold_label\n"
	line := func(labels ...string) string {
		return "0\tc\tp\tx\tx\tx\tx\tIt rains.\tIt is wet.\t" + strings.Join(labels, "\t") + "\n"
	}
	dir := folder(t, map[string]string{"SNLI/train.tsv": header + line("neutral", "neutral") +
		line("entailment", "neutral", "entailment", "entailment", "neutral", "contradiction") +
		line("neutral", "entailment", "neutral", "entailment", "neutral", "-")})
	d, err := Find("SNLI")
	require.NoError(t, err)
	data, err := d.Read(dir, ledger.Tolerance{Strict: true})
	require.NoError(t, err)
	require.Len(t, data.Train, 2)
	require.Equal(t, []string{"neutral", "contradiction"}, []string{data.Train[0].Label.Text, data.Train[1].Label.Text})
	require.Equal(t, 1, data.Accounts[0].Unlabelled())
}

func TestScoresThatAreNotFiniteBreakOneRow(t *testing.T) {
	const header = "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n"
	good := strings.Repeat("0\tg\tf\t2012\t1\ts\ts\tIt rains.\tIt is wet.\t1.5\n", 200)
	d, err := Find("STS-B")
	require.NoError(t, err)
	for _, score := range []string{"nan", "NaN", "inf", "-inf", "1e999", "1e30", "", " "} {
		for _, broken := range []string{"train.tsv", "dev.tsv", "test.tsv"} {
			content := map[string]string{"train.tsv": header + good, "dev.tsv": header + good, "test.tsv": header + good}
			content[broken] += "200\tg\tf\t2012\t1\ts\ts\tIt rains.\tIt is wet.\t" + score + "\n"
			data, err := d.Read(folder(t, content), ledger.DefaultTolerance)
			require.NoError(t, err)
			require.Equal(t, []int{200, 200, 200}, []int{len(data.Train), len(data.Dev), len(data.Test)}, "%q in %s", score, broken)
			left := 0
			for _, a := range data.Accounts {
				left += len(a.LeftOut)
			}
			require.Equal(t, 1, left)
		}
	}
}

// One broken row does not make a test set without labels into a broken one.
func TestUnlabelledTestsMayHaveABrokenRow(t *testing.T) {
	rows := "index\tsentence\n"
	for i := range 200 {
		rows += fmt.Sprintf("%d\tIt rains.\n", i)
	}
	labels := "sentence\tlabel\n" + strings.Repeat("It rains.\t-1\n", 200)
	for name, test := range map[string]string{
		"no column": strings.Replace(rows, "7\tIt rains.", "7\t", 1),
		"minus one": strings.Replace(labels, "It rains.", "", 1),
		"empty":     strings.ReplaceAll(strings.Replace(labels, "It rains.", "", 1), "-1", ""),
	} {
		t.Run(name, func(t *testing.T) {
			d, err := Find("SST-2")
			require.NoError(t, err)
			data, err := d.Read(folder(t, map[string]string{"train.tsv": "sentence\tlabel\na\t1\nb\t0\n", "test.tsv": test}), ledger.DefaultTolerance)
			require.NoError(t, err)
			require.Len(t, data.Test, 199)
			require.Equal(t, loaders.Label{}, data.Test[0].Label)
			accounts := data.TestAccounts()
			require.Len(t, accounts, 1)
			require.Equal(t, 1, accounts[0].Broken())
			require.Len(t, ledger.Merge(data.Test, accounts), 200)
		})
	}
}

func TestOtherProgramsLabels(t *testing.T) {
	d, err := Find("QQP")
	require.NoError(t, err)
	for content, want := range map[string]string{
		`{"question1": "a", "question2": "b", "is_duplicate": true}`: "1", `{"question1": "a", "question2": "b", "is_duplicate": 0.0}`: "0",
	} {
		path := filepath.Join(folder(t, map[string]string{"rows.jsonl": content}), "rows.jsonl")
		rows, _, err := d.ReadFile(path, ledger.DefaultTolerance)
		require.NoError(t, err)
		require.Equal(t, want, rows[0].Label.Text)
	}
}
