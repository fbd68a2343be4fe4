package servecmd

const usage = `usage: gorgpt serve -model DIR[,NAME=DIR...] [-runs DIR] [flags]

Answers HTTP requests with models: completions in the format of OpenAI's API,
predictions of fine-tuned models in the formats of Hugging Face's
text-embeddings-inference. docs/serving.md and /openapi.json describe them.
Open the address in a browser for a page that writes and reads texts.

Examples
  gorgpt serve -model runs/tiny
  gorgpt serve -model tickets=runs/tickets,writer=runs/tiny -dtype int8
  gorgpt serve -model runs/tiny -addr :8080 -api-key-file key.txt

The models
  -model LIST      folders of models, with commas between them; hf:ORG/NAME is
                   a model of Hugging Face's hub. A model without a NAME is
                   called by the last part of its folder. Requests that name no
                   model go to the first
  -dtype NAME      type of weights to compute with: float32, bfloat16 or int8
                   (the types that the folders hold)
  -lazy            open each model when a request first needs it. By default,
                   all are opened first, and /health answers 503 until then
  -runs DIR        show the training runs below this folder on the page, live.
                   Without -model, the page shows nothing else
  -no-page         do without the page, and answer only requests of programs

Who may ask
  -addr ADDR       address and port (127.0.0.1:8080). On any other than a
                   loopback address, requests need a key
  -api-key KEY     key that requests must have: Authorization: Bearer KEY.
                   Others on this machine can see it in the list of processes,
                   so prefer GORGPT_API_KEY in the environment, or -api-key-file
  -api-key-file F  a file with the key
  -no-auth         ask for no key on any address
  -hosts LIST      names under which the server may be called, besides localhost
                   and IP addresses
  -cors-origins L  sites whose pages may call it, such as https://example.org
  -cert FILE, -key FILE
                   certificate and key for HTTPS, in PEM

Limits
  -max-body BYTES  the largest body of a request (2097152); a larger one is
                   answered with 413
  -max-inputs N    most inputs, or prompts times n, in a request (256)
  -max-tokens N    most tokens to write for a request (65536), or to echo with
                   log-probabilities; more to echo are answered with 413
  -parallel N      most requests in progress at once (128)
  -queue N         most requests that wait; more are answered with 429 (512)
  -timeout TIME    the longest time that a request may take (5m)
  -grace TIME      how long requests in progress may take to end after an
                   interrupt or SIGTERM (30s). A second signal stops at once

  -log-text        log the texts of requests, too. By default, the log on
                   standard error has one line per request, without texts
`
