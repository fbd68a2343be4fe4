// Package datasets knows the published datasets of the paper's tables 2 to 4, in the files
// that people have of them.
//
// A [Dataset] is an entry of one table, in table.go: what its task, labels and measure are,
// what its folders and files are called, and what their columns. A new dataset is a few
// lines there. [Find] looks a dataset up by its name, [Dataset.Read] finds its files in a
// folder and reads them, and [Dataset.ReadFile] reads one more file in any of its layouts.
//
// How a file becomes rows is package tables'; what is done with them, package finetune's.
// Start reading at table.go, then dataset.go.
package datasets
