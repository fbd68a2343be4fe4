package memory

import (
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"slices"
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
	of, _ := os.ReadFile("/proc/self/cgroup") // there is none on other systems
	if group, limited := groupFree("/sys/fs/cgroup", string(of)); limited {
		free = min(free, group)
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

// groupFree is the memory that is left below the limits of Linux control groups, version 2 or 1: the one
// that the process is in, such as that of a service of systemd, and all around it. of is the text of
// /proc/self/cgroup. In a container, its group may be the root of what can be seen. Cached files count as
// free, since the system drops them when memory is short.
func groupFree(root, of string) (free int64, limited bool) {
	free = math.MaxInt64
	for line := range strings.Lines(of + "0::/\n1:memory:/\n") {
		_, line, _ = strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, _ := strings.Cut(line, ":")
		dir, v := root, version2
		if slices.Contains(strings.Split(controllers, ","), "memory") {
			dir, v = filepath.Join(root, "memory"), version1
		} else if controllers != "" {
			continue
		}
		for group = filepath.Clean("/" + group); ; group = filepath.Dir(group) {
			if left, found := v.free(filepath.Join(dir, group)); found {
				free, limited = min(free, left), true
			}
			if group == "/" {
				break
			}
		}
	}
	return free, limited
}

// groupFiles are the names of the files of a control group, and of a line of the file stat.
type groupFiles struct{ limit, used, stat, cached string }

var (
	version2 = groupFiles{"memory.max", "memory.current", "memory.stat", "inactive_file"}
	version1 = groupFiles{"memory.limit_in_bytes", "memory.usage_in_bytes", "memory.stat", "total_inactive_file"}
)

// free is the memory that is left below the limit of a group, if it has one.
func (v groupFiles) free(dir string) (left int64, limited bool) {
	limit, found := number(filepath.Join(dir, v.limit))
	used, counted := number(filepath.Join(dir, v.used))
	return limit - used + cached(filepath.Join(dir, v.stat), v.cached), found && counted
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
