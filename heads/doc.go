// Package heads implements the tasks that GPT-1 is fine-tuned for (section 3.2 and figure 1 of the
// paper). A task turns an example into token sequences, and computes scores from the states at
// their classify tokens.
//
//	classification   [s] text [c]                          h W + b, softmax
//	entailment       [s] premise [d] hypothesis [c]        the same
//	similarity       [s] a [d] b [c] and [s] b [d] a [c]   (h₁ + h₂) W + b
//	regression       the same sequences                    (h₁ + h₂) W + b, a score
//	multiple choice  [s] context question [d] answer [c]   h W + b for each answer, softmax over answers
//	multi-label      [s] text [c]                          h W + b, sigmoid
//
// The loss is L3 = L2 + λ·L1 (equation 5), where L2 is the task's own loss and L1 the language
// model's loss on the same sequences.
//
// The package reads no files and needs no tokenizer: examples are token ids. Each task is a [Task]
// in its own file and is listed in registry.go. Start reading at task.go, then classification.go
// and similarity.go, then step.go, which forms L3.
package heads
