//go:build !unix

package shards

import "os"

// mapFile maps nothing: files are read piece by piece here.
func mapFile(*os.File, int64) storage { return nil }
