// Package zeroshot measures how well a language model does a task without fine-tuning, over the
// course of its pre-training (section 5 and the right part of figure 2 of the paper).
//
//	acceptability   compare the mean log-probability of the tokens to a threshold
//	sentiment       after "very", take the likelier of the words positive and negative
//	qa              take the answer whose tokens have the highest mean log-probability
//
// [Pairs] measures models on BLiMP: which of two sentences that differ little is grammatical?
//
// A [Task] predicts the test rows of a [Set] with a model. The [Words] that it inserts are options.
// [Find] lists the states of a pre-training run, and an [Experiment] measures all of them and shows
// them in a table and a picture. No weights change. Only the threshold is learned from labels: those
// of the development rows or, without any, of the training rows.
//
// Start reading at task.go, then experiment.go; minimal pairs are in blimp.go and pairs.go.
package zeroshot
