// Package tokenizer turns text into GPT-1 token ids and back, and learns new
// vocabularies.
//
// A [Tokenizer] has a vocabulary, an ordered list of merges, and a [Pipeline] that splits text into
// words. Each word is then encoded as byte-pair pieces. A piece that ends a word has the suffix </w>. Each
// character that is not in the vocabulary becomes <unk>.
//
// # Pipelines
//
// [Bert], the default, is what Hugging Face's tokenizer for GPT-1 does:
//
//  1. The text is cut at each literal <unk>, which stands for itself.
//  2. Control and format characters are dropped, white space becomes a space.
//  3. Each Chinese ideograph becomes a word.
//  4. The text is decomposed (NFD) and loses its accents, then its capitals.
//  5. It is split at white space, including line breaks, and around each punctuation mark.
//
// Its definition is BertNormalizer and BertPreTokenizer of the tokenizers library, with
// the character categories of Unicode 8.
//
// [Original] is the pipeline of the training code of 2018, and so of the released weights:
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
// Original needs whole texts: applied line by line, it would lose the line breaks. It treats a literal
// <unk> as ordinary text and splits it at its signs. In both pipelines, no text encodes to the special
// tokens of fine-tuning.
//
// Invalid UTF-8 is not an error: each bad byte counts as U+FFFD, which bert removes and original keeps as
// an unknown word. The time to encode any text is linear in its length.
//
// A word has at most [MaxWord] bytes, 16,384; longer words are cut into several.
//
// Package loaders reads books and makes batches; this package does neither. It never writes files:
// [Tokenizer.Files] returns the contents of the files that [Load] reads, and the caller writes them.
//
// Start reading at tokenizer.go (the rules for a vocabulary), then encode.go (from text to ids), with
// bert.go or original.go for words and bpe.go for pieces. train.go learns a vocabulary; files.go and
// tokenizerjson.go read one.
package tokenizer
