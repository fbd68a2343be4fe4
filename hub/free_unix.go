//go:build linux || darwin || freebsd

package hub

import "golang.org/x/sys/unix"

// freeSpace is the number of bytes that this user can still write to the disk of a folder.
func freeSpace(dir string) (bytes int64, known bool) {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
