package traincmd

import "gorgpt/cmd/internal/cli"

const usage = `usage: gorgpt train [flags]

Pre-trains GPT-1 on books: it learns to predict the next token of running text.
Without -data, it trains on an embedded world: stories that it generates itself.

Examples
  gorgpt train
  gorgpt train -data ~/books -preset mini -out runs/mine
  gorgpt train -resume runs/mine

The model
  -preset NAME     gpt1: 12 layers, 12 heads, width 768, context 512, V 40478
                   mini: 6 layers, 5 heads, width 320, context 256, V 8192
                   tiny: 4 layers, 4 heads, width 128, context 128, V 4096
                   (tiny, the default; with the embedded world its V is 2048)
  -arch NAME       transformer, or lstm: one layer of 2048 (gpt1), 1152 (mini)
                   or 384 units (tiny) instead, as in section 5 of the paper
                   (transformer)
  -init DIR        train this model further, on other text, with its shape and
                   vocabulary; hf:ORG/NAME is a model of Hugging Face's hub
                   (not in cmd/train). The recipe is that of -preset, or of the
                   preset of its width (random weights)
  -ctx N           context in tokens (the preset's, or that of -init)
  -layers N        another number of decoder blocks; not with -init (the
                   preset's)
  -heads N         another number of heads; it must divide the width; not with
                   -init (the preset's)
  -width N         another width; the feed-forward layers are 4 times as wide;
                   not with -init (the preset's)
  -dropout P       dropout probability (0.1; tiny on the embedded world: 0)
  -seed N          seed of everything random (1)

The text
  -data PATH       a book, a folder of books or a glob (.txt, .txt.gz); may be
                   repeated. Or one folder written by -prepare
                   (the embedded world)
  -valid PATH      books for validation, like -data (a tenth of -data)
  -prepare DIR     tokenize the books into DIR and stop. If interrupted, the
                   same command resumes
  -cache DIR       where to keep tokens of books for later runs (runs/.tokens);
                   -cache '' keeps them in memory
  -tokenizer DIR   vocabulary to use: tokenizer.json, vocab.json + merges.txt,
                   or OpenAI's pair (one is learned from the text)
  -vocab N         size of the vocabulary to learn (the preset's V)
  -pipeline NAME   how text is split into words: bert, like Hugging Face, or
                   original, like the 2018 code (that of -tokenizer, or bert)

The recipe                                       gpt1     mini     tiny
  -batch N         windows per update            64       16       8
  -micro N         windows computed at a time    4        2        2
  -epochs N        passes over the text          100      20       20
                   (tiny on the embedded world: 1)
  -steps N         updates, instead of -epochs; 0 builds the graph and stops
  -lr X            peak learning rate            2.5e-4   6e-4     3e-3
                   (tiny with -arch lstm: 1e-2)
  -warmup N        updates of linear warm-up     2000     300      200
                   (at most a fifth of the run)
  -schedule NAME   the rate after the warm-up. cosine: it falls to 0 at the end
                   (the default); constant: it stays, for a run whose length is
                   open; wsd: it stays, then falls to 0 over the last fifth of
                   the run
  -l2 X            decoupled weight decay (0.01)
  -clip X          gradient norm to clip at; 0: no clipping (0)

More updates for a completed run
  -resume DIR -steps N   (or -epochs N) continue until N updates are done in
                   all. -lr, -schedule and -warmup are then those of the added
                   updates (the run's; no warm-up): cosine starts at the peak
                   again; wsd stays at the peak, then falls
  -stages S:N:X:W  an earlier part of an extended run, as run.json records it:
                   schedule, updates at its end, peak rate and warm-up; may be
                   repeated (none)

The run
  -config FILE     settings as a JSON object: {"lr": 0.001, "eval_every": 100}.
                   Flags override the file, the file overrides the preset. The
                   run.json of a run folder repeats that run. With other flags,
                   settings that the run had chosen by itself are chosen anew,
                   such as updates and warm-up to suit another -batch
  -dry-run         print parameters, memory and time of the run, and stop
  -out DIR         run folder (runs/<preset>, for an LSTM runs/<preset>-lstm;
                   numbered if it exists)
  -force           write into a folder that is not empty. Files of an earlier
                   run are removed; all others stay
  -eval-every N    updates between evaluations   500      200      1500
  -patience N      end the run after N evaluations in a row that did not improve
                   on the best one, and keep the weights of the best; 0: never
                   (0)
  -log-every N     updates between lines         1        10       20
  -sample-every N  updates between samples of text in samples/; 0: only at the
                   end (0)
  -history N       keep the weights after 1/2, 1/4, 1/8, … of the updates, N
                   model folders in history/, for gorgpt zeroshot (0)
` + cli.SettingsUsage
