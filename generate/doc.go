// Package generate continues texts with a language model: greedily, by sampling, or by beam
// search. It also computes the probability of a text, and what happens inside the model as it reads one.
//
// A token costs one pass of one position through a Gorgonia graph, whose attention reads the
// keys and values of earlier positions from a cache. The scores equal those of the full forward
// pass. When the context is full, its older part is dropped and the rest is read again, since
// positions are absolute.
//
// [Generator] works on token ids; [Stream] turns them into text as they come. The package
// reads no command lines and no files. Start reading at decoder.go, then sample.go.
package generate
