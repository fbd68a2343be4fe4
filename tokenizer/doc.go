// Package tokenizer turns text into GPT-1 token ids and back, and learns new
// vocabularies.
//
// A [Tokenizer] is a vocabulary, an ordered list of merges, and a pipeline that
// cuts text into words. The pipeline here is the one called bert: the text is
// cleaned, stripped of accents, lower-cased, cut at white space and around each
// punctuation mark, and every word is then spelled with byte-pair pieces. A piece
// that ends a word carries the suffix </w>; text that no piece can spell becomes
// <unk>, one for each character.
//
// Invalid UTF-8 never fails: each bad byte counts as U+FFFD, which the pipeline
// removes.
//
// The package knows nothing of models, files of books or batches; see package
// loaders for those. It never writes files: [Tokenizer.VocabJSON] and
// [Tokenizer.MergesTXT] give the bytes, and the caller decides how they reach the
// disk.
//
// Start reading at tokenizer.go (what a vocabulary must satisfy), then encode.go,
// which shows the whole way from text to ids; bert.go and bpe.go are its two
// halves. train.go learns a vocabulary.
package tokenizer
