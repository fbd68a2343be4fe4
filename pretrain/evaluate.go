package pretrain

import (
	"context"
	"gorgpt/train"
	"math"
)

// Evaluate predicts the held-out books without dropout. It returns val_loss, the mean loss over
// all tokens except the first of each book, which has no context; val_ppl, the perplexity per
// token, exp(val_loss); and val_word_ppl, the perplexity per word, which is comparable between
// vocabularies. Each window is predicted from its own tokens only; see [loaders.FixedWindows].
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
	return metrics, nil
}

// predict predicts this rank's share of the windows. It returns the sum of −log P over all
// targets and their number of words.
func (p *Task) predict(ctx context.Context) (sum, words float64, err error) {
	room, windows := make([]int32, p.Micro*(p.Ctx+1)), make([][]int32, 0, p.Micro)
	from, to := p.Group.Share(p.Valid.Len())
	for ; from < to; from += p.Micro {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		windows = windows[:0]
		for i := range min(p.Micro, to-from) {
			window, err := p.Valid.At(from+i, room[i*(p.Ctx+1):(i+1)*(p.Ctx+1)])
			if err != nil {
				return 0, 0, err
			}
			windows = append(windows, window)
			words += float64(p.words(window[1:]))
		}
		part, err := p.cost(windows)
		if err != nil {
			return 0, 0, err
		}
		sum += part
	}
	return sum, words, nil
}

// cost returns the sum of −log P over the targets of the windows.
func (p *Task) cost(windows [][]int32) (float64, error) {
	lm, err := p.lm(len(windows), false)
	if err != nil {
		return 0, err
	}
	for i, window := range windows {
		lm.Fill(i, window)
	}
	*lm.Count = 1
	if _, err := lm.Run(); err != nil {
		return 0, err
	}
	sum, losses := 0.0, lm.Losses.Values()
	for i, window := range windows {
		for _, x := range losses[i*p.Ctx : i*p.Ctx+len(window)-1] {
			sum += float64(x)
		}
	}
	return sum, nil
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
