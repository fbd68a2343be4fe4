// Package pretrain is a whole run of unsupervised pre-training, section 3.1 of the
// paper: from [Settings] to a corpus, a model, the loop and the run folder.
//
// The graphs are in package gpt1, the loop over updates in package train. Start
// reading at settings.go, then tokens.go (where the tokens of the books come from), corpus.go
// and run.go.
package pretrain
