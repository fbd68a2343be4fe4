package datasets

import (
	"strings"

	"gorgpt/loaders"
	"gorgpt/loaders/tables"
)

// The measures, by their names in scores.
const (
	accuracy = "acc"
	matthews = "mcc"
	f1       = "f1"
	pearson  = "pearson"
)

// one returns a split without parts.
func one(pattern string) []part { return []part{{"", pattern}} }

// three returns the files of a layout whose splits have no parts.
func three(train, dev, test string) files {
	return files{train: one(train), dev: one(dev), test: one(test)}
}

// Common layouts: GLUE's, and those of Hugging Face's hub, where converted datasets have a folder for
// each split.
var (
	glueFiles = three("train.tsv", "dev.tsv", "test.tsv")
	hubFiles  = three("train-*.parquet", "validation-*.parquet", "test-*.parquet")
	converted = three("train/*.parquet", "validation/*.parquet", "test/*.parquet")
)

func (f files) of(kind tables.Kind) files {
	f.kind = kind
	return f
}

// pair returns the columns of two texts and a label.
func pair(a, b, label string) loaders.Fields {
	return loaders.Fields{Texts: []string{a, b}, Label: label}
}

// headless returns the columns of a file without a header line.
func headless(f loaders.Fields, header ...string) loaders.Fields {
	f.Header = header
	return f
}

// validated returns columns of GLUE's SNLI, whose header has 11 names. Rows that were labelled by
// several annotators have 15 columns.
func validated(f loaders.Fields, columns int) loaders.Fields {
	f.Longer = columns
	return f
}

var nliPair = pair("premise", "hypothesis", "label")

// nliLabels are in the order of Hugging Face's hub.
var nliLabels = []string{"entailment", "neutral", "contradiction"}

// glue names a submission file.
func glue(name string) map[string]string { return map[string]string{"": name} }

// Columns of Story Cloze, in its own files and in those of the hub's loader.
const (
	storyClozeStory   = "InputSentence1+InputSentence2+InputSentence3+InputSentence4"
	storyClozeEndings = "RandomFifthSentenceQuiz1+RandomFifthSentenceQuiz2"
	hubClozeStory     = "input_sentence_1+input_sentence_2+input_sentence_3+input_sentence_4"
	hubClozeEndings   = "sentence_quiz1+sentence_quiz2"
)

