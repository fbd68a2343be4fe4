package finetune

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/regular"
	"gorgpt/loaders"
)

// SplitFile is the file of a run folder that says which rows of the training file are held out.
const SplitFile = "split.tsv"

// mostSplit is the greatest size of a split.tsv in bytes.
const mostSplit = 1 << 30

// Held says which part each row of a divided file belongs to, by the number of the row in its file.
// A Held is safe for concurrent use as long as nothing changes it.
type Held map[int]int

// partNames are the parts in split.tsv.
var partNames = [3]string{"train", "dev", "test"}

// heldOut returns the parts of the rows, by their numbers in the training files.
func (d *Data) heldOut(rows [3][]loaders.Row) Held {
	h, number := Held{}, numbering(d.Accounts[0])
	for part, some := range rows {
		for _, row := range some {
			h[number(row)] = part
		}
	}
	return h
}

// TSV returns the content of split.tsv: a line for each row that is used, in the order of the file.
func (h Held) TSV() []byte {
	numbers := make([]int, 0, len(h))
	for n := range h {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	var b bytes.Buffer
	b.WriteString("row\tpart\n")
	for _, n := range numbers {
		fmt.Fprintf(&b, "%d\t%s\n", n, partNames[h[n]])
	}
	return b.Bytes()
}

// ReadHeld reads the split.tsv of a run folder.
func ReadHeld(dir string) (Held, error) {
	path := filepath.Join(dir, SplitFile)
	data, err := regular.ReadFile(path, "the split of the rows", mostSplit)
	if err != nil {
		return nil, err
	}
	h, err := ParseHeld(string(data))
	return h, errors.WithMessage(err, path)
}

// ParseHeld parses the content of split.tsv.
func ParseHeld(data string) (Held, error) {
	lines := strings.Split(strings.TrimSuffix(data, "\n"), "\n")
	if lines[0] != "row\tpart" {
		return nil, errors.New("line 1: it must be row and part, with a tab between them")
	}
	h := Held{}
	for i, line := range lines[1:] {
		number, name, _ := strings.Cut(line, "\t")
		n, err := strconv.Atoi(number)
		part := slices.Index(partNames[:], name)
		if err != nil || n < 1 || part < 0 {
			return nil, errors.Errorf("line %d: it must be the number of a row, a tab, and train, dev or test, not %q", i+2, line[:min(len(line), 40)])
		}
		if _, found := h[n]; found {
			return nil, errors.Errorf("line %d: row %d occurs twice", i+2, n)
		}
		h[n] = part
	}
	return h, nil
}

// Divide divides the training rows as [Data.Split] has done in an earlier run.
func (d *Data) Divide(h Held, split string) error {
	parts, err := parseSplit(split)
	if err != nil {
		return err
	}
	to, number := make([]int, len(d.Train)), numbering(d.Accounts[0])
	for i, row := range d.Train {
		part, found := h[number(row)]
		if !found {
			return errors.Errorf("%s: row %d of %s is missing: did the rows change since the run began?", SplitFile, number(row), d.Name)
		}
		to[i] = part
	}
	if len(h) != len(d.Train) {
		return errors.Errorf("%s has %d rows, but %s has %d that can be used: did the rows change since the run began?", SplitFile, len(h), d.Name, len(d.Train))
	}
	return d.divide(to, split, "as when the run began", parts)
}
