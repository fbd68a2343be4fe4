package heed

import "context"

// Do calls f and returns its result. When ctx ends first, Do returns the error of ctx at once; f
// still runs to its end, and its result is lost. So f must not change what others use, nor need
// what is released meanwhile.
func Do[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}
