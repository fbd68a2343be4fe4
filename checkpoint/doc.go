// Package checkpoint reads and writes model folders that Hugging Face's tools can read: config.json
// with the shape and model.safetensors with the weights. Each file is replaced as a whole or not at
// all.
//
// # Reading
//
// [ReadModel] reads three kinds of folders into a model:
//
//   - those of this program;
//   - Hugging Face's for openai-gpt: names with and without the prefix "transformer.", float32,
//     float16 or bfloat16, in one file or in those that model.safetensors.index.json names. The
//     constants h.N.attn.bias and position_ids are ignored. lm_head.weight must equal the token
//     embedding, or takes its place if that is missing. The head of OpenAIGPTDoubleHeadsModel is read,
//     and that of OpenAIGPTForSequenceClassification if the file also has its bias, which other programs
//     do not write. Rows that pad the vocabulary are left out, see [Notes];
//   - OpenAI's release of 2018: params_shapes.json and params_0.npy to params_9.npy.
//
// Reading is strict: a tensor that is missing, unexpected or of another shape is an error that
// lists it, never a reason to continue with random weights.
//
// # Types
//
// [ReadModel] and [ReadFolder] read models to be trained: all weights become float32. [ReadFolderAs]
// reads models to write, score and predict with. These keep their matrices in bfloat16 or int8, from files
// in that type or converted as they are read. docs/inference.md describes the files of int8.
//
// # Writing
//
// [WriteModel] writes folders that OpenAIGPTLMHeadModel.from_pretrained reads. A task head is stored
// as head.weight [C K] and head.bias [K]; other programs ignore these. If [Form] asks for it, the head
// gets Hugging Face's names instead, and all other names begin with "transformer.":
//
//	multiple_choice_head.summary.weight [1 C] and .bias [1]
//	score.weight [K C] and score.bias [K], which OpenAIGPTForSequenceClassification ignores
//
// [WriteFolder] adds the tokenizer, and may divide the weights into several files.
//
// # Checkpoints of training
//
// A [Keeper] keeps the newest checkpoints of training and the best one. They are model folders with
// Adam's moments, the state of the trainer and checksums.
//
// Packages safetensors and npy below implement the file formats. Start reading at read.go, then
// compact.go and training.go.
package checkpoint
