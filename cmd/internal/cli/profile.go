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

// Profiled calls work and writes profiles of it to the folder dir: cpu.pprof and heap.pprof, for
// go tool pprof. Only the first rank writes profiles. If dir is "", Profiled only calls work.
func Profiled(g *dist.Group, dir string, work func() error) error {
	if dir == "" || !g.First() {
		return work()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return errors.Wrap(err, "-profile")
	}
	var cpu bytes.Buffer // a few hundred kilobytes, however long the work takes
	if err := pprof.StartCPUProfile(&cpu); err != nil {
		return errors.Wrap(err, "-profile")
	}
	workErr := work()
	pprof.StopCPUProfile()
	files := ProfileFiles(dir)
	err := atomicfile.WriteFile(files[0].Path, cpu.Bytes())
	if err == nil {
		runtime.GC() // so that the profile has only memory in use
		err = atomicfile.Write(files[1].Path, pprof.WriteHeapProfile)
	}
	if workErr != nil {
		return workErr
	}
	return errors.Wrap(err, "-profile")
}

// ProfileFiles returns the files that [Profiled] writes to a folder.
func ProfileFiles(dir string) []outfile.Name {
	if dir == "" {
		return nil
	}
	return []outfile.Name{{Flag: "-profile", Path: filepath.Join(dir, "cpu.pprof")}, {Flag: "-profile", Path: filepath.Join(dir, "heap.pprof")}}
}
