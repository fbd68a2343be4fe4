// Package zeroshot measures what a language model knows of a task before it is fine-tuned
// (section 5 and the right of figure 2 of the paper), along its pre-training.
//
//	acceptability   the mean log-probability of the tokens, against a threshold
//	sentiment       after "very", which of the words positive and negative is likelier
//	qa              the answer whose tokens have the highest mean log-probability
//
// A [Task] predicts the test rows of a [Set] with a model; the [Words] it puts in are
// settings. [Find] lists the states of a pre-training run, and an [Experiment] measures all of
// them and shows them in a table and a picture. No weight is changed, and nothing is learned
// from labels but the one threshold, which the development rows decide on, or else the
// training rows.
//
// Start reading at task.go, then experiment.go.
package zeroshot
