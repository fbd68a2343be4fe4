package layers

import "gorgpt/graph"

// LSTM is a recurrent layer of U units and a projection back to the width of the model. Its
// weights have the names and shapes of PyTorch's nn.LSTM, so matrices are [out in].
// An LSTM is safe for concurrent use as long as nothing changes it.
type LSTM struct {
	WIH, WHH *graph.Param // [4U C], [4U U]
	BIH, BHH *graph.Param // [4U], [4U]
	Drop     graph.Drop   // on the states, before the projection
	Proj     Linear       // [U C]
}

// Forward maps [B T C] to [B T C].
func (l *LSTM) Forward(x graph.Node) graph.Node {
	return l.Proj.Forward(l.states(x.Axes("… T C"))).Axes("… T C")
}

// states maps [B T C] to [B T U].
func (l *LSTM) states(x graph.Node) graph.Node {
	g := x.Graph()
	defer g.ScopeOf(l.WIH)()
	return x.LSTM(g.Param(l.WIH), g.Param(l.WHH), g.Param(l.BIH), g.Param(l.BHH)).Dropout(l.Drop).Axes("… T U")
}
