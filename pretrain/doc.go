// Package pretrain runs unsupervised pre-training, section 3.1 of the paper. It turns [Options]
// into a [Plan], which has a corpus and a model, and runs the plan in a run folder.
//
// The graphs are in package gpt1, the loop over updates in package train. Start reading at
// options.go, then plan.go, tokens.go (which reads the tokens of the books), corpus.go and
// run.go.
package pretrain
