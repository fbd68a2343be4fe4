// Package checkpoint keeps models in folders that Hugging Face's tools read: config.json with the
// shape and model.safetensors with the weights, each file replaced as a whole or not at all.
//
// # In
//
// [ReadModel] reads three kinds of folders into a model:
//
//   - those of this program;
//   - Hugging Face's for openai-gpt: names with and without the prefix "transformer.", float32,
//     float16 or bfloat16, in one file or in those that model.safetensors.index.json names; the
//     constants h.N.attn.bias and position_ids ignored; lm_head.weight if it equals the token
//     embedding, or if that is missing and it supplies it; the head of OpenAIGPTDoubleHeadsModel, not that of
//     OpenAIGPTForSequenceClassification; rows that pad the vocabulary left out, see [Notes];
//   - OpenAI's release of 2018: params_shapes.json and params_0.npy to params_9.npy.
//
// Reading is strict: a tensor that is missing, unexpected or of another shape is an error that
// lists it, never a reason to continue with random weights.
//
// # Out
//
// [WriteModel] writes what OpenAIGPTLMHeadModel.from_pretrained reads. A task head has names of
// this program, head.weight [C K] and head.bias [K]; other programs have no such heads and ignore
// them. The head for multiple choice has a name there, if [Form] asks for it:
//
//	multiple_choice_head.summary.weight [1 C] and .bias [1], all else behind "transformer."
//
// # In between
//
// A [Keeper] keeps checkpoints of training, which are model folders with Adam's moments, the state
// of the trainer and checksums: the newest ones and the best.
//
// The file formats are in packages safetensors and npy below. Start reading at read.go, then
// training.go.
package checkpoint
