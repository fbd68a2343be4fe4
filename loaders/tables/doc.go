// Package tables reads labelled rows from files: JSON lines, tab- or comma-separated values, Parquet,
// and special layouts of a few datasets. Files may be compressed with gzip or Zstandard.
//
// Each kind of file is a source of records, whose cells are found by the names of their columns. [Read]
// turns records into rows, on all cores and in order, as [loaders.Fields] says; [Collect] gathers them
// and keeps account of the broken ones. [Columns] returns the columns of a file.
//
// The package does not depend on datasets and tasks; package datasets gives columns their meaning.
// Start reading at read.go, then record.go; there is a file for each kind.
package tables
