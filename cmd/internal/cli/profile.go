package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"

	"github.com/pkg/errors"

	"gorgpt/dist"
	"gorgpt/internal/atomicfile"
	"gorgpt/internal/outfile"
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
	var cpu bytes.Buffer // of some hundred kilobytes, however long the work takes
	if err := pprof.StartCPUProfile(&cpu); err != nil {
		return errors.Wrap(err, "-profile")
	}
	workErr := work()
	pprof.StopCPUProfile()
	files := ProfileFiles(dir)
	err := atomicfile.WriteFile(files[0].Path, cpu.Bytes())
	if err == nil {
		runtime.GC() // so that only what is in use counts
		err = atomicfile.Write(files[1].Path, pprof.WriteHeapProfile)
	}
	if workErr != nil {
		return workErr
	}
	return errors.Wrap(err, "-profile")
}

// ProfileFiles are those that [Profiled] writes into a folder.
func ProfileFiles(dir string) []outfile.Name {
	if dir == "" {
		return nil
	}
	return []outfile.Name{{Flag: "-profile", Path: filepath.Join(dir, "cpu.pprof")}, {Flag: "-profile", Path: filepath.Join(dir, "heap.pprof")}}
}
