package tokenizer

// queue is a binary heap: pop removes the item that precedes all others.
type queue[T any] struct {
	items  []T
	before func(a, b T) bool
}

// push adds an item.
func (q *queue[T]) push(item T) {
	q.items = append(q.items, item)
	child := len(q.items) - 1
	for child > 0 {
		parent := (child - 1) / 2
		if !q.before(item, q.items[parent]) {
			break
		}
		q.items[child] = q.items[parent]
		child = parent
	}
	q.items[child] = item
}

// pop removes and returns the first item. The queue must not be empty.
func (q *queue[T]) pop() T {
	first := q.items[0]
	last := len(q.items) - 1
	item := q.items[last]
	q.items = q.items[:last]
	if last == 0 {
		return first
	}
	parent := 0
	for {
		child := 2*parent + 1
		if child >= last {
			break
		}
		if child+1 < last && q.before(q.items[child+1], q.items[child]) {
			child++
		}
		if !q.before(q.items[child], item) {
			break
		}
		q.items[parent] = q.items[child]
		parent = child
	}
	q.items[parent] = item
	return first
}
