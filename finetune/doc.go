// Package finetune is supervised fine-tuning, section 3.2 of the paper: from labelled rows to
// examples for a head, the task that a trainer runs, and how good its predictions are.
//
// [NewPlan] makes a plan of [Options], [Data] and a [Base]. [Plan.Run] trains it in a run folder;
// [Plan.Train] and [Plan.Test] leave no files. The package takes rows and opens no files of them:
// package finetune/files does. Underneath, [Learn] finds out what there is to decide, [Encode]
// tokenizes, [Task] draws batches and evaluates, and an [Outcome] holds predictions and measures.
//
// The graphs are in package heads, the loop over updates in package train. Start reading at
// options.go and plan.go.
package finetune
