package zeroshotcmd

const usage = `usage: gorgpt zeroshot [flags]

Measures how well language models do tasks without fine-tuning, with their final
weights and with those that gorgpt train -history kept. Prints a table of the
accuracy on test rows and of bits per byte, which are comparable for different
vocabularies, and plots accuracy against the number of updates.

Examples
  gorgpt zeroshot
  gorgpt zeroshot -model runs/tiny -model runs/tiny-lstm
  gorgpt zeroshot -tasks sentiment -dataset SST-2 -data ~/glue_data

The models
  -model DIR       completed run of gorgpt train, or any folder of a model, or
                   hf:ORG/NAME; may be repeated, such as for a Transformer and
                   an LSTM (the newest run under runs/)
  -dtype NAME      compute with weights in float32, bfloat16 or int8 (the types
                   that the folders hold)

The tasks
  -tasks LIST      acceptability: mean log-probability of a text's tokens, with
                   the threshold that is best on the development rows
                   sentiment: which words are more likely after the text
                   qa: the answer whose tokens have the highest mean
                   log-probability after context and question
                   (all three, on the embedded world; half of its texts for
                   acceptability have two neighbouring words exchanged)
  -append TEXT     sentiment: text to add before the words (very)
  -positive LIST   sentiment: words for the second label in order, such as 1
                   (positive; for the embedded world happy,proud,calm)
  -negative LIST   sentiment: words for the first label in order, such as 0
                   (negative; for the embedded world sad,angry,afraid,tired)
  -ask TEXT        qa: text to add to the context, with {question} and {answer}
                   ({question} {answer}; for the embedded world, inside the
                   quotation marks of its books)
  -rows N          predict the first N test rows only

Other data, for one of the tasks
  -dataset NAME    a published dataset: SST-2 for sentiment, CoLA for
                   acceptability or RACE for qa, for example. If its test rows
                   have no labels, the development rows are predicted
  -data DIR        the dataset's folder, or its parent folder; hf: for Hugging
                   Face's hub, as in gorgpt finetune
  -train FILE      rows of your own, as in gorgpt finetune. The label set comes
                   from them and, without -dev, the threshold
  -dev FILE        rows to fit the threshold on
  -test FILE       rows to predict
  -allow-unknown   accept rows even if half of their tokens or more are <unk>

Minimal pairs, in place of tasks
  -blimp DIR       the folder of BLiMP's files (67 paradigms, *.jsonl). Prints
                   for which share of the pairs the grammatical sentence is the
                   more probable one, by paradigm, term and field
  -before TEXT     text before each sentence, so that its first token counts,
                   too; '': it does not count (.)

The run
  -out DIR         folder of the results (runs/zeroshot; with -blimp,
                   runs/blimp). Results that results.jsonl already has are not
                   computed again. The folder also gets table.md, zeroshot.svg
                   and zeroshot.png
`
