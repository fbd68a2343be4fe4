package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"

	"github.com/pkg/errors"

	"gorgpt/train/dist"
)

// Profiled does work and leaves what it took in the folder: cpu.pprof and heap.pprof, for
// go tool pprof; of several ranks, the first does. Without a folder it only does work.
func Profiled(g *dist.Group, dir string, work func() error) error {
	if dir == "" || !g.First() {
		return work()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return errors.Wrap(err, "-profile")
	}
	cpu, err := os.Create(filepath.Join(dir, "cpu.pprof"))
	if err != nil {
		return errors.Wrap(err, "-profile")
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		_ = cpu.Close() // the first error counts
		return errors.Wrap(err, "-profile")
	}
	workErr := work()
	pprof.StopCPUProfile()
	err = cpu.Close()
	if err == nil {
		err = writeHeap(filepath.Join(dir, "heap.pprof"))
	}
	if workErr != nil {
		return workErr
	}
	return errors.Wrap(err, "-profile")
}

func writeHeap(path string) error {
	heap, err := os.Create(path)
	if err != nil {
		return err
	}
	runtime.GC() // so that only what is in use counts
	err = pprof.WriteHeapProfile(heap)
	if closeErr := heap.Close(); err == nil {
		err = closeErr
	}
	return err
}
