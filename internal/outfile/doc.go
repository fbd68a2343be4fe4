// Package outfile refuses to write files over what must not be lost: what the same command
// reads, another of its outputs, files that make up a model or a run, and what is no file.
//
// It looks before a command begins; the writing itself is for package atomicfile, which
// replaces links and never follows them. Folders that commands fill, such as run folders, have
// rules of their own. Start reading at [Check].
package outfile
