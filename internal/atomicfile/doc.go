// Package atomicfile replaces files so that a reader, a crash or a failing disk
// never meets half a file: the old content stays whole until the new content is
// safely stored.
//
// [WriteFolder] does the same for a folder of files, with their checksums. A [Dir] is a folder in which no
// link is followed; its Sweep removes unfinished files of killed processes.
//
// It guards one file against interruption, not two writers against each other
// (the last one to finish wins), and it does not keep older versions.
//
// Start reading at [Write], then at [Dir].
package atomicfile
