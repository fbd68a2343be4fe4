package generate

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Texts that join, pause and leave at random have the tokens that they have alone, far past the context.
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
		if i > 0 && random.IntN(2) > 0 { // it begins like another text
			other := all[random.IntN(i)]
			both := slices.Concat(other.prompt, other.want)
			j.prompt = append(j.prompt, both[:random.IntN(len(both))]...)
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
		placed := 0
		var texts []*Writing
		for _, j := range active {
			switch { // some make room for others
			case !j.w.Paused() && random.IntN(9) == 0:
				b.Pause(j.w)
			case j.w.Paused() && !b.Full():
				require.NoError(t, b.Resume(j.w))
			}
			if j.w.Paused() {
				continue
			}
			if placed++; random.IntN(4) > 0 { // not all take part
				texts = append(texts, j.w)
			}
		}
		most = max(most, placed)
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
	w, err = b.Join([]int32{1}, Options{}, 0)
	require.NoError(t, err)
	b.Pause(w)
	_, err = b.Join([]int32{1}, Options{}, 0)
	require.NoError(t, err)
	require.ErrorContains(t, b.Resume(w), "full")
	b.Leave(w)
	require.True(t, b.Full(), "the other is still there")
}

// What a text has in common with one that has left is not read again, and its scores have the same bits.
func TestBatchReadsNothingTwice(t *testing.T) {
	m := testModel(t)
	ids := []int32{3, 1, 4, 1, 5, 9, 2, 6}
	scores := func(b *Batch, prompt []int32, unread int) []float32 {
		t.Helper()
		w, err := b.Join(prompt, Options{}, 0)
		require.NoError(t, err)
		require.Equal(t, unread, w.Unread())
		_, err = b.Round([]*Writing{w})
		require.NoError(t, err)
		b.Leave(w)
		return slices.Clone(w.Scores)
	}
	fresh := func(prompt []int32) []float32 { return scores(NewBatch(m, 2), prompt, len(prompt)) }
	b := NewBatch(m, 2)
	require.Equal(t, fresh(ids), scores(b, ids, 8))
	require.Equal(t, fresh(ids), scores(b, ids, 1))
	require.Equal(t, fresh(ids[:5]), scores(b, ids[:5], 1), "back to an earlier place")
	branch := append(slices.Clone(ids[:4]), 7, 7)
	require.Equal(t, fresh(branch), scores(b, branch, 2), "a branch")
	require.Equal(t, fresh(ids), scores(b, ids, 4), "the branch has taken the place")
	other := []int32{8, 8}
	require.Equal(t, fresh(other), scores(b, other, 2))
	require.Equal(t, fresh(ids), scores(b, ids, 8), "the other has taken the place: memory is not used for what may never come")

	w, err := b.Join(ids, Options{}, 0)
	require.NoError(t, err)
	second, err := b.Join(ids, Options{}, 0)
	require.NoError(t, err)
	require.Equal(t, 8, w.Unread()+second.Unread()-1, "one of them")
	b.Leave(w)
	b.Leave(second)

	m.Init(10)
	b.d.seen++ // as if the model had been trained
	require.Equal(t, fresh(ids), scores(b, ids, 8), "other weights")
}
