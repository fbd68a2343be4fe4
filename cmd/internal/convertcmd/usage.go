package convertcmd

const usage = `usage: gorgpt convert -model DIR -out DIR [flags]

Writes a model and its tokenizer in the form that other tools expect: weights,
shape, vocabulary, labels, defaults for writing text, and a model card, for
OpenAIGPTLMHeadModel.from_pretrained and the tokenizer classes.

Examples
  gorgpt convert -model runs/tiny -out exported -dtype float16
  gorgpt convert -model runs/tickets -out tickets -classification
  gorgpt convert -model runs/tiny -out small -dtype int8

  -model DIR       a run folder; a folder in Hugging Face's openai-gpt format
                   (config.json, model.safetensors, tokenizer); or OpenAI's
                   release (params_shapes.json, params_0.npy to params_9.npy,
                   encoder_bpe_40000.json, vocab_40000.bpe)
  -out DIR         the folder to write; new or empty
  -force           write into a folder that is not empty. A model in it is
                   replaced as a whole; other files stay, and so does a
                   README.md
  -dtype NAME      type in which the weights are stored: float32, float16,
                   bfloat16 or int8 (float32). int8 is for writing, scoring and
                   predicting with gorgpt, in a quarter of the memory; other
                   programs cannot read it, and it cannot be trained. In other
                   commands, -dtype is the type that they compute with
  -shard SIZE      divide the weights into files of at most this size, as in
                   500MB or 2GB (one file)
  -classification  for OpenAIGPTForSequenceClassification, with the head of a
                   model that was fine-tuned on classification, entailment or
                   multilabel. The class has no bias: README.md shows how to add
                   it, and how a text becomes what the model was trained on
  -double-heads    for OpenAIGPTDoubleHeadsModel, with the head of a model that
                   was fine-tuned on qa. Without these two flags, a head stays
                   in the file as head.weight and head.bias; for similarity, it
                   always does, because no class computes it
  -ctx N           keep the first N positions only, as the 2018 code did for
                   tasks of short texts (all)
  -pipeline NAME   how the tokenizer splits text into words: bert or original
                   (what the folder says)
`
