// Package generate continues texts with a language model: greedily, by sampling, or by beam
// search. It also tells how likely a text is, and where the model looks.
//
// A token costs one pass of one position through a Gorgonia graph, whose attention reads the
// keys and values of the positions before from a cache. The scores are those of the full
// forward pass. When the context is full, its older part is dropped and the rest read again,
// since positions are absolute.
//
// [Generator] works on token ids; [Stream] turns them into text while they come. The package
// knows no command lines and no files. Start reading at decoder.go, then sample.go.
package generate
