package gpt1

import (
	"fmt"
	"strconv"
	"strings"

	"gorgpt/graph"
	"gorgpt/layers"
)

// Model is GPT-1: a shape and the parameters that the graphs of the model share.
// A Model is safe for concurrent use as long as only machines change its weights. The nodes
// that it declares belong to the graph.
type Model struct {
	Config
	Store  *graph.Store
	Embed  *layers.Embedding
	Blocks []*Block     // none in an LSTM
	LSTM   *layers.LSTM // in place of the blocks (section 5); nil in a Transformer
}

// Block is one decoder layer. GPT-1 normalises after each residual sum:
//
//	n = LN(x + dropout(Attn(x)))
//	y = LN(n + dropout(MLP(n)))
//
// A Block is safe for concurrent use like its Model.
type Block struct {
	Name     string // h.3
	Attn     *layers.Attention
	LN1      layers.LayerNorm
	AttnDrop graph.Drop
	MLP      *layers.MLP
	LN2      layers.LayerNorm
	MLPDrop  graph.Drop
}

// Forward maps [B T C] to [B T C].
func (b *Block) Forward(x graph.Node) graph.Node {
	defer x.Graph().Scope(b.Name)()
	return b.around(x.Axes("… T C"), b.Attn.Forward(x)).Axes("… T C")
}

// around completes the block from the output of its attention. 2 × [B T C] → [B T C]
func (b *Block) around(x, attn graph.Node) graph.Node {
	n := b.LN1.Residual(x, attn, b.AttnDrop)
	return b.LN2.Residual(n, b.MLP.Forward(n), b.MLPDrop)
}

// Hidden computes the states after the last block, h_n = block_n(…block_1(h_0)).
// There is no further normalisation. ids [B T] → [B T C]
func (m *Model) Hidden(ids graph.Node) graph.Node {
	h := m.Embed.Forward(ids)
	if m.LSTM != nil {
		return m.LSTM.Forward(h)
	}
	for _, b := range m.Blocks {
		h = b.Forward(h)
	}
	return h
}

// Logits computes the scores of the next token, h·W_eᵀ. The columns beyond
// VocabSize are padding. [B T C] → [B T V']
func (m *Model) Logits(h graph.Node) graph.Node { return m.Embed.Logits(h) }

// Losses computes −log P(target) at each position, the terms of L1.
// h [B T C], targets [B T] → [B T]
func (m *Model) Losses(h, targets graph.Node) graph.Node {
	defer h.Graph().Scope("lm")()
	return m.Logits(h.Axes("… T C")).CrossEntropy(targets.Axes("… T"), m.VocabSize).Axes("… T")
}

// New returns a model with zeroed parameters.
func New(c Config, extra ...graph.Param) (*Model, error) {
	return newModel(c, graph.NewStore, extra)
}

func newModel(c Config, newStore func([]graph.Param) (*graph.Store, error), extra []graph.Param) (*Model, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	store, err := newStore(append(c.Params(), extra...))
	if err != nil {
		return nil, err
	}
	m := &Model{Config: c, Store: store}
	m.Embed = &layers.Embedding{
		Tokens: store.Param("tokens_embed.weight"), Positions: store.Param("positions_embed.weight"), // nil in an LSTM
		Drop: graph.Drop{Name: "drop", P: c.EmbdPDrop},
	}
	if c.IsLSTM() {
		m.LSTM = newLSTM(c, store)
		return m, nil
	}
	for i := range c.NLayer {
		m.Blocks = append(m.Blocks, newBlock(c, store, fmt.Sprintf("h.%d", i)))
	}
	return m, nil
}

