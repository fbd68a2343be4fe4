// Package charset converts text files of common encodings to UTF-8 and reports the encoding.
//
// It detects UTF-8 and UTF-16 with and without a byte order mark. Other text is read as Windows-1252,
// which includes ISO-8859-1 in practice. Binary data is an error.
//
// [Decode] converts a whole text, [Reader] a stream, and [Lines] splits a stream into lines of limited
// length.
package charset
