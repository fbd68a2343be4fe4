package pretrain

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/train"
)

// Command is what run.json calls these runs.
const Command = "train"

// Newest is the folder in [train.Runs] whose pre-training was completed last, or "".
func Newest() (string, error) {
	entries, err := os.ReadDir(train.Runs)
	if err != nil && !os.IsNotExist(err) {
		return "", errors.Wrap(err, "looking for a pre-trained model")
	}
	newest, at := "", time.Time{}
	for _, entry := range entries {
		dir := filepath.Join(train.Runs, entry.Name())
		weights, err := os.Stat(filepath.Join(dir, checkpoint.WeightsFile))
		if err == nil && completed(dir) && weights.ModTime().After(at) {
			newest, at = dir, weights.ModTime()
		}
	}
	return newest, nil
}

// NewestOrNew is the folder of the newest completed run or, with none, that of a new
// one by these settings.
func NewestOrNew(ctx context.Context, s *Settings, con train.Console) (dir string, err error) {
	if dir, err = Newest(); err != nil || dir != "" {
		return dir, err
	}
	fmt.Fprintf(con.Out, "no completed pre-training under %s/, so %s is pre-trained first, as go run ./cmd/train does\n", train.Runs, s.Preset)
	dir, err = Run(ctx, s, con)
	return dir, errors.WithMessage(err, "pre-training")
}

// completed tells whether a folder is of pre-training that ran to its end. One whose
// record cannot be read is not. Records once did not tell; then the sample does, which
// is written last.
func completed(dir string) bool {
	data, err := os.ReadFile(filepath.Join(dir, train.RecordFile))
	if err != nil {
		return false
	}
	var run struct {
		Command   string
		Completed *bool
	}
	if err := json.Unmarshal(data, &run); err != nil || run.Command != Command {
		return false
	}
	if run.Completed == nil {
		_, err := os.Stat(filepath.Join(dir, sampleFile))
		return err == nil
	}
	return *run.Completed
}
