package gpt1

import (
	"encoding/json"

	"github.com/pkg/errors"

	"gorgpt/internal/kernels"
)

// int8Method is the quant_method of models whose matrices are int8. docs/inference.md describes
// their files.
const int8Method = "gorgpt-int8"

// quantization is the key quantization_config of a config.json, in which Hugging Face's tools look
// for the method and, as they do not know this one, say so.
type quantization struct {
	Method string `json:"quant_method"`
	Group  int    `json:"group_size"` // consecutive weights of a row that share a scale
}

// IsInt8 reports whether a config.json is that of a model with weights in int8. It is an error if
// the weights are quantized in another way.
func IsInt8(config []byte) (bool, error) {
	var h struct {
		Q *quantization `json:"quantization_config"`
	}
	if err := json.Unmarshal(config, &h); err != nil {
		return false, errors.Wrap(err, "config.json")
	}
	switch {
	case h.Q == nil:
		return false, nil
	case h.Q.Method != int8Method:
		return false, errors.Errorf("config.json: quant_method is %.80q, not %s: use the model's weights from before they were quantized", h.Q.Method, int8Method)
	case h.Q.Group != kernels.Group:
		return false, errors.Errorf("config.json: group_size is %d, not %d", h.Q.Group, kernels.Group)
	}
	return true, nil
}
