// Package controls measures how well simple models do on a labelled set. It shows whether the
// labels leak: a model that reads only the hypothesis, only the answers, or only their lengths
// should not beat the most frequent class beyond the noise of the set's size. A language model
// should beat a bag of words on the full input.
//
// [Measure] fits all controls of a task on the training rows. Each is a linear model with an L2
// penalty, trained to convergence. The penalty is the one with the least loss on the development
// rows, so the development scores are slightly too good. The test scores are unbiased. The same
// rows give the same scores.
//
//	classes     softmax(W·x), with a column of W for each class
//	regression  w·x, least squares
//	answers     softmax over the answers of w·xₖ, as in the paper's head for qa
//
// x is sparse. A word is a run of letters and digits in lower case; any other character except white
// space is a word of its own. A number n counts as the features n ≥ 1, n ≥ 2, …, so that a linear
// model can form any function of n. A feature of only one training example is dropped, because it
// does not generalise.
//
// Memory grows with the number of word pairs: some hundred thousand rows with pairs or questions
// take gigabytes.
//
// The controls do not measure the quality of a task: a set without leaks may still be trivial.
//
// Start reading at measure.go, then list.go, which names the controls, then linear.go.
package controls
