package zeroshot

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/regular"
)

// Pair is a minimal pair: a grammatical sentence, and one that differs as little as possible and is not.
// A Pair is safe for concurrent use as long as nothing changes it.
type Pair struct{ Good, Bad string }

// Paradigm is a file of BLiMP (Warstadt et al. 2020): minimal pairs that test the same thing.
// A Paradigm is safe for concurrent use as long as nothing changes it.
type Paradigm struct {
	Name   string // UID in the file
	Field  string // such as syntax
	Term   string // linguistics_term, such as island_effects
	Pairs  []Pair
	Digest string // of the file's content
}

// ReadBLiMP reads the files *.jsonl in a folder, a paradigm each, in the order of their names.
func ReadBLiMP(dir string) ([]Paradigm, error) {
	names, err := filepath.Glob(filepath.Join(escaped(dir), "*.jsonl"))
	if err != nil {
		return nil, errors.Wrap(err, dir)
	}
	if len(names) == 0 {
		if _, err := os.Stat(dir); err != nil {
			return nil, errors.Wrap(err, "BLiMP")
		}
		return nil, errors.Errorf("%s has no files *.jsonl: BLiMP's folder of data has one for each paradigm", dir)
	}
	var all []Paradigm
	for _, name := range names {
		data, err := regular.ReadFile(name, "minimal pairs", 1<<28)
		if err != nil {
			return nil, errors.Wrap(err, "BLiMP")
		}
		p, err := parseParadigm(data)
		if err != nil {
			return nil, errors.WithMessage(err, name)
		}
		if i := slices.IndexFunc(all, func(q Paradigm) bool { return q.Name == p.Name }); i >= 0 {
			return nil, errors.Errorf("%s: an earlier file has the UID %s, too", name, p.Name)
		}
		all = append(all, p)
	}
	return all, nil
}

// escaped returns a path in which Glob finds no pattern. Windows has no escapes, and no * in names.
func escaped(path string) string {
	if os.PathSeparator != '/' {
		return path
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// parseParadigm parses a file of pairs, one a line.
func parseParadigm(data []byte) (p Paradigm, err error) {
	sum := sha256.Sum256(data)
	p.Digest = hex.EncodeToString(sum[:8])
	for number, line := range bytes.Split(data, []byte("\n")) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		var x struct {
			Good  string `json:"sentence_good"`
			Bad   string `json:"sentence_bad"`
			Field string `json:"field"`
			Term  string `json:"linguistics_term"`
			UID   string `json:"UID"`
		}
		if err := json.Unmarshal(line, &x); err != nil {
			return p, errors.Wrapf(err, "line %d: it must be a JSON object with a pair", number+1)
		}
		x.Field = strings.ReplaceAll(x.Field, "_", "/") // the published files spell one field in two ways
		for _, field := range [][2]string{
			{"sentence_good", x.Good}, {"sentence_bad", x.Bad}, {"field", x.Field}, {"linguistics_term", x.Term}, {"UID", x.UID},
		} {
			if strings.TrimSpace(field[1]) == "" {
				return p, errors.Errorf("line %d: %s is missing or empty", number+1, field[0])
			}
		}
		if len(p.Pairs) == 0 {
			p.Name, p.Field, p.Term = x.UID, x.Field, x.Term
		}
		if x.UID != p.Name || x.Field != p.Field || x.Term != p.Term {
			return p, errors.Errorf("line %d: UID, field and linguistics_term are %s, %s and %s, but %s, %s and %s before: a file must have one paradigm",
				number+1, x.UID, x.Field, x.Term, p.Name, p.Field, p.Term)
		}
		p.Pairs = append(p.Pairs, Pair{x.Good, x.Bad})
	}
	if len(p.Pairs) == 0 {
		return p, errors.New("the file has no pairs")
	}
	return p, nil
}
