package checkpoint

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
)

// releaseModel has the width of one head of the released model.
func releaseModel(t *testing.T) *gpt1.Model {
	t.Helper()
	m, err := gpt1.New(gpt1.Config{
		NLayer: 2, NHead: 1, NEmbd: 64, NCtx: 6, VocabSize: 11, LayerNormEps: 1e-5, InitRange: 0.02,
		EmbdPDrop: 0.1, AttnPDrop: 0.1, ResidPDrop: 0.1,
	})
	require.NoError(t, err)
	m.Init(5)
	return m
}

// writeRelease writes the model as OpenAI did: position rows first, matrices with a leading
// axis of 1, all values in one stream that is cut into ten arrays.
func writeRelease(t *testing.T, dir string, m *gpt1.Model) {
	t.Helper()
	params := append(m.Store.Params()[:0:0], m.Store.Params()...)
	params[0], params[1] = params[1], params[0]
	var shapes [][]int
	for i, p := range params {
		shape := p.Shape
		if i > 1 && len(shape) == 2 {
			shape = append([]int{1}, shape...)
		}
		shapes = append(shapes, shape)
	}
	data, err := json.Marshal(shapes)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, shapesFile), data, 0o600))
	left, each := m.Store.Len(), m.Store.Len()/10+1
	var out *bufio.Writer
	var file *os.File
	files, room := 0, 0
	finish := func() {
		if file != nil {
			require.NoError(t, out.Flush())
			require.NoError(t, file.Close())
		}
	}
	var word [4]byte
	for _, p := range params {
		for _, v := range p.Value {
			if room == 0 {
				finish()
				room = min(each, left)
				left -= room
				file, err = os.Create(filepath.Join(dir, arrayFile(files)))
				require.NoError(t, err)
				out = bufio.NewWriterSize(file, 1<<20)
				_, err = out.WriteString(npyHeader(room))
				require.NoError(t, err)
				files++
			}
			binary.LittleEndian.PutUint32(word[:], math.Float32bits(v))
			_, err = out.Write(word[:])
			if err != nil {
				require.NoError(t, err)
			}
			room--
		}
	}
	finish()
	require.Equal(t, 10, files)
}

// npyHeader is what numpy.save writes before n float32.
func npyHeader(n int) string {
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d,), }", n)
	for (10+len(header)+1)%64 != 0 {
		header += " "
	}
	header += "\n"
	return "\x93NUMPY\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(header)))) + header
}

func TestReadRelease(t *testing.T) {
	m, dir := releaseModel(t), t.TempDir()
	writeRelease(t, dir, m)
	got, err := ReadModel(dir)
	require.NoError(t, err)
	requireSame(t, m, got)

	short, err := ReadModelContext(dir, 4)
	require.NoError(t, err)
	require.Equal(t, m.Store.Param("positions_embed.weight").Value[:4*64], short.Store.Param("positions_embed.weight").Value)
	require.Equal(t, m.Store.Param("tokens_embed.weight").Value, short.Store.Param("tokens_embed.weight").Value)

	// A configuration beside the arrays tells the number of heads.
	c := m.Config
	c.NHead = 4
	config, err := c.JSON()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, ConfigFile), config, 0o600))
	got, err = ReadModel(dir)
	require.NoError(t, err)
	require.Equal(t, 4, got.NHead)

	// Out into the other form, and back.
	out := t.TempDir()
	require.NoError(t, WriteModel(out, got))
	again, err := ReadModel(out)
	require.NoError(t, err)
	requireSame(t, got, again)
}

func TestReadReleaseIsStrict(t *testing.T) {
	shapes := func(change func(shapes [][]int) [][]int) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			var all [][]int
			data, err := os.ReadFile(filepath.Join(dir, shapesFile))
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(data, &all))
			data, err = json.Marshal(change(all))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, shapesFile), data, 0o600))
		}
	}
	text := func(s string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, shapesFile), []byte(s), 0o600))
		}
	}
	set := func(i int, shape ...int) func(t *testing.T, dir string) {
		return shapes(func(s [][]int) [][]int { s[i] = shape; return s })
	}
	cases := map[string]struct {
		spoil func(t *testing.T, dir string)
		want  string
	}{
		"an array is missing": {func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, arrayFile(7)))) }, "params_7.npy"},
		"an array is cut short": {func(t *testing.T, dir string) {
			require.NoError(t, os.Truncate(filepath.Join(dir, arrayFile(9)), 200))
		}, "params_9.npy: the shape [10102] needs 40536 bytes, the file has 200: it is truncated"},
		"an array twice": {func(t *testing.T, dir string) {
			data, err := os.ReadFile(filepath.Join(dir, arrayFile(0)))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, arrayFile(9)), data, 0o600))
		}, "numbers, but params_shapes.json requires"},
		"no JSON":               {text("[[1,"), "it must be a list of shapes"},
		"not a list":            {text("{}"), "it must be a list of shapes"},
		"fractions":             {text("[[1.5]]"), "it must be a list of shapes"},
		"one shape":             {text("[[1]]"), "1 shapes: there must be two of embeddings and 12 for each block"},
		"a tensor less":         {shapes(func(s [][]int) [][]int { return s[1:] }), "25 shapes: there must be"},
		"tokens first":          {shapes(func(s [][]int) [][]int { s[0], s[3] = s[3], s[0]; return s }), "they must be positions [T C] and tokens [V C]"},
		"widths differ":         {set(1, 11, 65), "the first two shapes are [6 64] and [11 65]"},
		"two tensors exchanged": {shapes(func(s [][]int) [][]int { s[2], s[4] = s[4], s[2]; return s }), "2 tensors do not fit: tensor 2 of params_shapes.json, h.0.attn.c_attn.weight, has shape [64 64], params_shapes.json implies [64 192]; tensor 4"},
		"a size of 0":           {set(5, 0), "shape 5 is [0]: the tensor must fit into memory"},
		"a negative size":       {set(5, -64), "shape 5 is [-64]"},
		"sizes that overflow":   {set(5, 1<<24, 1<<24, 1<<24), "shape 5 is [16777216 16777216 16777216]"},
		"a sum that overflows":  {shapes(func(s [][]int) [][]int { s[5], s[6] = []int{1 << 20, 1 << 20}, []int{1 << 20, 1 << 20}; return s }), "into memory"},
		"no heads of 64":        {shapes(func(s [][]int) [][]int { s[0], s[1] = []int{6, 32}, []int{22, 32}; return s }), "the width 32 is not a multiple of 64"},
		"another configuration": {func(t *testing.T, dir string) { reconfigure(t, dir, func(c *gpt1.Config) { c.NLayer = 1 << 20 }) }, "config.json implies 12582914 tensors, params_shapes.json has 26"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeRelease(t, dir, releaseModel(t))
			c.spoil(t, dir)
			_, err := ReadModel(dir)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

// FuzzReadShapes feeds arbitrary text to what reads the shapes. What is accepted can be counted.
func FuzzReadShapes(f *testing.F) {
	f.Add(`[[6,64],[11,64],[1,64,192],[192],[1,64,64],[64],[64],[64],[1,64,256],[256],[1,256,64],[64],[64],[64]]`)
	f.Add(`[[1,64],[1,64],[],[],[],[],[],[],[],[],[],[],[],[]]`)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(dir, shapesFile)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		shapes, err := readShapes(path)
		if err != nil {
			return
		}
		if c, err := releaseConfig(dir, shapes); err == nil {
			require.Len(t, c.Params(), len(shapes))
		}
	})
}
