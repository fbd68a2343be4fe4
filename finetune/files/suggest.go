package files

import (
	"slices"
	"strings"

	"gorgpt/loaders/tables"
	"gorgpt/train"
)

// Common names of columns that are not texts.
var (
	labelNames  = []string{"label", "labels", "gold", "gold_label", "class", "target", "category", "score", "sentiment", "y"}
	answerNames = []string{"answers", "options", "choices", "endings", "candidates"}
	idNames     = []string{"id", "idx", "index", "guid"}
)

// suggest adds a value for Fields to an error about a file that lacks columns.
func (o ownFile) suggest(err error, path string) error {
	if err == nil {
		return nil
	}
	columns, failed := tables.Columns(path, tables.ByName)
	if failed != nil {
		return err
	}
	if list := o.fieldsFor(columns); list != "" {
		return train.BadOption("%v; try {Fields} %s", err, list)
	}
	return err
}

// fieldsFor proposes a value of Fields for the columns of a file. It returns "" if no column is
// missing or if the columns cannot be identified.
func (o ownFile) fieldsFor(columns []string) string {
	names, wanted := o.named()
	task := o.task.Task().Fields()
	free := slices.Clone(columns)
	found := make([]string, len(names))
	fits := func(pass int, name, wanted, column string) bool {
		lower := strings.ToLower(column)
		switch pass {
		case 0:
			return column == wanted
		case 1:
			return strings.EqualFold(column, name)
		case 2:
			return name == task.Label && slices.Contains(labelNames, lower) || name == task.Answers && slices.Contains(answerNames, lower)
		}
		return name != task.Answers && !slices.Contains(idNames, lower) && !slices.Contains(labelNames, lower)
	}
	for pass := range 4 {
		for i, name := range names {
			at := slices.IndexFunc(free, func(column string) bool { return fits(pass, name, wanted[i], column) })
			if found[i] == "" && at >= 0 {
				found[i] = free[at]
				free = slices.Delete(free, at, at+1)
			}
		}
	}
	if slices.Equal(found, wanted) {
		return ""
	}
	var list []string
	for i, name := range names {
		if found[i] == "" || strings.ContainsAny(found[i], "=,+ \t\n'\"$&;|<>()*?#\\") {
			return ""
		}
		if found[i] != name {
			list = append(list, name+"="+found[i])
		}
	}
	return strings.Join(list, ",")
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
