package checkpoint

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

func smallModel(t *testing.T, extra ...graph.Param) *gpt1.Model {
	t.Helper()
	c := gpt1.Config{NLayer: 2, NHead: 2, NEmbd: 8, NCtx: 6, VocabSize: 11, LayerNormEps: 1e-5, InitRange: 0.02}
	m, err := gpt1.New(c, extra...)
	require.NoError(t, err)
	m.Init(5)
	return m
}

func TestModelRoundTrip(t *testing.T) {
	for name, extra := range map[string][]graph.Param{
		"pre-trained": nil,
		"with a head": {{Name: "head.weight", Shape: []int{8, 3}}, {Name: "head.bias", Shape: []int{3}}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, m := t.TempDir(), smallModel(t, extra...)
			require.NoError(t, WriteModel(dir, m))
			back, err := ReadModel(dir)
			require.NoError(t, err)
			require.Equal(t, m.Config, back.Config)
			require.Len(t, back.Store.Params(), len(m.Store.Params()))
			for _, p := range m.Store.Params() {
				require.Equal(t, p.Value, back.Store.Param(p.Name).Value, p.Name)
			}
		})
	}
}

// Weights that do not fit are an error that says why; they are never replaced by others.
func TestReadModelIsStrict(t *testing.T) {
	cases := map[string]struct {
		spoil func(t *testing.T, dir string)
		want  string
	}{
		"no config":  {func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, ConfigFile))) }, ConfigFile},
		"no weights": {func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, WeightsFile))) }, WeightsFile},
		"truncated": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, WeightsFile)
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.NoError(t, os.Truncate(path, info.Size()-8))
		}, WeightsFile},
		"another vocabulary": {func(t *testing.T, dir string) { reconfigure(t, dir, func(c *gpt1.Config) { c.VocabSize = 12 }) }, "tokens_embed.weight has shape [11 8], config.json implies [12 8]"},
		"a layer more":       {func(t *testing.T, dir string) { reconfigure(t, dir, func(c *gpt1.Config) { c.NLayer = 3 }) }, "12 tensors do not fit: h.2.attn.c_attn.weight [8 24] is missing"},
		"a layer less":       {func(t *testing.T, dir string) { reconfigure(t, dir, func(c *gpt1.Config) { c.NLayer = 1 }) }, "h.1.attn.c_attn.bias is unexpected"},
		"a huge model":       {func(t *testing.T, dir string) { reconfigure(t, dir, func(c *gpt1.Config) { c.NEmbd = 1 << 23 }) }, "do not fit"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, WriteModel(dir, smallModel(t)))
			c.spoil(t, dir)
			_, err := ReadModel(dir)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func reconfigure(t *testing.T, dir string, change func(*gpt1.Config)) {
	t.Helper()
	c := smallModel(t).Config
	change(&c)
	data, err := c.JSON()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, ConfigFile), data, 0o644))
}

func TestLSTMHasNoDoubleHeads(t *testing.T) {
	c, err := gpt1.LSTMPreset("tiny")
	require.NoError(t, err)
	m, err := gpt1.New(c, graph.Param{Name: "head.weight", Shape: []int{c.NEmbd, 1}}, graph.Param{Name: "head.bias", Shape: []int{1}})
	require.NoError(t, err)
	require.ErrorContains(t, WriteModelAs(t.TempDir(), m, Form{Architecture: gpt1.DoubleHeadsModel}), "the model is an LSTM")
	dir := t.TempDir()
	m.Init(1)
	require.NoError(t, WriteModel(dir, m))
	again, err := ReadModel(dir)
	require.NoError(t, err)
	require.Equal(t, m.Store.Param("lstm.weight_hh_l0").Value, again.Store.Param("lstm.weight_hh_l0").Value)
}