// table lists all datasets in the paper's order: natural language inference, question answering,
// similarity, classification; then substitutes for some of them.
var table = []Dataset{
	{
		Name: "SNLI", Task: loaders.Entailment, Metric: accuracy, Labels: nliLabels,
		folders: []string{"SNLI", "snli_1.0", "plain_text"},
		files: []files{
			three("snli_1.0_train.jsonl", "snli_1.0_dev.jsonl", "snli_1.0_test.jsonl"),
			three("snli_1.0_train.txt", "snli_1.0_dev.txt", "snli_1.0_test.txt"),
			three("snli_train.jsonl", "snli_dev.jsonl", "snli_test.jsonl"),
			glueFiles, hubFiles, converted,
			three("s1.train", "s1.dev", "s1.test").of(tables.Aligned),
		},
		columns: []loaders.Fields{
			validated(pair("sentence1", "sentence2", "gold_label"), 15), nliPair,
			headless(nliPair, "id", "label", "premise", "hypothesis"),
		},
	},
	{
		Name: "MNLI", Task: loaders.Entailment, Metric: accuracy, Labels: nliLabels,
		Parts:   []string{"matched", "mismatched"},
		Glue:    map[string]string{"matched": "MNLI-m", "mismatched": "MNLI-mm"},
		folders: []string{"MNLI", "multinli", "multi_nli", "multinli_1.0", "data"},
		files: []files{
			{"", one("train.tsv"), matched("dev_%.tsv"), matched("test_%.tsv")},
			{"", one("multinli_1.0_train.jsonl"), matched("multinli_1.0_dev_%.jsonl"), nil},
			{"", one("multinli_1.0_train.txt"), matched("multinli_1.0_dev_%.txt"), nil},
			{"", one("train-*.parquet"), matched("validation_%-*.parquet"), matched("test_%-*.parquet")},
			{"", one("train/*.parquet"), matched("validation_%/*.parquet"), matched("test_%/*.parquet")},
		},
		columns: []loaders.Fields{pair("sentence1", "sentence2", "gold_label"), nliPair},
	},
	{
		Name: "QNLI", Task: loaders.Entailment, Metric: accuracy, Labels: []string{"entailment", "not_entailment"}, Glue: glue("QNLI"),
		folders: []string{"QNLI"}, files: []files{glueFiles, hubFiles, converted},
		columns: []loaders.Fields{pair("question", "sentence", "label")},
	},
	{
		Name: "RTE", Task: loaders.Entailment, Metric: accuracy, Labels: []string{"entailment", "not_entailment"}, Glue: glue("RTE"),
		folders: []string{"RTE"}, files: []files{glueFiles, hubFiles, converted},
		columns: []loaders.Fields{pair("sentence1", "sentence2", "label")},
	},
	{
		Name: "SciTail", Task: loaders.Entailment, Metric: accuracy, Labels: []string{"entails", "neutral"},
		aliases: map[string]string{"entailment": "entails"},
		folders: []string{"SciTail", "SciTailV1.1", "tsv_format", "snli_format", "dgem_format", "predictor_format"},
		files: []files{
			three("scitail_1.0_train.tsv", "scitail_1.0_dev.tsv", "scitail_1.0_test.tsv"),
			three("scitail_1.0_train.txt", "scitail_1.0_dev.txt", "scitail_1.0_test.txt"),
			three("scitail_1.0_structure_train.tsv", "scitail_1.0_structure_dev.tsv", "scitail_1.0_structure_test.tsv"),
			hubFiles, converted,
		},
		columns: []loaders.Fields{
			nliPair, pair("sentence1", "sentence2", "gold_label"),
			headless(nliPair, "premise", "hypothesis", "label"),
			headless(nliPair, "premise", "hypothesis", "label", "structure"),
		},
	},
	{
		Name: "RACE", Task: loaders.QA, Metric: accuracy, Labels: []string{"A", "B", "C", "D"},
		Parts: []string{"middle", "high"}, folders: []string{"RACE"},
		files: []files{
			{tables.RACE, levels("train/%/*.txt"), levels("dev/%/*.txt"), levels("test/%/*.txt")},
			{"", levels("%/train-*.parquet"), levels("%/validation-*.parquet"), levels("%/test-*.parquet")},
			{"", levels("%/train/*.parquet"), levels("%/validation/*.parquet"), levels("%/test/*.parquet")},
			three("all/train-*.parquet", "all/validation-*.parquet", "all/test-*.parquet"),
			hubFiles,
		},
		columns: []loaders.Fields{{Texts: []string{"article", "question"}, Answers: "options", Label: "answer"}},
	},
	{
		Name: "StoryCloze", Task: loaders.QA, Metric: accuracy, Labels: []string{"1", "2"},
		folders: []string{"StoryCloze", "story_cloze", "ROCStories", "2016"},
		files: []files{
			{train: one("cloze_test_val__*.csv"), test: one("cloze_test_test__*.csv")},
			{train: one("validation-*.parquet"), test: one("test-*.parquet")},
			{train: one("validation/*.parquet"), test: one("test/*.parquet")},
		},
		columns: []loaders.Fields{
			{Texts: []string{storyClozeStory, ""}, Answers: storyClozeEndings, Label: "AnswerRightEnding"},
			{Texts: []string{hubClozeStory, ""}, Answers: hubClozeEndings, Label: "answer_right_ending"},
		},
		split: holdOut,
	},
	{
		Name: "MRPC", Task: loaders.Similarity, Metric: f1, Labels: []string{"0", "1"}, Glue: glue("MRPC"),
		folders: []string{"MRPC"},
		files: []files{
			glueFiles,
			{train: one("msr_paraphrase_train.txt"), test: one("msr_paraphrase_test.txt")},
			hubFiles, converted,
		},
		columns: []loaders.Fields{
			pair("#1 String", "#2 String", "Quality"), pair("sentence1", "sentence2", "label"),
		},
		split: byIDs,
	},
	{
		Name: "QQP", Task: loaders.Similarity, Metric: f1, Labels: []string{"0", "1"}, Glue: glue("QQP"),
		folders: []string{"QQP"}, files: []files{glueFiles, hubFiles, converted},
		columns: []loaders.Fields{pair("question1", "question2", "is_duplicate"), pair("question1", "question2", "label")},
	},
	{
		Name: "STS-B", Task: loaders.Regression, Metric: pearson, Glue: glue("STS-B"),
		folders: []string{"STS-B", "stsb", "stsbenchmark", "original"},
		files: []files{
			glueFiles, hubFiles, converted,
			three("sts-train.csv", "sts-dev.csv", "sts-test.csv").of(tables.TSV), // despite their names
		},
		columns: []loaders.Fields{
			pair("sentence1", "sentence2", "score"), pair("sentence1", "sentence2", "label"),
			headless(pair("sentence1", "sentence2", "score"), "genre", "filename", "year", "old_index", "score", "sentence1", "sentence2",
				"source1", "source2"), // only in some rows
		},
	},
	{
		Name: "SST-2", Task: loaders.Classification, Metric: accuracy, Labels: []string{"0", "1"}, Glue: glue("SST-2"),
		folders: []string{"SST-2", "sst2"}, files: []files{glueFiles, hubFiles, converted},
		columns: []loaders.Fields{{Texts: []string{"sentence"}, Label: "label"}},
	},
	{
		Name: "CoLA", Task: loaders.Classification, Metric: matthews, Labels: []string{"0", "1"}, Glue: glue("CoLA"),
		folders: []string{"CoLA", "cola_public", "original", "raw", "tokenized"},
		files: []files{
			glueFiles, hubFiles, converted,
			{train: one("in_domain_train.tsv"), dev: one("*_domain_dev.tsv")},
		},
		columns: []loaders.Fields{
			{Texts: []string{"sentence"}, Label: "label"},
			{Texts: []string{"sentence"}, Label: "label", Header: []string{"source", "label", "mark", "sentence"}},
		},
	},
	{
		Name: "MCTest", Task: loaders.QA, Metric: accuracy, Labels: []string{"A", "B", "C", "D"},
		Parts: []string{"160", "500"}, folders: []string{"MCTest"},
		files: []files{{
			tables.MCTest, sizes("mc%.train.tsv"), sizes("mc%.dev.tsv"), sizes("mc%.test.tsv"),
		}},
		columns: []loaders.Fields{{Texts: []string{"story", "question"}, Answers: "options", Label: "answer"}},
	},
	{
		Name: "SICK", Task: loaders.Entailment, Metric: accuracy, Labels: nliLabels, folders: []string{"SICK"},
		files: []files{
			three("SICK_train.txt", "SICK_trial.txt", "SICK_test_annotated.txt"), hubFiles, converted,
		},
		columns: []loaders.Fields{
			pair("sentence_A", "sentence_B", "entailment_judgment"), pair("sentence_A", "sentence_B", "label"),
		},
	},
}

// parts returns the parts of a split. In the pattern a percent sign stands for the name of the part.
func parts(pattern string, names ...string) (all []part) {
	for _, name := range names {
		all = append(all, part{name, strings.Replace(pattern, "%", name, 1)})
	}
	return all
}

func matched(pattern string) []part { return parts(pattern, "matched", "mismatched") }
func levels(pattern string) []part  { return parts(pattern, "middle", "high") }
func sizes(pattern string) []part   { return parts(pattern, "160", "500") }
