// Package shards stores tokenized books in files, so that a corpus is tokenized only once and may be
// larger than memory.
//
// [Write] tokenizes books on all cores and writes a folder with
//
//	tokens.json         the index: where each book begins, and checksums
//	tokens-00000.bin …  the ids of all books end to end, little-endian, in files
//	                    of 33,554,432 tokens each, except the last;
//	                    two bytes a token for up to 65,536 ids, else four
//	vocab.json …        the tokenizer
//
// With several ranks, each tokenizes its share of the books and sends the tokens to the first rank, the
// only one that writes to the folder. The files are the same as those of a single process.
//
// If it is interrupted, [Write] resumes after the last complete file, and the bytes are the same in
// the end. [Open] maps the files into memory; where the system cannot, they are read piece by piece.
//
// The package does not choose the books for validation; [loaders.SplitSources] does. It compares
// fingerprints, see [Fingerprint], to find out whether a folder is up to date.
//
// Start reading at index.go, the format; then write.go, exchange.go (the messages of ranks) and open.go.
package shards
