package ablatecmd

const usage = `usage: go run ./cmd/gorgpt ablate [flags]

Fine-tunes a pre-trained GPT-1 in several ways and prints a table of test
scores: tasks × variants, mean and standard deviation over seeds, beside the
majority class, and the medians in the layout of the paper's table 5. With
-limits also the scores with fewer labels, and a plot.

What is compared
  -tasks LIST      sets of the embedded world: classification, entailment,
                   similarity, regression, qa (all but regression)
  -variants LIST   full:    the paper's recipe, from the pre-trained model
                   no-lm:   without the auxiliary language model (lambda 0)
                   scratch: without pre-training, random weights of the same
                            shape, with the same vocabulary
                   lstm:    from a pre-trained LSTM
                   (all but lstm, unless -lstm is given)
  -limits LIST     numbers of labels for the curve, such as 50,200,1000,all:
                   full and scratch on the first so many training rows (none)
  -updates N       least number of updates in a run with a limit (150), as a few
                   epochs of 50 rows would be less than ten
  -transfer        also with the embeddings and the first 0, 1, … blocks of
                   the model transferred, the rest random, and a plot
  -seeds N         seeds 1 to N (3)

Published datasets, as for cmd/finetune
  -dataset LIST    their names, such as SST-2,MRPC,RACE. Where test rows have no
                   labels the table shows development scores
  -data DIR        the folder that has theirs inside, or that of the one dataset

Other data
  -task TASK       kind of the rows in the files: classification, entailment,
                   similarity or qa, as for cmd/finetune; without files, the
                   one set of the embedded world
  -regression      similarity by score
  -fields LIST     what the files call the fields: text=sentence,label=gold
  -labels LIST     the labels, from class 0 on
  -strict          stop at the first broken row
  -allow-unknown   accept rows of which half the tokens or more are <unk>
  -train FILE      rows to train on, as for cmd/finetune
  -dev FILE        rows to evaluate on, for the results file
  -test FILE       rows whose scores the table shows

The recipe, of all runs
  -model DIR       pre-trained model (the newest completed run of cmd/train
                   under runs/; with none, tiny is pre-trained first)
  -lstm DIR        pre-trained LSTM, of the same text (the newest completed run
                   of cmd/train -arch lstm; with none, it is pre-trained first)
  -epochs N        passes over the training rows (3)
  -batch N         examples an update (32; 8 for models narrower than 768)
  -lr X            highest learning rate (6.25e-5; 5e-4 for models narrower than
                   768)

The run
  -out DIR         folder of the results (runs/ablate). It is gone on with: what
                   results.jsonl has already, with the same model, rows and
                   recipe, is not run again. Lines of other folders may be added
                   to it. It also gets table.md, with -limits labels.svg and
                   labels.png, with -transfer transfer.svg and transfer.png
  -keep            leave a model folder of each run there, too
`
