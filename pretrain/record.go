package pretrain

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/train"
)

// Command is what run.json calls these runs.
const Command = "train"

// Newest is the folder in [train.Runs] whose pre-training of this architecture, as in
// [Settings.Arch], was completed last, or "".
func Newest(arch string) (string, error) {
	entries, err := os.ReadDir(train.Runs)
	if err != nil && !os.IsNotExist(err) {
		return "", errors.Wrap(err, "looking for a pre-trained model")
	}
	newest, at := "", time.Time{}
	for _, entry := range entries {
		dir := filepath.Join(train.Runs, entry.Name())
		weights, err := os.Stat(filepath.Join(dir, checkpoint.WeightsFile))
		if err == nil && completed(dir, arch) && weights.ModTime().After(at) {
			newest, at = dir, weights.ModTime()
		}
	}
	return newest, nil
}

// NewestOrNew is the folder of the newest completed run or, with none, that of a new
// one by these settings.
func NewestOrNew(ctx context.Context, s *Settings, con train.Console) (dir string, err error) {
	newest, err := s.Group.Once(func() ([]byte, error) {
		dir, err := Newest(s.Arch)
		return []byte(dir), err
	})
	if err != nil || len(newest) > 0 {
		return string(newest), err
	}
	what, flags := "pre-training", ""
	if s.Arch != "" {
		what, flags = what+" of an "+strings.ToUpper(s.Arch), " -arch "+s.Arch
	}
	fmt.Fprintf(con.Out, "no completed %s under %s/, so %s is pre-trained first, as go run ./cmd/train%s does\n", what, train.Runs, s.name(), flags)
	dir, err = Run(ctx, s, con)
	return dir, errors.WithMessage(err, "pre-training")
}

// completed tells whether a folder is of pre-training of an architecture that ran to its end. One whose
// record cannot be read is not. Records once did not tell; then the sample does, which
// is written last.
func completed(dir, arch string) bool {
	data, err := os.ReadFile(filepath.Join(dir, train.RecordFile))
	if err != nil {
		return false
	}
	var run struct {
		Command   string
		Completed *bool
		Settings  struct{ Arch string }
	}
	if err := json.Unmarshal(data, &run); err != nil || run.Command != Command || run.Settings.Arch != arch {
		return false
	}
	if run.Completed == nil {
		_, err := os.Stat(filepath.Join(dir, sampleFile))
		return err == nil
	}
	return *run.Completed
}
