// Package ablate runs many fine-tunings and sets their test scores side by side: the
// paper's ablations (table 5) on any labelled sets, and the score against the number of
// labels.
//
// A [Grid] says which runs there are: sets × variants × seeds, and for the curve sets ×
// limits × {pre-trained, from scratch} × seeds. [Grid.Run] does those that a [Log] does
// not have yet, so that an interrupted grid resumes. [Grid.Markdown]
// and [Grid.Curve] show what the log has of the grid.
//
// How one run goes is package finetune's. Start reading at grid.go, then run.go.
package ablate
