// Package heads holds the ways in which GPT-1 is fine-tuned (section 3.2
// and figure 1 of the paper): how an example becomes token sequences, and what
// is computed from the states at their classify tokens.
//
//	classification   [s] text [c]                          h W + b, softmax
//	entailment       [s] premise [d] hypothesis [c]        the same
//	similarity       [s] a [d] b [c] and [s] b [d] a [c]   (h₁ + h₂) W + b
//	regression       the same sequences                    (h₁ + h₂) W + b, a score
//	multiple choice  [s] context question [d] answer [c]   h W + b for each answer, softmax over answers
//	multi-label      [s] text [c]                          h W + b, sigmoid
//
// The cost is L3 = L2 + λ·L1 (equation 5): the task's own loss plus the language
// model's on the same sequences.
//
// The package reads no files and knows no tokenizer: examples come as token ids.
// Each task is a [Task] in a file of its own, listed in registry.go. Start reading at task.go, then
// classification.go and similarity.go, then step.go, where L3 is formed.
package heads
