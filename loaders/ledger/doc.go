// Package ledger keeps account of the rows of labelled files: which are used, which are left out
// and why, and how many may be unusable. Whoever reads rows, encodes them or predicts them adds
// what could not be used, so that nothing is lost silently and predictions keep the numbers of
// their rows.
//
// Start reading at [Account], then [Sift].
package ledger
