package generate

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// testModel is random, with logits that differ from each other by whole numbers.
func testModel(t testing.TB) *gpt1.Model {
	t.Helper()
	m, err := gpt1.New(gpt1.Config{NLayer: 2, NHead: 2, NEmbd: 16, NCtx: 12, VocabSize: 29, LayerNormEps: 1e-5, InitRange: 0.5})
	require.NoError(t, err)
	m.Init(9)
	return m
}

// full scores what follows ids by the full forward pass of training.
func full(t testing.TB, m *gpt1.Model, ids []int32) []float32 {
	t.Helper()
	g := graph.New(false)
	in, data := g.Ints("ids", 1, len(ids))
	copy(data, ids)
	logits := m.Logits(m.Hidden(in)) // [1 T V']
	machine, err := g.Compile(new(graph.Arena), logits)
	require.NoError(t, err)
	require.NoError(t, machine.Run())
	stride := graph.LogitsStride(m.VocabSize)
	return append([]float32(nil), logits.Values()[(len(ids)-1)*stride:][:m.VocabSize]...)
}

func requireNear(t *testing.T, want, got []float32, what string) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.InDelta(t, want[i], got[i], 1e-4, "%s, token %d", what, i)
	}
}

// TestCachedEqualsFull grows several texts in step, past the context, and compares the scores
// of every step with those of a full pass over what the context holds.
func TestCachedEqualsFull(t *testing.T) {
	m := testModel(t)
	for _, slide := range []int{1, 5, 12} {
		for _, length := range []int{1, 7, 12, 30} {
			d := &decoder{model: m}
			d.restart()
			prompt := make([]int32, length)
			for i := range prompt {
				prompt[i] = int32((5*i + length) % m.VocabSize)
			}
			texts, scores, err := d.start(prompt, 3, slide)
			require.NoError(t, err)
			for i := range texts {
				requireNear(t, full(t, m, prompt[max(0, length-m.NCtx):]), scores[i], "prompt")
			}
			for step := range 30 {
				if step == 9 {
					d.copyText(texts[2], texts[1])
				}
				for i, id := range []int{step, step * 3, step * 7} {
					texts[i].ids = append(texts[i].ids, int32(id%29))
				}
				scores, err = d.read(texts)
				require.NoError(t, err)
				for i, text := range texts {
					require.LessOrEqual(t, len(text.ids)-text.from, m.NCtx)
					if slide == 1 {
						require.Equal(t, max(0, len(text.ids)-m.NCtx), text.from, "all that there is room for")
					}
					requireNear(t, full(t, m, text.ids[text.from:]), scores[i], fmt.Sprintf("slide %d, prompt of %d, step %d, text %d", slide, length, step, i))
				}
			}
		}
	}
}

func TestGreedyIsTheArgmax(t *testing.T) {
	m := testModel(t)
	got, err := New(m).Continue(context.Background(), []int32{4}, Options{Tokens: 20, Slide: 1})
	require.NoError(t, err)
	ids := []int32{4}
	for range 20 {
		scores := full(t, m, ids[max(0, len(ids)-m.NCtx):])
		ids = append(ids, int32(slices.Index(scores, slices.Max(scores))))
	}
	require.Equal(t, ids[1:], got)
}

// TestSamples draws several texts at once. Each is what it is, however many there are and
// whichever ends first.
func TestSamples(t *testing.T) {
	m := testModel(t)
	g := New(m)
	o := Options{Tokens: 15, Samples: 4, Temperature: 1.5, TopK: 20, TopP: 0.95, Penalty: 1.2, Seed: 3}
	four, err := g.Sample(context.Background(), []int32{1, 2}, o, nil)
	require.NoError(t, err)
	require.Len(t, four, 4)
	require.NotEqual(t, four[0], four[1])
	again, err := New(m).Sample(context.Background(), []int32{1, 2}, o, nil)
	require.NoError(t, err)
	require.Equal(t, four, again, "one seed, one result")

	o.Samples = 2
	two, err := g.Sample(context.Background(), []int32{1, 2}, o, nil)
	require.NoError(t, err)
	require.Equal(t, four[:2], two)

	seen := make([][]int32, 2)
	stopped, err := g.Sample(context.Background(), []int32{1, 2}, o, func(sample int, id int32) bool {
		seen[sample] = append(seen[sample], id)
		return sample == 1 || len(seen[sample]) < 3
	})
	require.NoError(t, err)
	require.Equal(t, [][]int32{four[0][:3], four[1]}, stopped)
	require.Equal(t, stopped, seen)

	o.Seed = 4
	other, err := g.Sample(context.Background(), []int32{1, 2}, o, nil)
	require.NoError(t, err)
	require.NotEqual(t, two, other)
}

