package tables

import (
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders/charset"
)

// Format is the layout of a text table. An empty value is recognised when the file is read.
// A Format is safe for concurrent use.
type Format struct {
	Encoding  string // utf-8, utf-16le, utf-16be or windows-1252
	Delimiter string // of columns: comma, semicolon, tab or bar
	Quotes    string // csv: as in RFC 4180; none: quotes have no meaning
	Header    string // yes or no: whether the first line has the names of the columns
}

// encodingNames are the values of Format.Encoding.
var encodingNames = map[string]charset.Encoding{
	"utf-8": charset.UTF8, "utf-16le": charset.UTF16LE, "utf-16be": charset.UTF16BE, "windows-1252": charset.Windows1252,
}

// setting is a part of a format and its possible values.
type setting struct {
	name   string
	value  *string
	values []string
}

func (f *Format) settings() []setting {
	var marks []string
	for _, s := range separators {
		marks = append(marks, s.one)
	}
	return []setting{
		{"encoding", &f.Encoding, []string{"utf-8", "utf-16le", "utf-16be", "windows-1252"}},
		{"delimiter", &f.Delimiter, marks},
		{"quotes", &f.Quotes, []string{"csv", "none"}},
		{"header", &f.Header, []string{"yes", "no"}},
	}
}

// String returns the format as [ParseFormat] reads it.
func (f Format) String() string {
	var all []string
	for _, s := range f.settings() {
		if *s.value != "" {
			all = append(all, s.name+"="+*s.value)
		}
	}
	return strings.Join(all, ",")
}

// ParseFormat parses a list such as delimiter=tab,header=no.
func ParseFormat(list string) (Format, error) {
	var f Format
	if strings.TrimSpace(list) == "" {
		return f, nil
	}
	settings := f.settings()
	for _, pair := range strings.Split(list, ",") {
		name, value, _ := strings.Cut(pair, "=")
		name, value = strings.TrimSpace(name), strings.ToLower(strings.TrimSpace(value))
		at := slices.IndexFunc(settings, func(s setting) bool { return s.name == name })
		switch {
		case at < 0:
			return f, errors.Errorf("%q is not a part of a table's layout: write encoding=…, delimiter=…, quotes=… or header=…", pair)
		case !slices.Contains(settings[at].values, value):
			return f, errors.Errorf("%s is %q: it must be one of %s", name, value, strings.Join(settings[at].values, ", "))
		case *settings[at].value != "":
			return f, errors.Errorf("%s is given twice", name)
		}
		*settings[at].value = value
	}
	return f, nil
}

// mark is the separator of columns.
func (f Format) mark() string {
	for _, s := range separators {
		if s.one == f.Delimiter {
			return s.mark
		}
	}
	return "\t"
}
