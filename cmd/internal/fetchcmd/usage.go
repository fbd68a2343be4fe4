package fetchcmd

const usage = `usage: gorgpt fetch hf:ORG/NAME [...] [-dataset NAME]

Downloads what other commands need from the Hugging Face hub, and prints the
folder. Other commands, too, take hf:ORG/NAME in place of a model or a file of
rows, and then download it themselves: docs/hub.md.

Examples
  gorgpt fetch hf:openai-community/openai-gpt
  gorgpt fetch hf:datasets/stanfordnlp/imdb/plain_text@main
  gorgpt fetch -dataset SST-2

  hf:ORG/NAME      a model: configuration, tokenizer and model.safetensors.
                   @REVISION may follow: a branch, a tag or a commit. A model
                   below a folder of the repository is hf:ORG/NAME/FOLDER
  hf:datasets/ORG/NAME
                   files of rows (Parquet, JSON lines, CSV, TSV): those for
                   training, validation and test, by their names. /FOLDER,
                   /FILE or a pattern of files may follow
  -dataset NAME    the files of a published dataset, from the repository that is
                   named or, if none is, from its usual one

Files that are in the cache of Hugging Face's tools are not downloaded again. An
interrupted download continues where it stopped. Every file is checked by the
hash that the server lists.

Environment
  HF_HOME, HF_HUB_CACHE
                   where the cache is (~/.cache/huggingface/hub)
  HF_TOKEN, HF_TOKEN_PATH
                   the token for private and gated models
  HF_HUB_OFFLINE   1: only use what the cache has
  HF_ENDPOINT      another server (https://huggingface.co)
  HTTPS_PROXY      a proxy
`
