package files

import (
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders/ledger"
	"gorgpt/loaders/tables"
	"gorgpt/train"
)

// Common names of columns, in lower case, the likeliest first.
var (
	labelNames = []string{
		"label", "labels", "gold", "gold_label", "class", "target", "category", "score", "sentiment", "y",
		"team", "queue", "department", "intent", "topic", "tag", "tags", "type", "group", "priority", "rating",
	}
	answerNames = []string{"answers", "options", "choices", "endings", "candidates"}
	idNames     = []string{"id", "idx", "index", "guid", "key", "number", "no", "date", "time", "timestamp", "created", "url", "email"}
	titleNames  = []string{"subject", "title", "headline", "summary"}
	textNames   = []string{
		"text", "sentence", "body", "message", "content", "description", "comment", "review", "utterance", "document", "post", "tweet",
	}
)

// checkColumns returns an error if a table lacks columns, or has one of them twice. It proposes a value
// for Fields or, if the columns cannot be identified, shows the layout, which may be wrong.
func (o ownFile) checkColumns(path string, seen tables.Preview) error {
	names, wanted := o.named()
	switch all := namesOf(seen); {
	case seen.Format == (tables.Format{}):
	case len(all) == 0:
		return errors.Errorf("%s is empty", path)
	case strings.HasPrefix(all[0], "sep="):
		return errors.Errorf("%s: delete the first line, %s…, which is for spreadsheets only", path, all[0])
	default:
		for _, name := range append(strings.Split(strings.Join(wanted, "+"), "+"), o.fields.Keep...) {
			if n := count(all, name); n > 1 {
				return errors.Errorf("%s has %d columns called %s: rename all but one of them", path, n, name)
			}
		}
	}
	var missing, form []string
	for i, list := range wanted {
		for _, column := range strings.Split(list, "+") {
			if !has(seen, column) {
				missing = append(missing, column)
			}
		}
		form = append(form, names[i]+"=COLUMN")
	}
	if len(missing) == 0 || seen.Format == (tables.Format{}) {
		return nil
	}
	what := "a column " + missing[0]
	if n := len(missing) - 1; n > 0 {
		what = "columns " + strings.Join(missing[:n], ", ") + " and " + missing[n]
	}
	format, args := "%s needs %s, but has %s: ", []any{path, what, tables.Shortened(namesOf(seen))}
	instead := ""
	if seen.Format.Header == "no" {
		format = "%s needs %s, but seems to have no header line; its columns are called %s: "
		instead = ", or {Table} header=yes"
	}
	if list := o.fieldsFor(seen.Columns); list != "" {
		return train.BadOption(format+"try {Fields} %s"+instead, append(args, list)...)
	}
	return train.BadOption(format+"name them with {Fields} %s (the table was read as %s; {Table} changes that)", append(args, strings.Join(form, ","), seen.Format)...)
}

// count returns how often a name occurs.
func count(names []string, name string) (n int) {
	for _, other := range names {
		if other == name {
			n++
		}
	}
	return n
}

// suggest completes an error about the rows of a file: by a value for Fields if the first row lacks
// fields, or by what to do about broken rows.
func (o ownFile) suggest(err error, seen tables.Preview) error {
	switch list := o.fieldsFor(seen.Columns); {
	case err == nil:
		return nil
	case list != "":
		return train.BadOption("%v; try {Fields} %s", err, list)
	case !errors.As(err, new(ledger.TooManyError)):
		return err
	case seen.Format != (tables.Format{}):
		return train.BadOption("%v; correct them, allow more with {MaxBroken}, or set the layout with {Table}: the table was read as %s", err, seen.Format)
	}
	return train.BadOption("%v; correct them, or allow more with {MaxBroken}", err)
}

// fieldsFor proposes a value of Fields for the columns of a file, by their names and values. It returns
// "" if no column is missing or if the columns cannot be identified.
func (o ownFile) fieldsFor(all []tables.Column) string {
	names, wanted := o.named()
	if complete(all, wanted) {
		return ""
	}
	task := o.task.Task().Fields()
	free := slices.Clone(all)
	found := make([]string, len(names))
	for pass := range 6 {
		for i, name := range names {
			at := o.columnFor(pass, name, wanted[i], free)
			if found[i] != "" || at < 0 {
				continue
			}
			found[i] = free[at].Name
			free = slices.Delete(free, at, at+1)
			if len(task.Texts) == 1 && name == task.Texts[0] && pass > 1 {
				if title := slices.IndexFunc(free, func(c tables.Column) bool { return oneOf(titleNames, c.Name) }); title >= 0 {
					found[i] = free[title].Name + "+" + found[i]
					free = slices.Delete(free, title, title+1)
				}
			}
		}
	}
	return written(names, found)
}

