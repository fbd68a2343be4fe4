// Package finetune is supervised fine-tuning as section 3.2 of the paper has it: from
// labelled rows to examples for a head, the task that a trainer runs, and what the
// predictions are worth.
//
// A run goes from [Settings] by [Settings.ReadData] and [Settings.OpenBase] to
// [Prepare], and then either [Job.Run], which leaves a run folder, or [Job.Train] and
// [Job.Test], which leave nothing. Underneath, package datasets or package tables reads the
// rows, [Learn] finds out what there is to decide, [Encode] tokenizes, [Task] draws batches and evaluates, and
// an [Outcome] holds predictions and measures.
//
// The graphs are in package heads, the loop over updates in package train. Start
// reading at settings.go and run.go, for what is underneath at spec.go, rows.go and
// task.go.
package finetune
