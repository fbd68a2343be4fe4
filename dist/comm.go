package dist

// Comm connects the ranks of a job. Every rank makes the same collective calls in the same
// order, from one goroutine at a time.
type Comm interface {
	Rank() int // 0 … Size-1
	Size() int

	// SumFloat32 and SumFloat64 replace x by its sum over all ranks. All ranks get the same bits, and
	// repeating the call with the same values gives them again.
	SumFloat32(x []float32) error
	SumFloat64(x []float64) error
	// Broadcast replaces data by that of the rank root. All ranks pass the same length.
	Broadcast(data []byte, root int) error
	// Barrier returns when all ranks have called it.
	Barrier() error

	// Send and Receive pass data from one rank to another, in order. Send may wait until the data
	// is received.
	Send(data []byte, to int) error
	Receive(from int) ([]byte, error)

	// Abort ends the processes of all ranks, this one with the status, and does not return.
	Abort(status int)
	// Close leaves the job. It waits until the others do the same.
	Close() error
}
