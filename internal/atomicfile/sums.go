package atomicfile

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/regular"
)

// SumsFile is the file of a folder with the checksums of the other files, in the format of sha256sum.
const SumsFile = "SHA256SUMS"

// CheckFolder reads the files of a folder and compares them with their checksums. A file
// without a checksum is an error.
func CheckFolder(path string) error {
	sums, err := readSums(path)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		if err := checkFile(filepath.Join(path, name), sums[name]); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return errors.Wrap(err, "comparing checksums")
	}
	for _, e := range entries {
		if _, known := sums[e.Name()]; !known && e.Name() != SumsFile {
			return errors.Errorf("%s has no checksum in %s", filepath.Join(path, e.Name()), SumsFile)
		}
	}
	return nil
}

// ReadChecked reads a small file of a folder, which must have its checksum.
func ReadChecked(dir, name string) ([]byte, error) {
	sums, err := readSums(dir)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, name)
	want, known := sums[name]
	if !known {
		return nil, errors.Errorf("%s has no checksum in %s", path, SumsFile)
	}
	data, err := regular.ReadFile(path, "checksums", 64<<20)
	if err != nil {
		return nil, errors.Wrap(err, "comparing checksums")
	}
	sum := sha256.Sum256(data)
	return data, compareSum(path, hex.EncodeToString(sum[:]), want)
}

// readSums reads the checksums of a folder, by the names of the files.
func readSums(dir string) (map[string]string, error) {
	path := filepath.Join(dir, SumsFile)
	lines, err := regular.ReadFile(path, "checksums", 64<<20)
	if err != nil {
		return nil, errors.Wrap(err, "reading the checksums")
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(lines)) {
		want, name, found := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !found || name != filepath.Base(name) {
			return nil, errors.Errorf("%s: the line %q is not the checksum of a file", path, line)
		}
		sums[name] = want
	}
	return sums, nil
}

func checkFile(path, want string) error {
	file, _, err := regular.Open(path, "file")
	if err != nil {
		return errors.Wrap(err, "comparing checksums")
	}
	defer file.Close() // only read from
	sum := sha256.New()
	if _, err := io.CopyBuffer(sum, struct{ io.Reader }{file}, make([]byte, bufferBytes)); err != nil {
		return errors.Wrapf(err, "reading %s", path)
	}
	return compareSum(path, hex.EncodeToString(sum.Sum(nil)), want)
}

func compareSum(path, got, want string) error {
	if got != want {
		return errors.Errorf("%s is damaged: its checksum is %s…, not %s…", path, got[:8], want[:min(8, len(want))])
	}
	return nil
}
