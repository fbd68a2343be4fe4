package storyworld

import (
	"strings"
	"sync"

	"github.com/pkg/errors"
)

// frame is a kind of event or fact, with the ways of saying it.
type frame struct {
	name   string
	effect []string // what the header names: a feeling, or a fact and its roles
	forms  map[Split]map[string][]template
}

// How a form says its frame, as the template files mark it. Questions are "?" and the
// role that they ask for.
const (
	asserted = "+"
	negated  = "-"
	wished   = "~"
	because  = "<"
)

// library is all that can be said.
type library struct {
	frames map[string]*frame
	deeds  []*frame // what people do to things
	causes []*frame // what makes people feel something
}

// phrases is the library of the embedded files.
var phrases = sync.OnceValue(func() *library {
	lib := &library{frames: map[string]*frame{}}
	for _, file := range []string{"deeds.txt", "facts.txt", "causes.txt", "asides.txt"} {
		list, err := parseFrames(mustRead(file))
		if err != nil {
			panic(errors.WithMessage(err, file))
		}
		for _, f := range list {
			if lib.frames[f.name] != nil {
				panic(errors.Errorf("%s: frame %s stands twice", file, f.name))
			}
			lib.frames[f.name] = f
		}
		switch file {
		case "deeds.txt":
			lib.deeds = list
		case "causes.txt":
			lib.causes = list
		}
	}
	return lib
})

var splitMarks = map[string]Split{"p": pretraining, "t": Train, "d": Dev, "e": Test}

func parseFrames(text string) ([]*frame, error) {
	var list []*frame
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if header, ok := strings.CutPrefix(line, "== "); ok {
			fields := strings.Fields(header)
			list = append(list, &frame{name: fields[0], effect: fields[1:], forms: map[Split]map[string][]template{}})
			continue
		}
		parts := strings.SplitN(line, " ", 3)
		if len(parts) < 3 || len(list) == 0 {
			return nil, errors.Errorf("line %d: want where, how and the sentence after a header: %q", i+1, line)
		}
		split, ok := splitMarks[parts[0]]
		if !ok {
			return nil, errors.Errorf("line %d: %q: want p, t, d or e", i+1, parts[0])
		}
		t, err := parseTemplate(parts[2])
		if err != nil {
			return nil, errors.WithMessagef(err, "line %d", i+1)
		}
		f := list[len(list)-1]
		if f.forms[split] == nil {
			f.forms[split] = map[string][]template{}
		}
		f.forms[split][parts[1]] = append(f.forms[split][parts[1]], t)
	}
	return list, nil
}

// has tells whether a frame can be said so in a split.
func (f *frame) has(split Split, how string) bool { return len(f.forms[split][how]) > 0 }

// mentions tells whether any form of a split has a slot for the role.
func (f *frame) mentions(split Split, role string) bool {
	for _, forms := range f.forms[split] {
		for _, t := range forms {
			for _, s := range t {
				if s.head == role {
					return true
				}
			}
		}
	}
	return false
}
