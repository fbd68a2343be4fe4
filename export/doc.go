// Package export writes a model as a folder that other tools use: what a model folder of this
// program has, and beside it what only they read.
//
//	generation_config.json      how to choose tokens, as gorgpt generate does by default
//	special_tokens_map.json     the special tokens
//	model_max_length            in tokenizer_config.json, the positions
//	id2label, label2id          in config.json, the labels of a task
//	README.md                   a model card
//	model-00001-of-00002.safetensors, …, and their index, if the weights shall be in several files
//
// A run folder has none of these. Training writes it anew with each checkpoint, other tools read it
// without them, and each repeats what run.json, task.json or report.json say.
//
// [Write] is all there is. The files of a model are those of package checkpoint.
package export
