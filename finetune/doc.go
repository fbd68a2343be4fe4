// Package finetune implements supervised fine-tuning (section 3.2 of the paper). It trains a model
// with a head on labelled rows and evaluates its predictions.
//
// [Learn] derives the label set from rows, and [NewPlan] resolves [Options] for [Data] and a [Base],
// the model to start from. [Plan.Run] trains in a run folder; [Plan.Train] writes no files. Both
// return a [Result], whose outcomes have a [Report]. An [Explainer] says which tokens a prediction
// depends on. Options are never changed. An error in them is a [train.OptionError], which
// names the field. A [train.Listener] receives progress.
//
// The package takes rows; package files reads them from files. Commands define flags, print and
// draw. Package heads has the graphs, and package train has the loop over updates. Start reading at
// options.go and plan.go. For the layer below, read spec.go, encode.go and task.go.
package finetune
