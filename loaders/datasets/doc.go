// Package datasets reads the published datasets of the paper's tables 2 to 4, in the layouts in which
// they are distributed.
//
// A [Dataset] is an entry of the table in table.go, with its task, labels and measure, and the names of
// its folders, files and columns. A new dataset takes a few lines there. [Find] returns a dataset by its
// name, [Dataset.Read] finds its files in a folder and reads them, and [Dataset.ReadFile] reads another
// file in any of its layouts.
//
// Package tables turns files into rows, and package finetune uses them. Start reading at table.go, then
// dataset.go.
package datasets
