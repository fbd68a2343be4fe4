//go:build linux

package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// blas is the library that multiplies PyTorch's matrices.
type blas struct {
	name string
	slow bool // a reference BLAS, 20 times slower than the others, or one that is not known
}

// askBLAS is a Python program that multiplies two matrices, which loads the library, and prints how
// PyTorch was built and what is loaded.
const askBLAS = `import torch
torch.ones(64, 64) @ torch.ones(64, 64)
print(torch.__version__, torch.__config__.show(), open("/proc/self/maps").read(), sep="\n")`

// loadedBLAS runs Python to find its BLAS.
func loadedBLAS(python string) (blas, error) {
	out, err := exec.Command(python, "-c", askBLAS).CombinedOutput()
	if err != nil {
		return blas{}, errors.Errorf("%s cannot import torch (apt-get install python3-torch libopenblas0-pthread, or name another Python with -python): %v\n%s", python, err, out)
	}
	return findBLAS(string(out)), nil
}

// libraries are fast BLAS libraries by the beginnings of their files' names.
var libraries = []struct{ file, name string }{
	{"libopenblas", "OpenBLAS"}, {"libmkl", "MKL"}, {"libblis", "BLIS"}, {"libflexiblas", "FlexiBLAS"}, {"libatlas", "ATLAS"}, {"libarmpl", "Arm Performance Libraries"},
}

// mapped matches the file of a line of /proc/PID/maps, built the settings of a PyTorch with a BLAS linked into it.
var (
	mapped = regexp.MustCompile(`(?m)^[0-9a-f]+-[0-9a-f]+ .* (/\S+)$`)
	built  = regexp.MustCompile(`(?i)\bBLAS_INFO=(\w+)`)
)

// findBLAS finds the library in the output of askBLAS. Debian's libblas.so.3 is a link that may lead to OpenBLAS or BLIS,
// whose files are in folders named after them, or to the reference BLAS in the folder blas. A NumPy or SciPy from PyPI
// brings a library for itself, which PyTorch does not use.
func findBLAS(output string) blas {
	var files []string
	for _, line := range mapped.FindAllStringSubmatch(output, -1) {
		if path := line[1]; !strings.Contains(path, "numpy") && !strings.Contains(path, "scipy") {
			files = append(files, path)
		}
	}
	isReference := func(path string) bool {
		return strings.HasPrefix(filepath.Base(path), "libblas.so") && !strings.Contains(filepath.Base(filepath.Dir(path)), "-")
	}
	if i := slices.IndexFunc(files, isReference); i >= 0 {
		return blas{name: "a reference BLAS (" + files[i] + ")", slow: true}
	}
	for _, path := range files {
		for _, l := range libraries {
			if strings.HasPrefix(filepath.Base(path), l.file) {
				return blas{name: l.name + " (" + path + ")"}
			}
		}
	}
	if found := built.FindStringSubmatch(output); found != nil {
		switch name := strings.ToLower(found[1]); name {
		case "mkl", "open", "openblas", "blis":
			return blas{name: name + " (linked into PyTorch)"}
		}
	}
	return blas{name: "an unknown BLAS", slow: true}
}
