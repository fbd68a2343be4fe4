package zeroshotcmd

const usage = `usage: go run ./cmd/gorgpt zeroshot [flags]

Measures what language models know of tasks before they are fine-tuned, at the
states of their pre-training that cmd/train -history kept and at its end. Prints
a table of accuracy on test rows, and draws it against the updates.

The models
  -model DIR       completed run of cmd/train; repeat it for more, such as a
                   Transformer and an LSTM (the newest under runs/)

The tasks
  -tasks LIST      acceptability: mean log-probability of a text's tokens, with
                   the threshold that suits the development rows best
                   sentiment: which words are likelier behind the text
                   qa: the answer with the highest mean log-probability of its
                   tokens, behind context and question
                   (all three, on the embedded world; its acceptability is
                   texts of which half have two neighbouring words exchanged)
  -append TEXT     sentiment: what comes behind the text (very)
  -positive LIST   sentiment: words for the second label in order, such as 1
                   (positive; for the embedded world happy,proud,calm)
  -negative LIST   sentiment: words for the first label in order, such as 0
                   (negative; for the embedded world sad,angry,afraid,tired)
  -ask TEXT        qa: what comes behind the context, {question} and {answer}
                   included ({question} {answer}; for the embedded world in
                   the quotation marks of its books)
  -rows N          predict the first N test rows only

Other data, for one of the tasks
  -dataset NAME    a published one, such as SST-2 for sentiment, CoLA for
                   acceptability and RACE for qa; where its test rows have no
                   labels, the development rows are predicted
  -data DIR        its folder, or one that has it inside
  -train FILE      own rows, as for cmd/finetune: they tell which labels
                   there are and, without -dev, where the threshold is
  -dev FILE        rows that tell where the threshold is
  -test FILE       rows that are predicted
  -allow-unknown   accept rows of which half the tokens or more are <unk>

The run
  -out DIR         folder of the results (runs/zeroshot). It is gone on with:
                   what results.jsonl has already is not measured again. It
                   also gets table.md, zeroshot.svg and zeroshot.png
`
