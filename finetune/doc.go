// Package finetune is supervised fine-tuning as section 3.2 of the paper has it: from
// labelled rows to examples for a head, the task that a trainer runs, and what the
// predictions are worth.
//
// The way is: [Read] reads the rows, [Learn] finds out what there is to decide,
// [Encode] tokenizes, [Task] draws batches and evaluates, and an [Outcome] holds
// predictions and measures.
//
// The graphs are in package heads, the loop over updates in package train. Start
// reading at spec.go, then rows.go, then task.go.
package finetune
