package generate

// text is a text of any length that grows. The model sees a window of it: its last tokens, a context
// full or fewer.
type text struct {
	ids  []int32 // the whole text
	from int     // start of the window
	past int     // positions of the window in the caches
	slot int     // its place in the caches, or noSlot

	ctx, slide int // tokens of a full window, and that are dropped at a time when it is full
}

// noSlot is the slot of a text that is paused.
const noSlot = -1

// newText returns an empty text.
func (d *decoder) newText(slot, slide int) *text {
	if slide == 0 {
		slide = d.model.NCtx / 2
	}
	return &text{slot: slot, ctx: d.model.NCtx, slide: max(1, min(slide, d.model.NCtx))}
}

// unread moves the window to the end of the text, and returns the tokens in it that are not in the
// caches.
func (t *text) unread() []int32 {
	if len(t.ids)-t.from > t.ctx {
		keep := t.ctx
		if t.past > 0 { // a new text is read up to the full context
			keep -= t.slide - 1
		}
		t.from, t.past = len(t.ids)-keep, 0
	}
	return t.ids[t.from+t.past:]
}
