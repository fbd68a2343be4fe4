package generate

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Texts that join and leave at random have the tokens that they have alone, far past the context.
func TestBatchWritesWhatEachTextHasAlone(t *testing.T) {
	m, ctx, random := testModel(t), context.Background(), rand.New(rand.NewPCG(1, 2))
	type job struct {
		prompt []int32
		o      Options
		sample int
		want   []int32
		got    []int32
		w      *Writing
	}
	var waiting, active, all []*job
	for i := range 40 {
		j := &job{sample: i % 3, o: Options{Tokens: 1 + random.IntN(30), Seed: uint64(i), Slide: []int{0, 1, 5}[i%3]}}
		if i%4 > 0 {
			j.o.Temperature, j.o.TopK, j.o.Penalty = 1, 9, 1.2
		}
		for range 1 + random.IntN(20) {
			j.prompt = append(j.prompt, random.Int32N(int32(m.VocabSize)))
		}
		alone := j.o
		alone.Samples = j.sample + 1
		texts, err := New(m).Sample(ctx, j.prompt, alone, nil)
		require.NoError(t, err)
		j.want = texts[j.sample]
		waiting, all = append(waiting, j), append(all, j)
	}
	b, most := NewBatch(m, 7), 0
	for len(waiting)+len(active) > 0 {
		for len(waiting) > 0 && !b.Full() && random.IntN(3) > 0 {
			j := waiting[0]
			var err error
			j.w, err = b.Join(j.prompt, j.o, j.sample)
			require.NoError(t, err)
			require.Equal(t, int32(-1), j.w.ID)
			waiting, active = waiting[1:], append(active, j)
		}
		most = max(most, len(active))
		var texts []*Writing
		for _, j := range active {
			if random.IntN(4) > 0 { // not all take part
				texts = append(texts, j.w)
			}
		}
		if len(texts) == 0 {
			continue
		}
		round, err := b.Round(texts)
		require.NoError(t, err)
		require.NotEmpty(t, round)
		active = slices.DeleteFunc(active, func(j *job) bool {
			if !slices.Contains(round, j.w) {
				return false
			}
			require.NoError(t, j.w.Err)
			require.Len(t, j.w.Scores, m.VocabSize)
			if j.got = append(j.got, j.w.ID); len(j.got) < j.o.Tokens {
				return false
			}
			b.Leave(j.w)
			return true
		})
	}
	require.Equal(t, 7, most)
	for _, j := range all {
		require.Equal(t, j.want, j.got)
	}
}

func TestBatchRefuses(t *testing.T) {
	m := testModel(t)
	b := NewBatch(m, 1)
	_, err := b.Join(nil, Options{}, 0)
	require.ErrorContains(t, err, "the prompt is empty")
	_, err = b.Join([]int32{1}, Options{Temperature: -1}, 0)
	require.ErrorContains(t, err, "temperature")
	w, err := b.Join([]int32{1}, Options{}, 0)
	require.NoError(t, err)
	_, err = b.Join([]int32{1}, Options{}, 0)
	require.ErrorContains(t, err, "full")
	b.Leave(w)
	_, err = b.Join([]int32{1}, Options{}, 0)
	require.NoError(t, err)
}
