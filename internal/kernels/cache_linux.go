package kernels

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// secondLevelCache returns the bytes of the second-level cache of the first core, 0 if the system
// does not say.
func secondLevelCache() int { return cacheIn("/sys/devices/system/cpu/cpu0/cache") }

// cacheIn is [secondLevelCache] in a folder of Linux, which has one of its own for each cache.
func cacheIn(folder string) int {
	for i := range 8 {
		read := func(name string) string {
			text, _ := os.ReadFile(filepath.Join(folder, "index"+strconv.Itoa(i), name)) // missing is empty, and so unknown
			return strings.TrimSpace(string(text))
		}
		if read("level") == "2" && read("type") != "Instruction" {
			return cacheBytes(read("size"))
		}
	}
	return 0
}

// cacheBytes reads a size as Linux writes it, such as 512K. It is 0 for anything else.
func cacheBytes(size string) int {
	const most = 1 << 20 // KB
	number, ok := strings.CutSuffix(size, "K")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 0 || n > most {
		return 0
	}
	return n << 10
}
