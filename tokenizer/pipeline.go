package tokenizer

import "github.com/pkg/errors"

// Pipeline is a way to split text into the words for byte-pair encoding. A model must be used with the
// pipeline that it was trained with.
// A Pipeline is safe for concurrent use.
type Pipeline uint8

const (
	// Bert is the pipeline of Hugging Face's GPT-1 tokenizer. It loses case, accents
	// and line breaks. It is the default.
	Bert Pipeline = iota

	// Original is the pipeline of the training code of 2018. It repairs broken encodings, keeps
	// accents and line breaks, and splits words by rules for English.
	Original
)

// pipelineNames are the names of the pipelines, in order.
var pipelineNames = [...]string{Bert: "bert", Original: "original"}

// String is the name of the pipeline, as [ParsePipeline] reads it.
func (p Pipeline) String() string {
	if int(p) >= len(pipelineNames) {
		return "unknown"
	}
	return pipelineNames[p]
}

// ParsePipeline returns the pipeline with that name, bert or original.
func ParsePipeline(name string) (Pipeline, error) {
	for p, known := range pipelineNames {
		if name == known {
			return Pipeline(p), nil
		}
	}
	return 0, errors.Errorf("unknown tokenizer pipeline %q: want %s or %s", name, Bert, Original)
}

// Pipeline is the pipeline of the tokenizer.
func (t *Tokenizer) Pipeline() Pipeline { return t.pipeline }

// WithPipeline returns a tokenizer with the same vocabulary and the given pipeline.
func (t *Tokenizer) WithPipeline(p Pipeline) *Tokenizer {
	if t.pipeline == p {
		return t
	}
	return t.vocabulary.tokenizer(p)
}
