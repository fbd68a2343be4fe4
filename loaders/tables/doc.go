// Package tables reads files of labelled rows, whatever their kind: JSON lines, tab- or
// comma-separated values, Parquet, and the few layouts that are a dataset's own. Files
// may be packed with gzip or Zstandard.
//
// A kind of file is a source of records, each with cells that are asked for by the name
// of their column. [Read] turns records into rows, on all cores and in order, as
// [loaders.Fields] say; [Collect] gathers them and keeps account of the broken ones.
// [Columns] tells beforehand what columns a file has.
//
// The package knows no datasets and no tasks: package datasets says which columns mean
// what. Start reading at read.go, then record.go; there is a file for each kind.
package tables
