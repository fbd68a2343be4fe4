package generatecmd

import (
	"os"
	"runtime"
	"runtime/debug"
)

// mostGarbage is about how many bytes of garbage may pile up while text is written.
const mostGarbage = 4 << 20

// limitGarbage makes the garbage collector run more often, until undo. By default there may be as much
// garbage as there is memory in use, most of which is the model.
func limitGarbage() (undo func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	percent := debug.SetGCPercent(int(min(100, max(1, 100*mostGarbage/m.HeapAlloc))))
	return func() { debug.SetGCPercent(percent) }
}
