// Package ablate fine-tunes a model in many ways and compares the test scores: the paper's ablations
// (table 5) on any labelled sets, and the score against the number of labels.
//
// A [Grid] defines the runs: sets × variants × seeds, and for the curve sets × limits ×
// {pre-trained, from scratch} × seeds. [Grid.Run] executes the runs that a [Log] lacks, so that an
// interrupted grid resumes. [Grid.Markdown] and [Grid.Curve] show the results in the log.
//
// With Folds, the training rows are scored by cross-validation: each cell of the table has, for each seed, one run
// per fold, and their predictions are pooled. Then pairs of variants are compared row by row.
//
// Package finetune executes each run. Start reading at grid.go, then run.go, folds.go and
// pairs.go.
package ablate
