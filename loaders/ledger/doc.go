// Package ledger keeps account of the rows of labelled files: which are used, which are left out
// and why, and how many may be unusable. Every step that reads, encodes or predicts rows adds the
// rows that it cannot use. So no row is lost silently, and predictions keep the numbers of their
// rows.
//
// Start reading at [Account], then at [Sift].
package ledger
