package export

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/tokenizer"
)

// snippet returns Python code that uses the folder of that name, and Hugging Face's name for what the model
// does.
func snippet(name, class string, m *gpt1.Model, spec finetune.Spec) (code, pipeline string, err error) {
	quoted, err := json.Marshal(name) // which Python reads, too
	if err != nil {
		return "", "", errors.Wrap(err, cardFile)
	}
	lines := []string{
		"import torch",
		fmt.Sprintf("from transformers import %s, OpenAIGPTTokenizerFast", class),
		"",
		fmt.Sprintf("model = %s.from_pretrained(%s)", class, quoted),
		fmt.Sprintf("tokenizer = OpenAIGPTTokenizerFast.from_pretrained(%s)", quoted),
	}
	switch class {
	case gpt1.ClassificationModel:
		pipeline = "text-classification"
		bias, err := json.Marshal(m.Store.Param("head.bias").Value)
		if err != nil {
			return "", "", errors.Wrap(err, cardFile)
		}
		texts := spec.Task.Task().Fields().Texts
		lines = append(lines, encode(texts)...)
		lines = append(lines,
			fmt.Sprintf("bias = torch.tensor(%s)  # which the class has no place for", bias),
			fmt.Sprintf("logits = model(torch.tensor([encode(%s)])).logits[0] + bias", strings.Join(texts, ", ")))
		if len(spec.Thresholds) > 0 {
			thresholds, err := json.Marshal(spec.Thresholds)
			if err != nil {
				return "", "", errors.Wrap(err, cardFile)
			}
			logit := "logits[i]"
			if spec.Temperature != 0 {
				logit = fmt.Sprintf("(logits[i] / %v)", spec.Temperature)
			}
			lines = append(lines, fmt.Sprintf("print([model.config.id2label[i] for i, t in enumerate(%s) if %s.sigmoid() >= t])", thresholds, logit))
		} else {
			lines = append(lines, "print(model.config.id2label[int(logits.argmax())])")
		}
	case gpt1.DoubleHeadsModel:
		pipeline = "multiple-choice"
		lines = append(lines, encode([]string{"context + question", "answer"})...)
		lines = append(lines,
			"def score(context, question, answer):",
			`    ids = encode(context + " " + question, answer)`,
			"    return model(torch.tensor([[ids]]), mc_token_ids=torch.tensor([[len(ids) - 1]])).mc_logits.item()")
	default:
		pipeline = "text-generation"
		lines = append(lines,
			`ids = tokenizer("one day", return_tensors="pt").input_ids`,
			"print(tokenizer.decode(model.generate(ids)[0]))")
	}
	return strings.Join(lines, "\n") + "\n", pipeline, nil
}

// encode defines how texts become the ids that the head was trained on.
func encode(texts []string) []string {
	args, ids := "text", "*tokenizer(text).input_ids"
	if len(texts) > 1 {
		args, ids = "first, second", fmt.Sprintf("*tokenizer(first).input_ids, special(%q), *tokenizer(second).input_ids", tokenizer.Delimiter)
	}
	return []string{
		"special = tokenizer.convert_tokens_to_ids",
		fmt.Sprintf("def encode(%s):", args),
		fmt.Sprintf("    return [special(%q), %s, special(%q)]", tokenizer.Start, ids, tokenizer.Classify),
	}
}
