// Package checkpoint keeps models in folders that Hugging Face's tools read:
// config.json with the shape and model.safetensors with the weights, each file
// replaced as a whole or not at all.
//
// A [Keeper] keeps checkpoints of training, which are model folders with Adam's moments, the
// state of the trainer and checksums: the newest ones and the best.
//
// Reading is strict: a tensor that is missing, unexpected or of another shape is
// an error that lists it, never a reason to go on with random weights. The file
// format itself is in package safetensors below. Start reading at model.go, then
// training.go.
package checkpoint
