package cli

import (
	"gorgpt/finetune"
	"gorgpt/internal/outfile"
)

// RowFiles returns the files from which rows are read, with their flags.
func RowFiles(s finetune.Options) []outfile.Name {
	return []outfile.Name{{Flag: "-train", Path: s.Train}, {Flag: "-dev", Path: s.Dev}, {Flag: "-test", Path: s.Test}, {Flag: "-data", Path: s.Data}}
}
