package generatecmd

const usage = `usage: gorgpt generate [-model DIR] [-prompt TEXT] [flags]

Continues a text with a GPT-1 language model and prints each word as it is
chosen.

Examples
  gorgpt generate -prompt "once upon a time"
  gorgpt generate -model runs/tiny -prompt "anna saw" -tokens 50 -n 3
  gorgpt generate -model runs/tiny -score lines.txt

The model
  -model DIR       a run folder; a folder in Hugging Face's openai-gpt format;
                   OpenAI's release with its encoder and merges; or
                   hf:ORG/NAME[@REVISION], a model of Hugging Face's hub (the
                   newest completed run of gorgpt train under runs/; if there
                   is none, the last checkpoint of an unfinished one; else the
                   newest fine-tuned model)
  -ctx N           use the first N positions only (all)
  -dtype NAME      compute with weights in float32, bfloat16 or int8 (the type
                   that the folder holds). bfloat16 takes half the memory and
                   int8 a quarter, and both are faster; sums are float32. A
                   folder of gorgpt convert -dtype int8 need not be converted
                   when opened
  -pipeline NAME   how text is split into words: bert or original (what the
                   folder says; original for OpenAI's release)

The text
  -prompt TEXT     the text to continue (standard input; on a terminal,
                   -interactive, unless -n, -beams, -alternatives or -attention
                   is given)
  -interactive     continue line by line: each line is added to the text so far;
                   an empty line continues without adding anything. /new starts
                   a new text; /quit or the end of input ends
  -tokens N        maximum number of tokens to write (100)
  -stop TEXT       end before this text; may be repeated. It is matched in the
                   tokenizer's spelling, anywhere
  -n N             number of texts to write, computed as one batch (1)
  -seed N          seed of everything random (1)

The choice of tokens
  -temperature T   below 1 favours likely tokens, above 1 surprising ones; 0
                   always takes the most likely one (0.8)
  -top-k N         draw from the N most likely tokens; 0: from all (40)
  -top-p P         draw from the most likely tokens that together have this
                   share of the probability (1)
  -repetition-penalty X
                   divide the scores of tokens already in the text by X (1)
  -beams N         beam search instead of drawing: the most likely text found
                   with N beams. With -n, the best n of them
  -slide N         number of tokens to drop when the context is full (half of
                   it). With 1, the model always sees all it can, but reads the
                   context again for each token
  <unk> and the special tokens of fine-tuning are never written.

Looking at the choices
  -alternatives N  after the text, print a line for each token: its probability,
                   and the N most likely tokens with theirs, at -temperature
                   (at 1 if that is 0), before -top-k and -top-p. "ex…" is a
                   token after which the word continues
  -html FILE       write the same as a page that needs no other files

Looking into the model, instead of writing
  -score FILE      print log-probability, perplexity and number of predicted
                   tokens of each line of a file (- is standard input), and the
                   line itself, separated by tabs. The first token of a line is
                   not predicted. Encodings are detected as for books; a line
                   has at most 16 MiB
  -score-json      print the same as JSON, with each token
  -attention FILE  write the attention weights of the prompt, computed by plain,
                   unfused attention. FILE.html becomes a page that needs no
                   other files: a picture of each head of each block, and lines
                   between tokens for the head that is chosen; weights are
                   rounded to 1/255. Any other name becomes a safetensors file:
                   h.N.attn [heads T T], with a row for each position that
                   reads, and the ids [T]
  -dot FILE        draw the graph that reads one more token, as DOT, and stop.
                   -svg FILE, -dot-level paper|model|block|op, -dot-profile N
                   and -summary are those of gorgpt train. With one of these or
                   -dot-graph decode, -html FILE writes the graph as a page
`
