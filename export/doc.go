// Package export writes a model as a folder for other tools. It has what a model folder of this program
// has, and also what only those tools read:
//
//	generation_config.json      how to choose tokens, as gorgpt generate does by default
//	special_tokens_map.json     the special tokens
//	model_max_length            in tokenizer_config.json, the positions
//	id2label, label2id          in config.json, the labels of a task
//	README.md                   a model card
//	model-00001-of-00002.safetensors, …, and their index, if the weights are to be in several files
//
// A run folder has none of these, because other tools can read it without them, they would be written
// anew with each checkpoint, and they only repeat what run.json, task.json or report.json say.
//
// [Write] is the only function. Package checkpoint writes the files of the model.
package export
