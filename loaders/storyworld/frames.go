package storyworld

import (
	"slices"
	"strings"
	"sync"

	"github.com/pkg/errors"
)

// frame is a kind of event or fact, with the ways of saying it.
type frame struct {
	name   string
	effect []string              // what the header names: a feeling, or a fact and its roles
	cores  map[string][]template // by how they say it
	forms  map[Split]map[string][]form
}

// form is a template of one split: a core of the frame and how it begins.
type form struct {
	opening string // "": as the core does
	core    template
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

func parseFrames(text string) ([]*frame, error) {
	var list []*frame
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if header, ok := strings.CutPrefix(line, "== "); ok {
			fields := strings.Fields(header)
			list = append(list, &frame{name: fields[0], effect: fields[1:], cores: map[string][]template{}})
			continue
		}
		how, sentence, found := strings.Cut(line, " ")
		if !found || len(list) == 0 {
			return nil, errors.Errorf("line %d: want how and the sentence after a header: %q", i+1, line)
		}
		t, err := parseTemplate(sentence)
		if err != nil {
			return nil, errors.WithMessagef(err, "line %d", i+1)
		}
		f := list[len(list)-1]
		f.cores[how] = append(f.cores[how], t)
	}
	for _, f := range list {
		f.deal()
	}
	return list, nil
}

// hands says which split gets which of ten templates.
var hands = [10]Split{
	pretraining, Train, pretraining, Dev, pretraining, Train, pretraining, pretraining, Test, pretraining,
}

// plainWeight is how often a form without an opening is drawn for each time that one with
// a certain opening is.
const plainWeight = 40

// deal gives each pair of an opening and a core to one split: six of ten to pre-training,
// two to train, one each to dev and test. So no split has a template of another, but
// each knows every core and every opening from other templates.
func (f *frame) deal() {
	f.forms = map[Split]map[string][]form{}
	for how, cores := range f.cores {
		openings := words().fillers["opening"]
		switch {
		case how == because:
			openings = words().fillers["reason"]
		case how[0] == '?':
			openings = words().fillers["asking"]
		}
		for i, core := range cores {
			for j, opening := range openings {
				if how != because && core.says(opening) {
					continue // "that day", twice in a sentence
				}
				weight := 1
				if opening == "plain" {
					opening, weight = "", plainWeight
				}
				split := hands[(3*i+j)%len(hands)]
				if f.forms[split] == nil {
					f.forms[split] = map[string][]form{}
				}
				for range weight {
					f.forms[split][how] = append(f.forms[split][how], form{opening, core})
				}
			}
		}
	}
}

// has reports whether a frame can be said so in a split.
func (f *frame) has(split Split, how string) bool { return len(f.forms[split][how]) > 0 }

// mentions reports whether any core has a slot for the role.
func (f *frame) mentions(role string) bool {
	for _, cores := range f.cores {
		for _, core := range cores {
			if slices.ContainsFunc(core, func(s segment) bool { return s.head == role }) {
				return true
			}
		}
	}
	return false
}
