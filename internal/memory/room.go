package memory

import "github.com/pkg/errors"

// Room returns an error unless that many bytes of memory are free. If the system does not report
// its free memory, Room returns nil.
func Room(need int64) error {
	free, err := Free()
	if err == nil && need > free {
		return errors.Errorf("it needs %d MB of memory, but only %d MB are free", (need+999_999)/1_000_000, free/1_000_000)
	}
	return nil
}
