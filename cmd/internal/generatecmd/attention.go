package generatecmd

import (
	_ "embed" // the script of the page
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/cmd/internal/cli"
	"gorgpt/generate"
	"gorgpt/internal/atomicfile"
	"gorgpt/internal/plural"
)

// writeAttention writes the attention weights of the prompt.
func (c *command) writeAttention() error {
	ids, err := c.encode(c.prompt)
	if err != nil {
		return err
	}
	layers, err := generate.AttentionWeights(c.model, ids)
	if err != nil {
		return errors.WithMessage(err, "-attention")
	}
	write := c.attentionTensors
	if strings.EqualFold(filepath.Ext(c.attention), ".html") {
		write = c.attentionPage
	}
	if err := atomicfile.Write(c.attention, func(w io.Writer) error { return write(w, ids, layers) }); err != nil {
		return errors.WithMessage(err, "-attention")
	}
	n := len(ids)
	_, err = fmt.Fprintf(c.stdout, "%s × [%d %d %d] in %s\n", plural.Of(len(layers), "layer"), c.model.NHead, n, n, c.attention)
	return err
}

// attentionTensors writes the weights of all layers, [H T T] each, as safetensors.
func (c *command) attentionTensors(w io.Writer, ids []int32, layers [][]float32) error {
	tokens := make([]string, len(ids))
	for i, id := range ids {
		tokens[i], _ = c.tok.Token(id)
	}
	names, err := json.Marshal(tokens)
	if err != nil {
		return errors.Wrap(err, "writing the tokens")
	}
	n := len(ids)
	tensors := []safetensors.Tensor{safetensors.NewInt32("ids", []int{n}, ids)}
	for i, weights := range layers {
		tensors = append(tensors, safetensors.NewFloat32(fmt.Sprintf("h.%d.attn", i), []int{c.model.NHead, n, n}, weights))
	}
	return safetensors.Write(w, tensors, map[string]string{"format": "pt", "tokens": string(names)})
}

// attentionScript draws the page. It is a module of its own, which knows nothing of the page around it.
//
//go:embed attention.js
var attentionScript string

var attentionHead = cli.PageHead("Attention", "--line: #ccc; --ink: 31 93 166", "--line: #555; --ink: 126 178 240",
	`body { font-size: 15px; line-height: 1.5 }
h1 { font-size: 1.3em }
h2 { font-size: 1em; margin: 1em 0 .4em }
p { max-width: 60em }
p.note { color: var(--note); font-size: .9em }
.attention { display: flex; flex-wrap: wrap; gap: 1em 3em; align-items: flex-start }
.attention .scroll { overflow-x: auto; max-width: 100% }
.attention .heads { display: grid; gap: 3px; align-items: center; width: max-content; font-size: .8em; color: var(--note) }
.attention .heads span { padding-right: .4em }
.attention button { font: inherit; color: inherit; background: none; border: 1px solid transparent; padding: 0; cursor: pointer }
.attention button:hover, .attention button:focus-visible { outline: 2px solid var(--text) }
.attention .heads button { border-color: var(--line); line-height: 0 }
.attention .heads button[aria-pressed=true] { border-color: var(--text); box-shadow: 0 0 0 1px var(--text) }
.attention canvas { width: 44px; height: 44px; image-rendering: pixelated }
.attention .large canvas { width: min(22em, 90vw); height: min(22em, 90vw); border: 1px solid var(--line) }
.attention .links { display: flex }
.attention .tokens { display: flex; flex-direction: column; width: max-content; max-width: 12em }
.attention .tokens > * { height: 22px; line-height: 20px; box-sizing: border-box; padding: 0 .4em; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
.attention .reading > * { text-align: right }
.attention .read > * { border: 1px solid transparent; background: rgb(var(--ink) / calc(.6 * var(--w, 0))) }
.attention button[aria-pressed=true] { border-color: var(--text) }
.attention path { stroke: rgb(var(--ink)); fill: none }
`)

// attentionPage writes a page with the weights of all layers, [H T T] each.
func (c *command) attentionPage(w io.Writer, ids []int32, layers [][]float32) error {
	data := struct {
		Tokens  []string `json:"tokens"`
		Heads   int      `json:"heads"`
		Weights []byte   `json:"weights"` // see attention.js
	}{Heads: c.model.NHead, Weights: packAttention(layers, len(ids))}
	for _, id := range ids {
		data.Tokens = append(data.Tokens, c.spell(id))
	}
	text, err := json.Marshal(data) // < is escaped, so that no token ends the script
	if err != nil {
		return errors.Wrap(err, "writing the weights")
	}
	_, err = fmt.Fprintf(w, `%s<h1>Attention</h1>
<p>How much each token reads from itself and each token before it. A small picture is a head: a row for each token that reads, a
column for each that is read. Choose one with the mouse, or with Tab and the arrow keys. Point at a token on the left, or move to
it, to see what it reads.</p>
<main></main>
<script type="application/json" id="data">%s</script>
<script type="module">
%s
document.querySelector('main').append(attention(JSON.parse(document.getElementById('data').textContent)));
</script>
</html>
`, attentionHead, text, attentionScript)
	return err
}

// packAttention returns the weights that can be above 0 as bytes, of layers × [H T T]: all layers, heads, rows, and of
// each row the columns up to the diagonal.
func packAttention(layers [][]float32, t int) []byte {
	var packed []byte
	for _, weights := range layers {
		for row := 0; row*t < len(weights); row++ {
			for _, w := range weights[row*t:][:row%t+1] {
				packed = append(packed, byte(math.Round(255*float64(w))))
			}
		}
	}
	return packed
}
