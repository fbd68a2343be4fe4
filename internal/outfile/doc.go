// Package outfile protects files from being overwritten: inputs of the same command, its other outputs,
// files of a model or a run, and objects that are not regular files.
//
// It checks before a command begins. Package atomicfile writes the files; it replaces links and never
// follows them. Folders that commands fill, such as run folders, have their own rules. Start reading at [Check].
package outfile
