package generate

// texts are sequences of tokens of any length that grow in step. The model sees a window of
// each: its last tokens, a context full or fewer.
type texts struct {
	d     *decoder
	ids   [][]int32 // the whole texts
	from  int       // start of the window
	slide int       // tokens that are dropped at a time when the context is full
}

// newTexts returns one empty text; spread makes more.
func newTexts(d *decoder, slide int) *texts {
	if slide == 0 {
		slide = d.model.NCtx / 2
	}
	d.restart()
	return &texts{d: d, ids: [][]int32{nil}, slide: max(1, min(slide, d.model.NCtx))}
}

// add appends equally many tokens to each text and scores the next token. → B × [V]
func (t *texts) add(ids [][]int32) ([][]float32, error) {
	for i, more := range ids {
		t.ids[i] = append(t.ids[i], more...)
	}
	seen, length := t.from+t.d.past, len(t.ids[0])
	if length-t.from > t.d.model.NCtx {
		keep := t.d.model.NCtx
		if seen > t.from { // a new text is read up to the full context
			keep -= t.slide - 1
		}
		t.from = length - keep
		seen = t.from
		t.d.restart()
	}
	window := make([][]int32, len(t.ids))
	for i, text := range t.ids {
		window[i] = text[seen:]
	}
	return t.d.feed(window)
}

// spread copies the first text until there are n.
func (t *texts) spread(n int) {
	for i := 1; i < n; i++ {
		t.ids = append(t.ids, append([]int32(nil), t.ids[0]...))
		t.d.copyRow(i, 0)
	}
}

// copyRow copies text from to text to.
func (t *texts) copyRow(to, from int) {
	t.ids[to] = append(t.ids[to][:0], t.ids[from]...)
	t.d.copyRow(to, from)
}