// complete reports whether all wanted columns exist.
func complete(all []tables.Column, wanted []string) bool {
	for _, list := range wanted {
		for _, name := range strings.Split(list, "+") {
			if !has(tables.Preview{Columns: all}, name) {
				return false
			}
		}
	}
	return true
}

// written writes a value of Fields as it is typed in a shell. It returns "" if a column is missing or
// has a name that the value cannot contain.
func written(names, found []string) string {
	var list []string
	for i, name := range names {
		if found[i] == "" || strings.ContainsAny(found[i], "=,'\n") || strings.Count(found[i], "+") > 1 {
			return ""
		}
		if found[i] != name {
			list = append(list, name+"="+found[i])
		}
	}
	value := strings.Join(list, ",")
	if strings.ContainsAny(value, " \t\"$&;|<>()*?#!~`[]{}\\") {
		return "'" + value + "'"
	}
	return value
}

func oneOf(names []string, column string) bool {
	return slices.Contains(names, strings.ToLower(column))
}

// known returns the index of the column with the first of the names that there is; -1 if there is none.
func known(names []string, free []tables.Column, lists bool) int {
	for _, name := range names {
		at := slices.IndexFunc(free, func(c tables.Column) bool { return strings.EqualFold(c.Name, name) && (lists || !c.List) })
		if at >= 0 {
			return at
		}
	}
	return -1
}

// columnFor returns the index of the column for a field in a pass: by its exact name, by case, by common
// names, then by its values, then the first that is left; -1 if there is none.
func (o ownFile) columnFor(pass int, name, wanted string, free []tables.Column) int {
	task := o.task.Task().Fields()
	isText := slices.Contains(task.Texts, name)
	of := func(fits func(c tables.Column) bool) int { return slices.IndexFunc(free, fits) }
	switch {
	case pass == 0:
		return of(func(c tables.Column) bool { return c.Name == wanted })
	case pass == 1:
		return of(func(c tables.Column) bool { return strings.EqualFold(c.Name, name) })
	case pass == 2 && name == task.Label:
		return known(labelNames, free, false)
	case pass == 2 && name == task.Answers:
		return known(answerNames, free, true)
	case pass == 2 && len(task.Texts) == 1:
		return known(textNames, free, false)
	case pass == 3 && name == task.Label:
		return fewest(free)
	case pass == 4 && isText && len(task.Texts) == 1:
		return wordiest(free)
	case pass == 5 && name != task.Answers:
		return of(func(c tables.Column) bool {
			return !oneOf(idNames, c.Name) && !oneOf(labelNames, c.Name) && !c.List && (name != task.Label || repeats(c))
		})
	}
	return -1
}

// repeats reports whether a value occurs twice, or there are too few to tell.
func repeats(c tables.Column) bool {
	const few = 3
	distinct := map[string]bool{}
	for _, v := range c.Values {
		distinct[v] = true
	}
	return len(c.Values) < few || len(distinct) < len(c.Values)
}

// fewest returns the index of the column with the fewest different values, if they are short and most
// occur several times; -1 if there is none.
func fewest(free []tables.Column) int {
	best, least := -1, 0
	for i, c := range free {
		distinct := map[string]bool{}
		fits := !c.List && !oneOf(idNames, c.Name)
		for _, v := range c.Values {
			distinct[v] = true
			fits = fits && len(v) <= 40
		}
		n := len(distinct)
		if fits && n >= 2 && 2*n <= len(c.Values) && (best < 0 || n < least) {
			best, least = i, n
		}
	}
	return best
}

// wordiest returns the index of the column with the most words, if its values have more than two on
// average; -1 if there is none.
func wordiest(free []tables.Column) int {
	best, most := -1, 0
	for i, c := range free {
		words := 0
		for _, v := range c.Values {
			words += len(strings.Fields(v))
		}
		if !c.List && words > 2*len(c.Values) && words > most {
			best, most = i, words
		}
	}
	return best
}

// named returns the fields of the task and the columns that they should have. The label comes last.
func (o ownFile) named() (names, wanted []string) {
	task := o.task.Task().Fields()
	names, wanted = slices.Clone(task.Texts), slices.Clone(o.fields.Texts)
	if task.Answers != "" {
		names, wanted = append(names, task.Answers), append(wanted, o.fields.Answers)
	}
	if o.open == nil {
		names, wanted = append(names, task.Label), append(wanted, o.fields.Label)
	}
	return names, wanted
}
