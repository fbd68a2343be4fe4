package draw

import "gorgpt/graph"

// Data is a graph with all that is known of it, for a page that draws it. Its figures are those of [WriteSummary] and
// [Times.WriteCSV]. Data are safe for concurrent use as long as nothing changes them.
type Data struct {
	Title        string     `json:"title"`
	Nodes        []DataNode `json:"nodes"`
	Parts        []*Part    `json:"parts"` // each before those in it
	Whole        *Part      `json:"whole"`
	Runs         int        `json:"runs"` // that were measured; 0: none
	Milliseconds float64    `json:"ms"`   // of a run
}

// DataNode is a node of [Data]. A DataNode is safe for concurrent use as long as nothing changes it.
type DataNode struct {
	Name     string    `json:"name"`
	Kind     string    `json:"kind"` // the operation
	Role     string    `json:"role"`
	Pass     Pass      `json:"pass"`
	Scope    []string  `json:"scope"`
	Note     string    `json:"note,omitempty"`
	Shape    string    `json:"shape"`
	Drawn    bool      `json:"drawn"` // false: a random input, which the operations with dropout imply
	Equation string    `json:"equation,omitempty"`
	In       []Operand `json:"in"`
	Figures
	Rates
}

// Operand is a node that another node reads. An Operand is safe for concurrent use.
type Operand struct {
	Node int    `json:"node"` // index among the nodes
	Role string `json:"role,omitempty"`
}

// NewData describes a graph. times may be nil.
func NewData(title string, nodes []graph.Info, times *Times) *Data {
	d := &Data{Title: title, Parts: parts(nodes, nil, times), Whole: whole(nodes, times)}
	if times != nil {
		d.Runs, d.Milliseconds = times.Runs, times.Milliseconds()
	}
	for _, x := range nodes {
		n := DataNode{
			Name: x.Name, Kind: x.Kind, Role: string(x.Role), Pass: passOf(x.Role), Scope: append([]string{}, x.Scope...), Note: x.Note, Shape: shape(x), Drawn: !undrawn(x),
			Equation: Equation(x.Kind), In: []Operand{},
		}
		n.add(x, times)
		if times != nil && x.Calls > 0 {
			n.Rates = ratesOf(x)
		}
		for _, in := range x.In {
			n.In = append(n.In, Operand(in))
		}
		d.Nodes = append(d.Nodes, n)
	}
	return d
}
