// Package controls measures what cheap models reach on a labelled set, so that a person sees
// whether its labels leak: a model that reads only the hypothesis, only the answers, or
// only how long they are should be no better than the most frequent class, within the
// noise of the set's size. What a bag of words reaches on the full input is what a
// language model must beat.
//
// [Measure] fits all controls of a task on the training rows. Each is a linear model
// with an L2 penalty, trained to convergence; its penalty is the one with the least loss
// on the development rows, so that dev figures are a little too good and test figures
// are not. The same rows give the same figures.
//
//	classes     softmax(W·x), a column of W a class
//	regression  w·x, least squares
//	answers     softmax over the answers of w·xₖ, as the paper's head for qa does it
//
// x is sparse. A word is a run of letters and digits in lower case; any other character
// that is no white space is a word of its own. A number n counts as the features n ≥ 1,
// n ≥ 2, …, of which a linear model makes any function of n. A feature that fewer than
// two training examples have is left out, as it says nothing about others.
//
// Memory grows with the pairs of words: some hundred thousand rows with pairs or
// questions take gigabytes.
//
// It is not for finding out how good a task is: a set without leaks may still be dull.
//
// Start reading at measure.go, then list.go, which names the controls, then linear.go.
package controls
