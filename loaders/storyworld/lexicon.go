package storyworld

import (
	"embed"
	"strings"
	"sync"

	"github.com/pkg/errors"
)

//go:embed text
var texts embed.FS

// lexicon is text/lexicon.txt: words by section, in the order of the file.
type lexicon struct {
	things   []thing              // without a look
	places   []place              //
	feelings map[string][]string  // words by kind
	pleasant map[string]bool      // of each kind of feeling
	kinds    []string             // of feelings, in the order of the file
	fillers  map[string][]string  // words by the name of a slot
	verbs    map[string][]string  // verbs that may stand for each other, by the name of a slot
	forms    map[string][2]string // past and participle of irregular verbs
}

// words is the lexicon. A mistake in the embedded file is one of ours, found by any test.
var words = sync.OnceValue(func() *lexicon {
	l, err := parseLexicon(mustRead("lexicon.txt"))
	if err != nil {
		panic(err)
	}
	return l
})

func mustRead(name string) string {
	data, err := texts.ReadFile("text/" + name)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func parseLexicon(text string) (*lexicon, error) {
	l := &lexicon{
		feelings: map[string][]string{}, pleasant: map[string]bool{}, fillers: map[string][]string{},
		verbs: map[string][]string{}, forms: map[string][2]string{},
	}
	for _, section := range strings.Split(withoutComments(text), "[")[1:] {
		header, members, found := strings.Cut(section, "]")
		if !found {
			return nil, errors.Errorf("section %q wants a closing bracket", section)
		}
		for _, member := range strings.Split(members, ",") {
			member = strings.ReplaceAll(strings.Join(strings.Fields(member), " "), "_", " ")
			if err := l.add(strings.Fields(header), member); err != nil {
				return nil, errors.WithMessage(err, "lexicon.txt")
			}
		}
	}
	return l, nil
}

func withoutComments(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// add enters one member of a section.
func (l *lexicon) add(section []string, member string) error {
	switch {
	case len(section) == 2 && section[0] == "thing":
		l.things = append(l.things, thing{noun: member, kind: section[1]})
	case len(section) == 2 && section[0] == "place":
		l.places = append(l.places, place{in: section[1], noun: member})
	case len(section) == 3 && section[0] == "feel":
		kind := section[1]
		if len(l.feelings[kind]) == 0 {
			l.kinds = append(l.kinds, kind)
		}
		l.feelings[kind], l.pleasant[kind] = append(l.feelings[kind], member), section[2] == "+"
	case len(section) == 2 && section[0] == "verb":
		l.verbs[section[1]] = append(l.verbs[section[1]], member)
	case len(section) == 1 && section[0] == "forms":
		f := strings.Fields(member)
		if len(f) != 3 {
			return errors.Errorf("%q: want base, past and participle", member)
		}
		l.forms[f[0]] = [2]string{f[1], f[2]}
	case len(section) == 1:
		l.fillers[section[0]] = append(l.fillers[section[0]], member)
	default:
		return errors.Errorf("%q: no such section: %v", member, section)
	}
	return nil
}
