package checkpoint

import (
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/pkg/errors"

	"gorgpt/checkpoint/safetensors"
)

// shardPattern matches the names of files that hold a part of the weights.
var shardPattern = regexp.MustCompile(`^model-\d{5}-of-\d{5}\.safetensors$`)

// shards deals tensors out to files of at most so many bytes, in order, and returns the index of these
// files. If all fit into one file, or most is 0, it is model.safetensors and has no index.
func shards(tensors []safetensors.Tensor, most int64) (files map[string][]safetensors.Tensor, index []byte, err error) {
	var parts [][]safetensors.Tensor
	var total, size int64
	for _, t := range tensors {
		bytes := t.Bytes()
		if total += bytes; len(parts) == 0 || most > 0 && size+bytes > most {
			parts, size = append(parts, nil), 0
		}
		size += bytes
		parts[len(parts)-1] = append(parts[len(parts)-1], t)
	}
	switch n := len(parts); {
	case n == 1:
		return map[string][]safetensors.Tensor{WeightsFile: tensors}, nil, nil
	case n > maxShards:
		return nil, nil, errors.Errorf("in files of at most %d bytes, the weights are %d files: there may be %d", most, n, maxShards)
	}
	files, of := map[string][]safetensors.Tensor{}, map[string]string{}
	for i, part := range parts {
		name := fmt.Sprintf("model-%05d-of-%05d.safetensors", i+1, len(parts))
		files[name] = part
		for _, t := range part {
			of[t.Name()] = name
		}
	}
	index, err = json.MarshalIndent(map[string]any{"metadata": map[string]any{"total_size": total}, "weight_map": of}, "", "  ")
	return files, append(index, '\n'), errors.Wrap(err, indexFile)
}
