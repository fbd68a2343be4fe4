// Package score measures predictions: accuracy, F1, Matthews correlation and Pearson correlation
// from table 4 of the paper, and others. It also measures predictions made without looking at the
// input, how well probabilities are calibrated, and how much measures vary with the examples.
//
// It does not depend on models or files. Start reading at classes.go for classes, scores.go for numbers
// and sets.go for sets of labels. calibration.go is about probabilities, bootstrap.go about intervals.
package score
