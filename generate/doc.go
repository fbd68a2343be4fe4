// Package generate continues a text with a language model, greedily or by
// sampling. It works on token ids and knows no tokenizer.
package generate
