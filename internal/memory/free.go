package memory

import (
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/shirou/gopsutil/v4/mem"
)

// Free is the number of bytes that can be allocated without swapping or being killed.
func Free() (int64, error) {
	machine, err := mem.VirtualMemory()
	if err != nil {
		return 0, errors.Wrap(err, "asking the system for the free memory")
	}
	free := int64(min(machine.Available, math.MaxInt64))
	if container, limited := containerFree("/sys/fs/cgroup"); limited {
		free = min(free, container)
	}
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		free = min(free, limit-inUse())
	}
	return max(free, 0), nil
}

// inUse is the number of bytes that count towards the limit of the Go runtime.
func inUse() int64 {
	all := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(all)
	return int64(all[0].Value.Uint64() - all[1].Value.Uint64())
}

// containerFree is the memory that is left below the limit of a Linux control group, version 2 or
// 1. Cached files count as free, since the system drops them when memory is short.
func containerFree(root string) (free int64, limited bool) {
	for _, v := range []struct{ limit, used, stat, cached string }{
		{"memory.max", "memory.current", "memory.stat", "inactive_file"},
		{"memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"},
	} {
		limit, ok := number(filepath.Join(root, v.limit))
		if !ok {
			continue
		}
		used, ok := number(filepath.Join(root, v.used))
		if !ok {
			continue
		}
		return limit - used + cached(filepath.Join(root, v.stat), v.cached), true
	}
	return 0, false
}

// number reads a file with one number. It returns false for "max", which means no limit.
func number(path string) (int64, bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
	return n, err == nil
}

// cached returns the number of a line "name number", or 0.
func cached(path, name string) int64 {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if key, value, _ := strings.Cut(strings.TrimSpace(line), " "); key == name {
			n, _ := strconv.ParseInt(value, 10, 64) // 0 if it is not a number
			return n
		}
	}
	return 0
}
