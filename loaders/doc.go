// Package loaders turns files into what training reads.
//
// For pre-training the way is: [ReadBooks] finds the files, reads and cleans them;
// [SplitBooks] holds out some books for validation; [Encode] tokenizes; [NewWindows]
// draws training windows in random order, and [NewFixedWindows] goes through the
// validation books from front to back. Where books do not fit into memory, [FindSources]
// and [SplitSources] name them, and package shards below keeps their [Tokens] in files.
//
// For fine-tuning, [ReadLabelled] goes through a file of labelled rows.
//
// All of it is deterministic: the same files and the same seed give the same windows in the
// same order, and training resumes at the very window where it stopped.
//
// The package knows no tensors and no models, and it writes nothing.
//
// Start reading at books.go; clean.go says what becomes of a text, windows.go how
// windows are drawn, labelled.go and row.go what a labelled row may be.
package loaders