func newBlock(c Config, s *graph.Store, name string) *Block {
	linear := func(n string) layers.Linear {
		return layers.Linear{W: s.Param(name + n + ".weight"), B: s.Param(name + n + ".bias")}
	}
	norm := func(n string) layers.LayerNorm {
		return layers.LayerNorm{Gain: s.Param(name + n + ".weight"), Bias: s.Param(name + n + ".bias"), Eps: c.LayerNormEps}
	}
	return &Block{
		Name: name,
		Attn: &layers.Attention{
			QKV: linear(".attn.c_attn"), Proj: linear(".attn.c_proj"), H: c.NHead,
			Drop: graph.Drop{Name: name + ".attn.attn_dropout", P: c.AttnPDrop},
		},
		LN1:      norm(".ln_1"),
		AttnDrop: graph.Drop{Name: name + ".attn.resid_dropout", P: c.ResidPDrop},
		MLP:      &layers.MLP{FC: linear(".mlp.c_fc"), Proj: linear(".mlp.c_proj")},
		LN2:      norm(".ln_2"),
		MLPDrop:  graph.Drop{Name: name + ".mlp.dropout", P: c.ResidPDrop},
	}
}

func newLSTM(c Config, s *graph.Store) *layers.LSTM {
	return &layers.LSTM{
		WIH: s.Param("lstm.weight_ih_l0"), WHH: s.Param("lstm.weight_hh_l0"),
		BIH: s.Param("lstm.bias_ih_l0"), BHH: s.Param("lstm.bias_hh_l0"),
		Drop: graph.Drop{Name: "lstm.dropout", P: c.ResidPDrop},
		Proj: layers.Linear{W: s.Param("proj.weight"), B: s.Param("proj.bias")},
	}
}

// lstmParams lists the parameters of an LSTM under the names of PyTorch's nn.LSTM.
func (c Config) lstmParams() []graph.Param {
	u := c.NUnits
	return []graph.Param{
		{Name: "tokens_embed.weight", Shape: []int{c.VocabSize, c.NEmbd}, Axes: "V C"},
		{Name: "lstm.weight_ih_l0", Shape: []int{4 * u, c.NEmbd}, Axes: "4U C"},
		{Name: "lstm.weight_hh_l0", Shape: []int{4 * u, u}, Axes: "4U U"},
		{Name: "lstm.bias_ih_l0", Shape: []int{4 * u}, Axes: "4U"},
		{Name: "lstm.bias_hh_l0", Shape: []int{4 * u}, Axes: "4U"},
		{Name: "proj.weight", Shape: []int{u, c.NEmbd}, Axes: "U C"},
		{Name: "proj.bias", Shape: []int{c.NEmbd}, Axes: "C"},
	}
}

// BlockOf is the number of the block that a parameter belongs to, or −1 for other parameters.
func BlockOf(name string) int {
	number, _, found := strings.Cut(strings.TrimPrefix(name, "h."), ".")
	n, err := strconv.Atoi(number)
	if !found || err != nil || !strings.HasPrefix(name, "h.") {
		return -1
	}
	return n
}

// Params lists names and shapes as Hugging Face has them.
func (c Config) Params() []graph.Param {
	if c.IsLSTM() {
		return c.lstmParams()
	}
	ps := []graph.Param{
		{Name: "tokens_embed.weight", Shape: []int{c.VocabSize, c.NEmbd}, Axes: "V C", Transposed: true},
		{Name: "positions_embed.weight", Shape: []int{c.NCtx, c.NEmbd}, Axes: "T C"},
	}
	for i := range c.NLayer {
		add := func(name, axes string, shape ...int) {
			ps = append(ps, graph.Param{Name: fmt.Sprintf("h.%d.%s", i, name), Shape: shape, Axes: axes})
		}
		width := c.NEmbd
		add("attn.c_attn.weight", "C 3C", width, 3*width)
		add("attn.c_attn.bias", "3C", 3*width)
		add("attn.c_proj.weight", "C C", width, width)
		add("attn.c_proj.bias", "C", width)
		add("ln_1.weight", "C", width)
		add("ln_1.bias", "C", width)
		add("mlp.c_fc.weight", "C F", width, 4*width)
		add("mlp.c_fc.bias", "F", 4*width)
		add("mlp.c_proj.weight", "F C", 4*width, width)
		add("mlp.c_proj.bias", "C", width)
		add("ln_2.weight", "C", width)
		add("ln_2.bias", "C", width)
	}
	return ps
}
