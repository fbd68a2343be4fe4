// Package finetune is supervised fine-tuning as section 3.2 of the paper describes it: from
// labelled rows to a model with a head, and to what its predictions are worth.
//
// [Learn] learns the label set from rows, and [NewPlan] resolves [Options] with [Data]
// and a [Base], the model to start from. Then [Plan.Run] leaves a run folder, or [Plan.Train] leaves
// nothing; both return a [Result]. Options are never changed. Errors in them are a
// [train.OptionError], which names fields. A [train.Listener] gets the progress.
//
// The package takes rows and opens no files of rows: package files does. Commands name flags, print
// and draw. The graphs are in package heads, the loop over updates in package train. Start reading at
// options.go and plan.go, for what is underneath at spec.go, encode.go and task.go.
package finetune