func TestSampleStops(t *testing.T) {
	m := testModel(t)
	ctx, cancel := context.WithCancel(context.Background())
	got, err := New(m).Sample(ctx, []int32{1}, Options{Tokens: 9, Samples: 2}, func(sample int, _ int32) bool {
		if sample == 1 {
			cancel()
		}
		return true
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, got[0], 1)

	got, err = New(m).Sample(context.Background(), []int32{1}, Options{}, nil)
	require.NoError(t, err)
	require.Equal(t, [][]int32{nil}, got, "no tokens asked for")
}

func TestRefuses(t *testing.T) {
	m := testModel(t)
	for want, c := range map[string]struct {
		prompt []int32
		o      Options
	}{
		"the prompt is empty":                            {nil, Options{}},
		"token 29 of the prompt is not one of the model": {[]int32{29}, Options{}},
		"token -1 of the prompt":                         {[]int32{-1}, Options{}},
		"the number of tokens is -1":                     {[]int32{1}, Options{Tokens: -1}},
		"the temperature is -1":                          {[]int32{1}, Options{Temperature: -1}},
		"the temperature is NaN":                         {[]int32{1}, Options{Temperature: math.NaN()}},
		"top-k is -1":                                    {[]int32{1}, Options{TopK: -1}},
		"top-p is 1.5":                                   {[]int32{1}, Options{TopP: 1.5}},
		"the repetition penalty is 0.5":                  {[]int32{1}, Options{Penalty: 0.5}},
		"must be between 1 and 12":                       {[]int32{1}, Options{Slide: 13}},
		"the banned token 40 is not one of the model":    {[]int32{1}, Options{Ban: []int32{40}}},
		"more than the 2 beams":                          {[]int32{1}, Options{Beams: 2, Samples: 3}},
		"does not sample":                                {[]int32{1}, Options{Beams: 2, TopK: 3}},
		"30 beams are more than the 29 tokens":           {[]int32{1}, Options{Beams: 30}},
	} {
		_, err := New(m).Sample(context.Background(), c.prompt, c.o, nil)
		require.ErrorContains(t, err, want)
	}
	_, err := New(m).Sample(context.Background(), []int32{1}, Options{Samples: 1 << 30, Tokens: 1}, nil)
	require.ErrorContains(t, err, "1073741824 texts at once are too many")
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
		m := testModel(t)
		for i := range m.Embed.Tokens.Value {
			m.Embed.Tokens.Value[i] = bad
		}
		_, err := New(m).Continue(context.Background(), []int32{1}, Options{Tokens: 1})
		require.ErrorContains(t, err, "its weights are damaged")
	}
}

// TestAnyNumberOfCores writes the same on one core and on several: with a model that is wide
// enough for its work to be shared out.
func TestAnyNumberOfCores(t *testing.T) {
	m, err := gpt1.New(gpt1.Config{NLayer: 2, NHead: 4, NEmbd: 128, NCtx: 40, VocabSize: 4000, LayerNormEps: 1e-5, InitRange: 0.1})
	require.NoError(t, err)
	m.Init(1)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var want [][]int32
	for procs := range 4 {
		runtime.GOMAXPROCS(procs + 1)
		got, err := New(m).Sample(context.Background(), []int32{1, 2, 3}, Options{Tokens: 60, Samples: 3, Temperature: 1, TopP: 0.9, Seed: 5}, nil)
		require.NoError(t, err)
		if want == nil {
			want = got
		}
		require.Equal(t, want, got, "%d cores", procs+1)
	}
}
