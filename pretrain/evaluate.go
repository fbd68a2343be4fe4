package pretrain

import (
	"context"
	"math"

	"gorgpt/train"
)

// Evaluate predicts the held-out books without dropout. It returns val_loss, the mean loss over
// all tokens except the first of each book, which has no context; val_ppl, the perplexity per
// token, exp(val_loss); val_word_ppl, the perplexity per word; and val_bpb, the bits per byte of the
// text in UTF-8, as it is read, with one line a paragraph. The last two are comparable between
// vocabularies, and the last also between pipelines. Each window is predicted from its own tokens
// only; see [loaders.FixedWindows].
func (p *Task) Evaluate(ctx context.Context) ([]train.Metric, error) {
	if p.Valid == nil {
		return nil, nil
	}
	sum, words, err := p.predict(ctx)
	if err := p.Group.Sum(err, &sum, &words); err != nil {
		return nil, err
	}
	loss := sum / float64(p.Valid.Targets())
	metrics := []train.Metric{{Name: "val_loss", Value: loss}, {Name: "val_ppl", Value: math.Exp(loss)}}
	if words > 0 {
		metrics = append(metrics, train.Metric{Name: "val_word_ppl", Value: math.Exp(sum / words)})
	}
	if p.Bytes > 0 {
		metrics = append(metrics, train.Metric{Name: "val_bpb", Value: sum / math.Ln2 / float64(p.Bytes)})
	}
	return metrics, nil
}

// predict predicts this rank's share of the windows. It returns the sum of −log P over all
// targets and their number of words.
func (p *Task) predict(ctx context.Context) (loss, words float64, err error) {
	parts := p.parts(p.Group.Share(p.Valid.Len()))
	losses, ends := make([]float64, len(parts)), make([]float64, len(parts))
	p.lanes.Wide, p.lanes.Limit = p.Wide, p.Lanes
	err = p.lanes.Each(ctx, len(parts), func(k int, lane *lane) (err error) {
		losses[k], ends[k], err = p.predictPart(lane, parts[k])
		return err
	})
	return sum(losses), sum(ends), err
}

// predictPart is predict for one part.
func (p *Task) predictPart(lane *lane, part span) (loss, words float64, err error) {
	n := part.to - part.from
	lm, err := p.lm(lane, n, false)
	if err != nil {
		return 0, 0, err
	}
	room, windows := make([]int32, n*(p.Ctx+1)), make([][]int32, n)
	for i := range windows {
		if windows[i], err = p.Valid.At(part.from+i, room[i*(p.Ctx+1):(i+1)*(p.Ctx+1)]); err != nil {
			return 0, 0, err
		}
		words += float64(p.words(windows[i][1:]))
		lm.Fill(i, windows[i])
	}
	*lm.Count = 1
	if _, err := lm.Run(); err != nil {
		return 0, 0, err
	}
	losses := lm.Losses.Values()
	for i, window := range windows {
		for _, x := range losses[i*p.Ctx : i*p.Ctx+len(window)-1] {
			loss += float64(x)
		}
	}
	return loss, words, nil
}

// words counts the tokens in ids that end a word.
func (p *Task) words(ids []int32) (n int) {
	if p.EndsWord == nil {
		return 0
	}
	for _, id := range ids {
		if p.EndsWord(id) {
			n++
		}
	}
	return n
}
