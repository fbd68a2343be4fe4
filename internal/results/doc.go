// Package results keeps the results of the runs of an experiment in a file that only grows. If an
// experiment is interrupted, it resumes from this file. Tables are made from it too.
//
// Start reading at log.go; markdown.go lays out tables.
package results
