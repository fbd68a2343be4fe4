package ablatecmd

const usage = `usage: gorgpt ablate [flags]

Fine-tunes a pre-trained GPT-1 in several ways and prints a table of test
scores: tasks × variants, mean and standard deviation over seeds, next to the
majority class, and the medians in the layout of the paper's table 5. With
-limits, also the scores with fewer labels, and a plot. If it was interrupted,
run it again to continue.

Examples
  gorgpt ablate -tasks classification,entailment
  gorgpt ablate -limits 50,200,1000,all
  gorgpt ablate -model runs/mine -dataset SST-2,RACE -data ~/datasets -folds 5

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
                   full and scratch on that many training rows (none)
  -updates N       minimum number of updates of a run with a limit (150). A few
                   epochs of 50 rows would otherwise be fewer than ten
  -transfer        also transfer the embeddings and the first 0, 1, … blocks
                   of the model, with random weights in the others, and plot it
  -folds K         K-fold cross-validation: divide the training rows into K
                   parts, predict each part by a model trained on the others,
                   and score all predictions together. The table compares full
                   with the other variants and with a bag of words, row by row,
                   with 95 % intervals. Parts are drawn anew for each seed, with
                   equal shares of the labels; rows with a text in common (for
                   qa, a context) stay together, also when intervals are drawn.
                   Development rows are those of the dataset or -dev, or else a
                   tenth of the training rows of each fold. Test rows are not
                   used
  -seeds N         seeds 1 to N (3)

Published datasets, as in gorgpt finetune
  -dataset LIST    names such as SST-2,MRPC,RACE. If the test rows have no
                   labels, the table shows development scores
  -data DIR        the folder of the datasets, or of the one dataset; hf: for
                   Hugging Face's hub, as in gorgpt finetune

Other data
  -task TASK       task of the rows in the files: classification, multilabel,
                   entailment, similarity or qa, as in gorgpt finetune; without
                   files, the set of the embedded world for this task
  -regression      similarity by score
  -fields LIST     what the files call the fields: text=sentence,label=gold
  -join TEXT       put TEXT between columns joined by a plus (a space)
  -table LIST      layout of tables, as in gorgpt finetune
  -max-broken P%   share of the rows of a file that may be unusable (1%)
  -labels LIST     the labels, from class 0
  -strict          stop at the first unusable row
  -allow-unknown   accept rows even if half of their tokens or more are <unk>
  -train FILE      rows to train on, as in gorgpt finetune
  -dev FILE        rows to evaluate on, for the results file
  -test FILE       rows to evaluate on, for the table

The recipe, the same for all runs
  -model DIR       pre-trained model, or hf:ORG/NAME[@REVISION] of Hugging
                   Face's hub (the newest completed run of gorgpt train under
                   runs/; if there is none, tiny is pre-trained first)
  -lstm DIR        LSTM that was pre-trained on the same text (the newest
                   completed run of gorgpt train -arch lstm; if there is none,
                   one is pre-trained first)
  -epochs N        passes over the training rows (3)
  -batch N         examples per update (32; 8 for models narrower than 768)
  -lr X            peak learning rate (6.25e-5; 5e-4 for models narrower than
                   768)

The run
  -out DIR         folder of the results (runs/ablate). Results that its
                   results.jsonl already has, with the same model, rows and
                   recipe, are not computed again. You may add lines from other
                   folders to that file. The folder also gets table.md and
                   report.json, which has all measures of each run; with
                   -limits, labels.svg and labels.png; with -transfer,
                   transfer.svg and transfer.png
  -keep            also leave a model folder for each run there
`
