// Package pretrain is a whole run of unsupervised pre-training, section 3.1 of the
// paper: from [Settings] to a corpus, a model, the loop and the run folder.
//
// The graphs are in package gpt1, the loop over updates in package train. Start
// reading at settings.go, then corpus.go, then run.go.
package pretrain
