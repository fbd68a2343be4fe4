package graph

// ByShape holds one compiled graph for each shape, built when it is first needed. The graphs
// share one arena, so that they take the memory of the largest. K is the shape, V the graph
// with its inputs and results. The zero ByShape is empty.
// A ByShape must not be used by several goroutines at once.
type ByShape[K comparable, V any] struct {
	Arena Arena
	built map[K]V
}

// Get returns the graph of that shape. If there is none yet, build declares and compiles it
// in the arena.
func (s *ByShape[K, V]) Get(shape K, build func(*Arena) (V, error)) (V, error) {
	if v, found := s.built[shape]; found {
		return v, nil
	}
	v, err := build(&s.Arena)
	if err != nil {
		return v, err
	}
	if s.built == nil {
		s.built = map[K]V{}
	}
	s.built[shape] = v
	return v, nil
}
