package kernels

import "fmt"

// check panics unless a slice of the call has the length that its sizes ask
// for.
func check(call, name string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("kernels: %s: %s has %d elements, want %d", call, name, got, want))
	}
}

// rowGrain returns how many rows of cols elements make a slab worth handing to
// another core.
func rowGrain(cols int) int {
	return (elementGrain + cols - 1) / max(cols, 1)
}

// elementGrain is the least number of elements worth handing to another core,
// and a multiple of every vector width: slab borders then change no rounding.
const elementGrain = 1 << 13
