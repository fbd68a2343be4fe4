// Package files reads labelled rows for fine-tuning from JSON lines, tables, Parquet, published
// datasets, standard input and the embedded world. It applies fine-tuned models to files and writes
// submissions.
//
// Package finetune itself takes rows. Start reading at read.go, then own.go.
package files
