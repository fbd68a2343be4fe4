// Package train runs training: the loop over updates, evaluation, metrics and the run folder.
// It trains a [Task]; packages pretrain and finetune define one each.
//
// Runs need no supervision. A [Trainer] resumes from any [State]; a [Job] is a trainer in a
// locked run [Folder], with checkpoints (package checkpoint), metrics.jsonl and run.json, which
// holds all [Options]. If a run is stopped, is killed or fills the disk, resuming gives the same
// bits as never stopping. [Memory] is computed before it is allocated. If values of an update
// are not finite, the error names the first of them.
//
// The package prints nothing and does not know the flags of any command: a [Listener] receives
// its events, and an [OptionError] names the wrong field. Start reading at trainer.go, then job.go.
package train
