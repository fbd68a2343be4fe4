package finetunecmd

import "gorgpt/cmd/internal/cli"

const usage = `usage: go run ./cmd/finetune -task TASK [flags]

Fine-tunes a pre-trained GPT-1 on labelled rows, and reports development and
test scores beside what the majority class (or the mean score) reaches. Without
-train, the rows are those of an embedded world of short stories.

The task
  -task TASK       what each line of the files, a JSON object, has:
                   classification: text, label
                   entailment:     premise, hypothesis, label
                   similarity:     a, b, label
                   qa:             context, question, answers, label
                   multilabel:     text, labels
                   Texts are strings; answers is a list of strings, of any
                   number in each row, two or more to train on. A label is a
                   string or an integer, and one of those in the training file;
                   for qa it is the number of the right answer, from 0 on.
                   labels are a list of strings, or stand in a table with bars
                   between them: red|round; a bar alone: none applies
  -regression      similarity by score: labels are numbers. The default when a
                   training label has a point, such as 3.5; without -train, the
                   graded pairs of the embedded world

A published dataset
  -dataset NAME    SNLI, MNLI, QNLI, RTE, SciTail, RACE, StoryCloze, MRPC, QQP,
                   STS-B, SST-2, CoLA, MCTest or SICK, which says what task,
                   columns, labels, measure and splits are; MNLI-matched,
                   MNLI-mismatched, RACE-middle, RACE-high, MCTest-160 and
                   MCTest-500 are parts
  -data DIR        its folder, or one that has it inside, with the files as they
                   are published: GLUE's, the dataset's own, or the Parquet
                   files of Hugging Face's hub; also packed, .gz or .zst

The data
  -train FILE      rows to train on (the embedded world's, with its development
                   and test rows)
  -dev FILE        rows to evaluate on from time to time and at the end
  -test FILE       rows to evaluate on once, at the end
                   Files are JSON lines, .tsv (quotes are literal), .csv or
                   .parquet, also packed, .gz or .zst. Test rows without a label
                   column get predictions only
  -fields LIST     what the files call the fields: text=sentence,label=gold.
                   Several columns make up a text, or are the answers, with a
                   plus between them: answers=a+b+c
  -labels LIST     the labels, from class 0 on: no,yes (those of the training
                   rows)
  -strict          stop at the first broken row. Without it broken rows are left
                   out and counted, up to one of a hundred in a file; and a set
                   may lack a label. Rows of which no token is left, and
                   questions and answers that are too long, are broken, too
  -limit N         train on the first N rows only
  -eval FILE       train nothing: score the fine-tuned model of -model on a file
                   of the layout that it was trained on, or with -fields on
                   another; - is standard input, see -predict
  -predict FILE    train nothing: write what that model predicts, with
                   probabilities, columns apart by tabs, to the file of -out or
                   to standard output. Rows have the numbers that they have in
                   the file; a row that cannot be used has a number and
                   empty cells, and up to half of the rows may be such.
                   For qa there are as many columns as the most answers of a
                   row, and the cells of answers that a row does not have are
                   empty. - reads standard input: JSON lines, or a table with
                   tabs under a header line
  -controls        train no model: print what cheap controls reach on these rows
                   (most frequent label, lengths, parts of the input, bags of
                   words), which tells whether the labels leak, and stop

The model
  -model DIR       config.json, model.safetensors, vocab.json and merges.txt
                   (the newest completed run of cmd/train under runs/; with
                   none, tiny is pre-trained first).
                   Three special tokens and a head are added; a head from an
                   earlier fine-tuning on the same task and labels is kept
  -scratch         start from random weights in the model's shape, with its
                   vocabulary; with no model under runs/, or with -preset, in
                   the preset's shape, with a vocabulary learned from the
                   training rows
  -transfer N      start with the embeddings and the first N blocks of the
                   model, the other blocks with random weights (all)
  -preset NAME     shape for -scratch: gpt1, mini or tiny (tiny)

The recipe
  -epochs N        passes over the training rows (3). Each is a new shuffle, and
                   batches run on from one into the next
  -steps N         updates, in place of -epochs; 0 builds the graph and stops
  -batch N         examples an update (32; 8 for models narrower than 768)
  -micro N         examples of full length computed at a time, of shorter ones
                   more (as many as make 4 sequences, or 16 for models narrower
                   than 768)
  -lr X            highest learning rate (6.25e-5; 5e-4 for models narrower
                   than 768, as small models need larger steps)
  -warmup X        share of the updates with a rising rate (0.002); then it
                   falls to 0 along a line
  -lambda X        weight of the language model's loss (0.5)
  -l2 X            decoupled weight decay (0.01)
  -clip X          largest gradient norm; 0: no clipping (1)
  -dropout P       dropout probability, in the model and before the head (in
                   the model, what it was pre-trained with; before the head 0.1)
  -head-dropout P  before the head, in place of that
  -seed N          fixes everything that is random (1)
  -seeds N         so many runs with seeds from -seed on, each in its own folder
                   (of -out: DIR/seed-1 and so on), then median and range of the
                   scores (1)

The run
  -config FILE     settings as a JSON object, {"lr": 0.001, "eval_every": 100};
                   flags go before it, and it before the preset. The run.json
                   of a run folder repeats that run
  -dry-run         tell parameters, memory and time of the run, and stop
  -out DIR         run folder (runs/<preset or width>-<task>, numbered when it
                   exists). It holds the model, task.json with the labels,
                   run.json, metrics.jsonl, and predictions.tsv for the test
                   rows or, without any, the development rows
  -force           write into a folder that is not empty: the files of a run
                   that is there are removed, all others stay
  -eval-every N    updates between evaluations; 0: only at the end (an epoch,
                   or a tenth of the run if that is longer). The weights of the
                   best one are what the run leaves, by the dataset's measure,
                   accuracy, or for scores Pearson's correlation; with -keep 0
                   the last are
  -log-every N     updates between lines (10)
` + cli.SettingsUsage
