package cli

import "gorgpt/internal/outfile"

// RowFiles returns the files from which rows are read, with their flags. It takes paths and no options, so that programs
// without rows need not contain their reader.
func RowFiles(train, dev, test, data string) []outfile.Name {
	return []outfile.Name{{Flag: "-train", Path: train}, {Flag: "-dev", Path: dev}, {Flag: "-test", Path: test}, {Flag: "-data", Path: data}}
}
