package finetunecmd

import "gorgpt/cmd/internal/cli"

const usage = `usage: gorgpt finetune -task TASK [flags]

Fine-tunes a pre-trained GPT-1 on labelled rows. Reports development and test
scores next to the score of the majority class (or of the mean). Without -train,
the rows come from an embedded world: stories that the program generates.

Examples
  gorgpt finetune -task classification -train t.csv -fields text=body,label=team
  gorgpt finetune -dataset SST-2 -data hf:
  gorgpt finetune -model runs/tiny-classification -predict new.jsonl

The task
  -task TASK       the fields of each line of the files, a JSON object:
                   classification: text, label
                   entailment:     premise, hypothesis, label
                   similarity:     a, b, label
                   qa:             context, question, answers, label
                   multilabel:     text, labels
                   Texts are strings. answers is a list of strings, at least two
                   to train on; rows may have different numbers of them. A label
                   is a string or an integer that occurs in the training file;
                   for qa it is the index of the right answer, from 0.
                   labels is a list of strings or, in a table, a cell with bars
                   between them: red|round; a single bar means no label
  -regression      similarity by score: labels are numbers. This is the default
                   if a training label has a decimal point, such as 3.5. Without
                   -train: the graded pairs of the embedded world

A published dataset
  -dataset NAME    SNLI, MNLI, QNLI, RTE, SciTail, RACE, StoryCloze, MRPC, QQP,
                   STS-B, SST-2, CoLA, MCTest or SICK. The name sets task,
                   columns, labels, measure and splits. MNLI-matched,
                   MNLI-mismatched, RACE-middle, RACE-high, MCTest-160 and
                   MCTest-500 are parts
  -data DIR        the dataset's folder, or its parent folder, with the files as
                   published: GLUE's, the dataset's own, or the Parquet files of
                   Hugging Face's hub; also compressed, .gz or .zst. With hf:,
                   they are downloaded; hf:ORG/NAME is another repository

The data
  -train FILE      rows to train on (the embedded world's, with its development
                   and test rows)
  -dev FILE        rows to evaluate on during the run and at the end
  -test FILE       rows to evaluate on once, at the end
                   Files are JSON lines, tables (.csv, .tsv, .txt) or .parquet,
                   also compressed, .gz or .zst; - is standard input. Test rows
                   without a label column are only predicted. hf:ORG/NAME is a
                   dataset of Hugging Face's hub: its files for training,
                   validation or the test, or those of hf:ORG/NAME/PATH
  -split A/B/C     without -dev and -test: percentages of the rows of -train to
                   train on, for development and for the test (80/10/10); none
                   keeps all for training. Labels have the same share in each
                   part, and rows with a text in common stay together (for qa,
                   those with the same context). split.tsv in the run folder has
                   the numbers of the rows
  -fields LIST     what the files call the fields: text=sentence,label=gold.
                   A plus joins columns into one text, text=subject+body; some
                   of them may be empty. For answers, it lists the columns:
                   answers=a+b+c. If columns are missing, a value is proposed
  -join TEXT       put TEXT between joined columns; \n is a line break (a space)
  -table LIST      layout of tables. What is not given is recognised, and the
                   run prints it with the first row:
                   encoding=utf-8, utf-16le, utf-16be or windows-1252
                   delimiter=comma, semicolon, tab or bar
                   quotes=csv, or none if quotes belong to the texts
                   header=yes, or no: then the columns are called 1, 2, 3, …
  -keep LIST       columns to copy to the predictions: id,subject
  -max-broken P%   share of the rows of a file that may be unusable (1%; 50% of
                   rows to predict). They are skipped and counted
  -labels LIST     the labels, from class 0: no,yes (those of the training rows)
  -strict          stop at the first unusable row, and require every label in
                   every file. Rows without any token, and questions and answers
                   that are too long, are also unusable
  -limit N         train on the first N rows only
  -long NAME       what to do with a text that is too long for the model:
                   cut-end; head-tail, which cuts out the middle; or windows,
                   which trains on overlapping parts and predicts from the mean
                   of their logits; only with one text per row (cut-end)
  -eval FILE       do not train: evaluate the fine-tuned -model on a file
                   laid out like its training file, or as -fields says;
                   - is standard input, see -predict. With -out DIR, also
                   write report.json, errors.tsv, predictions.tsv and a picture
                   to a new folder
  -predict FILE    do not train: write the labels and probabilities of the
                   fine-tuned -model, separated by tabs, to the file of -out or
                   to standard output. Rows keep the numbers that they have in
                   the file. A row that cannot be used gets its number and empty
                   cells. For qa, there are as many columns as the longest list
                   of answers needs; shorter lists leave cells empty. - is
                   standard input or, for -out, standard output
  -explain TEXT    do not train: show how much each token of a text matters to
                   the prediction of the fine-tuned -model. TEXT may also be a
                   row as a JSON object, which tasks with several texts need; or
                   a file of rows, of which the first 20 are explained, or as
                   many as -limit says; or - for standard input. With -out
                   FILE.html, also write a page
  -dtype NAME      with -eval and -predict: compute with weights in float32,
                   bfloat16 or int8 (the type that the folder holds)
  -controls        do not train: print the scores of cheap controls on these
                   rows (most frequent label, lengths, parts of the input, bags
                   of words). They show whether the labels leak. On up to 2000
                   rows they run before training, too, and the end of the run
                   says whether the model is better than the best of them

  -calibrate       at the end, fit a temperature to the development rows and
                   store it in task.json. Logits are divided by it before they
                   become probabilities. The label with the highest probability
                   stays the same

The model
  -model DIR       config.json, model.safetensors, vocab.json and merges.txt; or
                   hf:ORG/NAME[@REVISION], a model of Hugging Face's hub
                   (the newest completed run of gorgpt train -data under runs/;
                   if there is none, random weights with a vocabulary learned
                   from the training rows. For rows of the embedded world: the
                   newest run; if there is none, tiny is pre-trained first).
                   Three special tokens and a head are added. The head of an
                   earlier fine-tuning on the same task and labels is kept
  -scratch         start from random weights in the model's shape, with its
                   vocabulary. Without a model under runs/, or with -preset: in
                   the preset's shape, with a vocabulary learned from the
                   training rows
  -transfer N      take the embeddings and the first N blocks from the model;
                   the other blocks start from random weights (all)
  -preset NAME     shape for -scratch: gpt1, mini or tiny (tiny)

The recipe
  "Small new models" are narrower than 768, and start from random weights with a
  vocabulary learned from the training rows.
  -epochs N        passes over the training rows, each in a new order (3, but
                   at least 150 updates; for small new models 10, but at least
                   600, or 2500 to classify more than 500 texts). Batches may
                   span two passes
  -steps N         updates, instead of -epochs; 0 builds the graph and stops
  -batch N         examples per update (32; 8 for models narrower than 768)
  -micro N         full-length examples computed at a time; more if they are
                   shorter (as many as make 4 sequences: 4; for similarity 2;
                   for qa at least 1)
  -lr X            peak learning rate (6.25e-5; 5e-4 for models narrower than
                   768, because small models need larger steps; 1e-3 for small
                   new models)
  -warmup X        share of the updates in which the rate rises (0.002; 0.1 for
                   small new models). Then it falls linearly to 0
  -lambda X        weight of the language-model loss (0.5)
  -class-weights NAME
                   balanced: rows of rare classes count more in the loss, so
                   that all classes count the same; none: all rows count the
                   same (none)
  -l2 X            decoupled weight decay (0.01)
  -clip X          gradient norm to clip at; 0: no clipping (1)
  -dropout P       dropout probability, in the model and before the head (in
                   the model, that of pre-training; before the head 0.1; 0.6
                   in both for small new models that learn to classify more
                   than 500 texts)
  -head-dropout P  dropout probability before the head alone
  -seed N          seed of everything random (1)
  -seeds N         number of runs, with seeds from -seed on, each in its own
                   folder (DIR/seed-1 and so on, DIR being -out). Prints median
                   and range of the scores (1)

The run
  -config FILE     settings as a JSON object: {"lr": 0.001, "eval_every": 100}.
                   Flags override the file, the file overrides the preset. The
                   run.json of a run folder repeats that run
  -dry-run         print parameters, memory and time of the run, and stop
  -out DIR         run folder (runs/<preset or width>-<task>, numbered if it
                   exists). It holds the model, task.json with the labels,
                   run.json, metrics.jsonl, report.json with all measures, and
                   for the test rows, or for the development rows if there are
                   no others, predictions.tsv, errors.tsv (the rows with the
                   greatest losses), and confusion.svg or scatter.svg
  -force           write into a folder that is not empty. Files of an earlier
                   run are removed; all others stay
  -eval-every N    updates between evaluations; 0: only at the end (an epoch,
                   or a tenth of the run if that is longer; with up to 2000
                   training rows, a twentieth of the run). The run ends with the
                   weights of the best evaluation, by the measure of the dataset
                   or of the task: accuracy, micro F1 or, for scores, Pearson's
                   correlation; with -checkpoints 0, with the last ones
  -patience N      end the run after N evaluations in a row that did not improve
                   on the best one; 0: never (10 for up to 2000 training rows if
                   there are development rows and -checkpoints is not 0, else 0)
  -log-every N     updates between lines (10)
` + cli.SettingsUsage
