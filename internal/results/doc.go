// Package results keeps what the runs of an experiment gave in a file that only grows, so
// that an experiment which was stopped goes on where it was, and tables are made from the file.
//
// Start reading at log.go; markdown.go lays out tables.
package results
