//go:build !unix

package shards

import "os"

// mapFile returns nil: on this system files are read in parts.
func mapFile(*os.File, int64) storage { return nil }
