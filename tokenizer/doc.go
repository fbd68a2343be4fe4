// Package tokenizer turns text into GPT-1 token ids and back, and learns new
// vocabularies.
//
// A [Tokenizer] is a vocabulary, an ordered list of merges, and a [Pipeline] that cuts
// text into words. Every word is then spelled with byte-pair pieces. A piece that ends
// a word carries the suffix </w>; text that no piece can spell becomes <unk>, one for
// each character.
//
// # Pipelines
//
// [Bert], the default, is what Hugging Face's tokenizer for GPT-1 does:
//
//  1. The text is cut at each literal <unk>, which stands for itself.
//  2. Control and format characters are dropped, white space becomes a space.
//  3. Each Chinese ideograph becomes a word.
//  4. The text is decomposed (NFD) and loses its accents, then its capitals.
//  5. It is cut at white space, line breaks among it, and around each punctuation mark.
//
// Its definition is BertNormalizer and BertPreTokenizer of the tokenizers library, with
// the character categories of Unicode 8.
//
// [Original] is what the 2018 training code did, and so what the released weights know:
//
//  1. Broken text is repaired as by ftfy 4.4: wrong encodings, HTML entities, terminal
//     escapes, ligatures, character widths, curly quotes, line breaks, control characters,
//     composition (NFC). Package internal/ftfy has the details.
//  2. Dashes, the ellipsis and the acute accent become ASCII; runs of one sign get spaces
//     around them; white space becomes one space, or a line break if it has one. This is
//     text_standardize of the 2018 code; see standardize.go.
//  3. The English rules of spaCy 2.0.11 cut words: don't is do and n't, Mr. stays whole.
//     Package internal/spacy has the details. A line break is a word of its own.
//  4. Each word is lower-cased as by Python, with the final sigma of Greek; see lower.go.
//     Accents stay.
//
// It looks at a whole text: line by line it loses the line breaks. A literal <unk> is
// ordinary text here, cut at its signs. No special token of fine-tuning comes from a text in
// either pipeline.
//
// Invalid UTF-8 never fails: each bad byte counts as U+FFFD, which bert removes and
// original keeps, as an unknown word. The time to encode grows with the length of the text,
// not faster, whatever is in it.
//
// A word has at most [MaxWord] bytes, 16,384, and what is longer is cut into several.
//
// The package knows nothing of models, files of books or batches; see package
// loaders for those. It never writes files: [Tokenizer.Files] gives the bytes of those
// that [Load] reads, and the caller decides how they reach the disk.
//
// Start reading at tokenizer.go (what a vocabulary must satisfy), then encode.go,
// which shows the whole way from text to ids; bert.go or original.go, and bpe.go, are its two
// halves. train.go learns a vocabulary; files.go and tokenizerjson.go read one.
package tokenizer
