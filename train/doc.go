// Package train runs training: the loop over updates, evaluation, metrics and the run folder.
// What is trained is a [Task]; packages pretrain and finetune have one each.
//
// A run can be left alone. A [Trainer] resumes from any [State]; a [Job] is a trainer in a
// locked run [Folder], with checkpoints (package checkpoint), metrics.jsonl and run.json, which
// has all [Options]. If it is stopped, killed or out of disk, resuming gives the same bits as
// never stopping. [Memory] is computed before it is allocated, and the error of an update whose
// values are not finite names the first of them.
//
// The package prints nothing and knows no flags: a [Listener] gets its events, and an
// [OptionError] names the field that is wrong. Start reading at trainer.go, then job.go.
package train
