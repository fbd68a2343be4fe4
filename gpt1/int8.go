package gpt1

import (
	"encoding/json"

	"github.com/pkg/errors"

	"gorgpt/internal/kernels"
)

// quantization is the key quantization_config of the config.json of a model whose matrices are int8.
// docs/inference.md describes its files. Hugging Face's tools know the key, but neither this method
// nor the value of model_type, so that they do not take the integers for weights.
type quantization struct {
	Method string `json:"quant_method"`
	Group  int    `json:"group_size"` // consecutive weights of a row that share a scale
}

// IsInt8 reports whether a config.json is that of a model with weights in int8. It is an error if
// the weights are quantized in another way.
func IsInt8(config []byte) (bool, error) {
	var h struct {
		ModelType string        `json:"model_type"`
		Q         *quantization `json:"quantization_config"`
	}
	if err := json.Unmarshal(config, &h); err != nil {
		return false, errors.Wrap(err, "config.json")
	}
	switch {
	case h.Q == nil && h.ModelType != int8Type:
		return false, nil
	case h.Q == nil:
		return false, errors.Errorf("config.json: model_type is %s, but quantization_config is missing", int8Type)
	case h.Q.Method != int8Type || h.ModelType != int8Type:
		return false, errors.Errorf("config.json: the weights are quantized: model_type is %.80q and quant_method is %.80q, and only %s is read: "+
			"use the model's weights from before", h.ModelType, h.Q.Method, int8Type)
	case h.Q.Group != kernels.Group:
		return false, errors.Errorf("config.json: group_size is %d, not %d", h.Q.Group, kernels.Group)
	}
	return true, nil
}
