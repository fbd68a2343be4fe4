// Package spacy cuts text into words as the English tokenizer of spaCy 2.0.11 does, which
// is how the 2018 code cut it.
//
// It works on what is left between white space. A chunk that is an exception (don't, Mr.,
// 7am) is cut as its entry says. From any other chunk prefixes and suffixes are cut, one of
// each at a time, until none is left or the rest is an exception or looks like a host name
// or address; then the rest is cut at infixes, unless it is an exception or an address.
//
// Before it cuts words, the 2018 code straightens quotes, makes full-width signs ordinary ones,
// replaces dashes and the ellipsis, and puts spaces around the ASCII signs
// - ~ ! " ; ? + , ) ( / * [ ] } { | _. A chunk is therefore either a run of one of these signs or
// has none of them, and rules are left out that no chunk can meet: those for curly quotes, for
// hyphens and commas between letters, faces such as :-), C++, paths and queries of addresses.
//
// The rules are those of spaCy's documentation and observed behaviour. The time to cut a chunk
// grows with its length, not faster.
//
// Start reading at split.go.
package spacy
