package convertcmd

const usage = `usage: gorgpt convert -model DIR -out DIR [flags]

Writes a model and its tokenizer in the format that Hugging Face's tools read:
config.json, model.safetensors, vocab.json, merges.txt and tokenizer.json, for
OpenAIGPTLMHeadModel.from_pretrained and the tokenizer classes.

Examples
  gorgpt convert -model runs/tiny -out exported
  gorgpt convert -model runs/tiny -out small -dtype int8
  gorgpt convert -model runs/tiny-qa -out exported-qa -double-heads

  -model DIR       a run folder; a folder in Hugging Face's openai-gpt format
                   (config.json, model.safetensors, tokenizer); or OpenAI's
                   release (params_shapes.json, params_0.npy to params_9.npy,
                   encoder_bpe_40000.json, vocab_40000.bpe)
  -out DIR         the folder to write; new or empty
  -force           write into a folder that is not empty. A model in it is
                   replaced as a whole; other files stay
  -dtype NAME      type in which the weights are stored: float32, float16,
                   bfloat16 or int8 (float32). int8 is for writing, scoring and
                   predicting with gorgpt, in a quarter of the memory; other
                   programs do not read it, and it cannot be trained. In other
                   commands, -dtype is the type that they compute with
  -double-heads    for OpenAIGPTDoubleHeadsModel, with the head of a model that
                   was fine-tuned on qa. Hugging Face has no class for the other
                   heads; they stay in the file as head.weight and head.bias
  -ctx N           keep the first N positions only, as the 2018 code did for
                   tasks of short texts (all)
  -pipeline NAME   how the tokenizer splits text into words: bert or original
                   (what the folder says)
`
