// Package ftfy repairs text as version 4.4 of the Python library of that name does with
// its default settings, which is how the 2018 code began: text that was decoded with the
// wrong encoding ("schÃ¶n"), HTML entities, curly quotes, ligatures, characters of full
// or half width, control characters, exotic line breaks. Text that needs none of this
// comes back as it was, and plain ASCII costs one look at each byte.
//
// The rules are those of the library's documentation and change log, up to and with
// version 4.4.3; the categories of characters are those of Go's Unicode tables.
//
// Each line is repaired by itself, by these steps, which repeat until nothing changes:
//
//  1. terminal escapes (chars.go)
//  2. wrong encodings (encoding.go, with utf8.go and weirdness.go)
//  3. HTML entities, unless the text so far looks like HTML (entities.go)
//  4. ligatures of Latin letters, characters of full and half width, curly quotes
//     (chars.go)
//  5. line breaks other than LF, lone surrogates from entities, control characters (chars.go)
//  6. Unicode normalization form C (nfc.go)
//
// Invalid UTF-8 counts as U+FFFD, one for each byte.
//
// Start reading at ftfy.go. The package is for the tokenizer; it has no options.
package ftfy
