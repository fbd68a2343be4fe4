// Package train runs training: the loop over updates, evaluation, metrics,
// progress and the run folder. What is trained is a [Task]; the package knows the
// one of pre-training ([Pretrain]), and package finetune brings the other.
//
// A run can be left alone. A [Trainer] goes on from any [State]; a [Job] is a trainer in a
// locked run [Folder], with checkpoints (package checkpoint), metrics.jsonl, figures and
// run.json, which has all [Settings]. Stopped, killed or out of disk, it is resumed as if it
// had never stopped. [Memory] is computed before it is allocated, and an update with values
// that are not finite is told where they began.
//
// Start reading at trainer.go, then job.go.
package train
