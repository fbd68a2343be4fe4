// Package charset turns text files of the usual encodings into UTF-8 and says what it has
// recognised.
//
// UTF-8 and UTF-16 are recognised with and without a byte order mark. What is neither is taken
// for Windows-1252, of which ISO-8859-1 is the part in use. Binary data is refused.
//
// [Decode] decides on a whole text, [Reader] on a stream as it comes, and [Lines] cuts a stream
// into lines of bounded length.
package charset
