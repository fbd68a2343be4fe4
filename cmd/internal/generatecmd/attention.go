package generatecmd

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/checkpoint/safetensors"
	"gorgpt/generate"
	"gorgpt/internal/atomicfile"
	"gorgpt/internal/plural"
	"gorgpt/serve/page"
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

// attentionPage writes a page with the weights of all layers, [H T T] each.
func (c *command) attentionPage(w io.Writer, ids []int32, layers [][]float32) error {
	a := page.Attention{Blocks: len(layers), Heads: c.model.NHead, Weights: packAttention(layers, len(ids))}
	for _, id := range ids {
		a.Tokens = append(a.Tokens, c.spell(id))
	}
	return page.WriteAttention(w, "Attention", a)
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
