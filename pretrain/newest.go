package pretrain

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
)

// Newest is the folder in runs whose pre-training was completed last, or "".
func Newest(runs string) (string, error) {
	entries, err := os.ReadDir(runs)
	if err != nil && !os.IsNotExist(err) {
		return "", errors.Wrap(err, "looking for a pre-trained model")
	}
	newest, at := "", time.Time{}
	for _, entry := range entries {
		dir := filepath.Join(runs, entry.Name())
		weights, err := os.Stat(filepath.Join(dir, checkpoint.WeightsFile))
		if err == nil && isPretraining(dir) && weights.ModTime().After(at) {
			newest, at = dir, weights.ModTime()
		}
	}
	return newest, nil
}

// isPretraining tells whether a folder is of the train command. One whose run.json
// cannot be read is not.
func isPretraining(dir string) bool {
	data, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil {
		return false
	}
	var run struct {
		Command string `json:"command"`
	}
	return json.Unmarshal(data, &run) == nil && run.Command == "train"
}
