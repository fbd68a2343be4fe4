// Package score says how good predictions are, in the measures of table 4 of the
// paper: accuracy, F1, Matthews correlation, and Pearson correlation. Beside each
// stands what is reached without looking at the input.
//
// It knows no models and no files. Start reading at classes.go for predicted classes
// and scores.go for predicted numbers.
package score
