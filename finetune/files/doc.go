// Package files opens labelled rows for fine-tuning: JSON lines, tables, Parquet, published datasets,
// standard input and the rows of the embedded world. It applies fine-tuned models to files, and
// writes submissions.
//
// Package finetune itself takes rows. Start reading at read.go, then own.go.
package files
