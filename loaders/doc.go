// Package loaders turns files into what training reads.
//
// For pre-training, the steps are: [ReadBooks] finds the files, reads and cleans them;
// [SplitBooks] holds out some books for validation; [Encode] tokenizes; [NewWindows]
// draws training windows in random order, and [NewFixedWindows] goes through the
// validation books from front to back. Where books do not fit into memory, [FindSources]
// and [SplitSources] name them, and package shards below keeps their [Tokens] in files.
//
// For fine-tuning there is the [Row]; package tables below reads files of them, package
// datasets those of published sets.
//
// All of it is deterministic: the same files and the same seed give the same windows in the
// same order, and training resumes at exactly the window where it stopped.
//
// The package does not depend on tensors or models, and it writes nothing.
//
// Start reading at books.go; clean.go says how a text is cleaned, windows.go how
// windows are drawn, labelled.go what a labelled row is.
package loaders
