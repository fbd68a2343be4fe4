// Package golden gives tests the reference numbers of small GPT-1 models: given
// inputs, and expected results with a tolerance for each tensor.
//
// A set is a folder with manifest.json, safetensors files and raw fine-tuning
// examples. [Sets] returns those of testdata/golden, or of the folder that the
// environment variable GORGPT_GOLDEN names (relative to the module root; a set,
// or a folder of sets). Every size and hyper-parameter comes from the manifest,
// so a test that loops over the sets also works for sets of other shapes.
// The entry "formulas" of the manifest says how the numbers were computed.
//
// The files of a set and their tensors, named as in Hugging Face's checkpoints
// behind a prefix:
//
//	model             the base weights
//	lm_forward        tokens → logits, hidden, loss, grad.*
//	pretrain_*        tokens of each step → loss, lr, lrt, grad_norm, final.*
//	finetune_*        tokens, mask, labels, init.* → first.*, grad.*, steps.*, final.*, after.*
//	generate*         prompt.J → output.J, logits.J
//
// Only tests import the package. It computes nothing of a model and never
// writes or updates a reference number.
//
// Start reading at [Set], then at [Compare], which defines tolerances.
package golden
