package generate

import (
	"slices"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/internal/parallel"
)

// Batch continues many texts at once, each of which may join and leave between any two rounds. A text
// has the tokens that [Generator.Sample] gives it, whatever is written beside it. What a text that joins has in common with
// the beginning of one that has left is not read again, which changes no bit.
// A Batch must not be used by several goroutines at once.
type Batch struct {
	d     decoder
	free  []int         // slots, the next to use last
	texts int           // that have joined and not left
	left  map[int]*text // by free slot: the text whose keys and values it still holds
}

// Writing is a text in a batch. A Writing must not be used by several goroutines at once.
type Writing struct {
	ID     int32     // the token of the last round; -1 before the first
	Scores []float32 // by which it was chosen, valid until the next round [V]
	Err    error     // why it has no token

	text    *text
	chooser *chooser
}

// NewBatch returns a batch for up to the given number of texts. The keys and values of a text take
// 8·L·NCtx·C bytes, which are allocated as texts join.
func NewBatch(m *gpt1.Model, texts int) *Batch {
	b := &Batch{d: decoder{model: m}, left: map[int]*text{}}
	for slot := range texts {
		b.free = append(b.free, texts-1-slot)
	}
	return b
}

// Full reports whether no text can join before another leaves.
func (b *Batch) Full() bool { return len(b.free) == 0 }

// Join adds a text that begins with a prompt. sample distinguishes texts of one seed, as in
// [Options.Samples].
func (b *Batch) Join(prompt []int32, o Options, sample int) (*Writing, error) {
	if err := check(b.d.model, prompt, o); err != nil {
		return nil, err
	}
	if b.Full() {
		return nil, errors.New("the batch is full")
	}
	if b.texts == 0 {
		if b.d.seen != b.d.model.Store.Updates() { // keys and values of other weights
			clear(b.left)
		}
		b.d.restart()
	}
	b.texts++
	slot, past := b.take(prompt)
	w := &Writing{ID: -1, text: b.d.newText(slot, o.Slide), chooser: newChooser(o, sample, b.d.model.VocabSize, prompt)}
	w.text.ids, w.text.past = append(w.text.ids, prompt...), past
	return w, nil
}

// take returns a slot for a text that begins with ids, and the number of its positions that the slot already holds.
func (b *Batch) take(ids []int32) (slot, past int) {
	at, past := b.familiar(ids)
	slot = b.free[at]
	if slot >= b.d.slots {
		b.d.reserve(min(max(slot+1, 2*b.d.slots), slot+len(b.free)))
	}
	b.free = slices.Delete(b.free, at, at+1)
	delete(b.left, slot)
	return slot, past
}

// familiar returns the index in free of the slot whose text begins most like a prompt, and the number of positions that
// they have in common. The last token of a prompt is always read: its scores are not kept.
func (b *Batch) familiar(prompt []int32) (at, past int) {
	at = len(b.free) - 1
	if len(prompt) > b.d.model.NCtx { // its window does not begin where those of others do
		return at, 0
	}
	for i, slot := range b.free {
		t := b.left[slot]
		if t == nil || t.from > 0 {
			continue
		}
		n, most := 0, min(t.past, len(prompt)-1)
		for n < most && t.ids[n] == prompt[n] {
			n++
		}
		if n > past {
			at, past = i, n
		}
	}
	return at, past
}

// Leave removes a text.
func (b *Batch) Leave(w *Writing) {
	if !w.Paused() {
		b.vacate(w.text)
	}
	b.texts--
	w.text = nil
}

// vacate frees the slot of a text.
func (b *Batch) vacate(t *text) {
	b.left[t.slot] = t
	b.free = append(b.free, t.slot)
}

// Pause makes room for another text. Until it is resumed, the text must be in no round.
func (b *Batch) Pause(w *Writing) {
	held := *w.text
	b.vacate(&held)
	w.text.unread() // moves the window as far as without the pause
	w.text.slot, w.text.past = noSlot, 0
}

// Paused reports whether the text is paused.
func (w *Writing) Paused() bool { return w.text.slot == noSlot }

// Resume lets a paused text go on. What it has read is read again, which changes no bit.
func (b *Batch) Resume(w *Writing) error {
	if b.Full() {
		return errors.New("the batch is full")
	}
	w.text.slot, w.text.past = b.take(w.text.ids)
	return nil
}

// Unread is the number of tokens that the text's next round reads.
func (w *Writing) Unread() int { return len(w.text.unread()) }

// mostUnread is how many tokens a round reads of texts that have more than one to read.
const mostUnread = 64

// Round gives texts of the batch their next token, or an error of their own. Texts that have more than
// one token to read, as a new text has its prompt, take turns, so that the others need not wait long:
// in a round, they read mostUnread tokens together, or only one of them reads. Round returns the texts
// that got a token.
func (b *Batch) Round(all []*Writing) ([]*Writing, error) {
	var round []*Writing
	var texts []*text
	read := 0
	for _, w := range all {
		if n := len(w.text.unread()); n > 1 {
			if read > 0 && read+n > mostUnread {
				continue
			}
			read += n
		}
		round, texts = append(round, w), append(texts, w.text)
	}
	scores, err := b.d.read(texts)
	if err != nil {
		for _, t := range texts { // what was read of them is not certain
			t.past = 0
		}
		return nil, err
	}
	_ = parallel.Do(len(round), func(i int) error { // an error is that of one text
		w := round[i]
		w.Scores = scores[i]
		if w.ID, w.Err = w.chooser.next(w.Scores); w.Err == nil {
			w.text.ids = append(w.text.ids, w.ID)
		}
		return nil
	})
	return slices.Clip(round), nil
}
