// Package train runs training: the loop over updates, evaluation, metrics,
// progress and the run folder. What is trained is a [Task]; the package knows the
// one of pre-training ([Pretrain]), and package finetune brings the other.
//
// Start reading at trainer.go.
package train
