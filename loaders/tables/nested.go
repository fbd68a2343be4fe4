package tables

import (
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// leaf is a column of a Parquet file that holds values.
type leaf struct {
	name string

	// lists has the definition level of each list around the column, the outermost first. A value with
	// this level or a higher one is in the list, the level below means that the list is empty, and a
	// lower level means that there is no list.
	lists []int
}

// leaves are the columns of a file, in the order of the values of a row. A name is the path with dots,
// without the groups that only form lists and maps, such as list.element.
func leaves(root *parquet.Column) []leaf {
	var l leafFinder
	for _, c := range root.Columns() {
		l.find(c, []string{c.Name()}, nil)
	}
	return l.all
}

type leafFinder struct{ all []leaf }

// find adds the leaves of a named column inside the given lists.
func (l *leafFinder) find(c *parquet.Column, name []string, lists []int) {
	if c.Repeated() {
		lists = append(slices.Clone(lists), c.MaxDefinitionLevel())
	}
	children := c.Columns()
	switch {
	case c.Leaf():
		l.all = append(l.all, leaf{strings.Join(name, "."), lists})
	case !isWrapper(c):
		for _, child := range children {
			l.find(child, append(slices.Clone(name), child.Name()), lists)
		}
	case len(children[0].Columns()) == 1 && !isElement(c, children[0]):
		l.find(children[0].Columns()[0], name, append(slices.Clone(lists), children[0].MaxDefinitionLevel()))
	default:
		l.find(children[0], name, lists)
	}
}

// isWrapper reports whether a group only forms a list or a map: it is annotated as one, or its only
// child is repeated and has a usual name of such a child.
func isWrapper(c *parquet.Column) bool {
	if len(c.Columns()) != 1 || !c.Columns()[0].Repeated() {
		return false
	}
	if t := c.Type().LogicalType(); t != nil {
		return true
	}
	switch child := c.Columns()[0].Name(); child {
	case "list", "bag", "array", "key_value", "map":
		return true
	default:
		return child == c.Name()+"_tuple"
	}
}

// isElement reports whether the repeated child of a list is the element itself, as old programs wrote
// it, not a group around it.
func isElement(c, child *parquet.Column) bool {
	return child.Name() == "array" || child.Name() == c.Name()+"_tuple"
}

// parquetCells are the values of a row by column.
func parquetCells(row parquet.Row, columns []leaf) named {
	all := make(named, len(columns))
	for _, v := range row {
		column := columns[v.Column()]
		c := all[column.name]
		column.put(&c, v)
		all[column.name] = c
	}
	return all
}

// put adds a value to the cell of its column. A null inside a list keeps its place.
func (l leaf) put(c *cell, v parquet.Value) {
	for level, defined := range l.lists {
		if v.DefinitionLevel() < defined {
			*c = cell{form: other, text: "null"}
			if v.DefinitionLevel() == defined-1 {
				*c = cell{form: list, text: "a list"}
			}
			return
		}
		if c.form != list {
			*c = cell{form: list, text: "a list"}
		}
		if level+1 >= v.RepetitionLevel() || len(c.list) == 0 {
			c.list = append(c.list, cell{})
		}
		c = &c.list[len(c.list)-1]
	}
	*c = parquetCell(v)
}
