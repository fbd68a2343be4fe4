// Package shards keeps tokenized books in files, so that a corpus is tokenized once and
// may be larger than memory.
//
// [Write] sends books through a tokenizer on all cores and leaves a folder with
//
//	tokens.json         the index: which book begins where, and checksums
//	tokens-00000.bin …  the ids of all books end to end, little-endian, in files
//	                    of equal numbers of tokens (33,554,432) but the last;
//	                    two bytes a token up to 65,536 ids, four beyond
//	vocab.json …        the tokenizer
//
// Of several ranks, each tokenizes books, dealt out in turn, and sends the tokens to the first,
// which alone touches the folder. The bytes are those that one process writes.
//
// If interrupted, it resumes after the last complete file, and the
// bytes are the same in the end. [Open] maps the files into memory; where the system
// cannot, they are read piece by piece.
//
// The package does not decide which books are for validation, see [loaders.SplitSources],
// nor when a folder is out of date: it compares what [Fingerprint] says.
//
// Start reading at index.go, the format; then write.go, exchange.go
// (what ranks send each other) and open.go.
package shards
