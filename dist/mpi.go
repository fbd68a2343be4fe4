//go:build mpi

package dist

/*
#cgo pkg-config: ompi-c
#include <stdlib.h>
#include <unistd.h>
#include <mpi.h>

// Wrappers for macros of the header, which cgo cannot read.
static int start(int *provided) {
	int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_MULTIPLE, provided);
	if (code == MPI_SUCCESS)
		code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
	return code;
}
static int least(void) { return MPI_THREAD_SERIALIZED; }
static int rank(int *r) { return MPI_Comm_rank(MPI_COMM_WORLD, r); }
static int size(int *n) { return MPI_Comm_size(MPI_COMM_WORLD, n); }
static int sum_float32(void *x, int n) { return MPI_Allreduce(MPI_IN_PLACE, x, n, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD); }
static int sum_float64(void *x, int n) { return MPI_Allreduce(MPI_IN_PLACE, x, n, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD); }
static int bcast(void *x, int n, int root) { return MPI_Bcast(x, n, MPI_BYTE, root, MPI_COMM_WORLD); }
static int barrier(void) { return MPI_Barrier(MPI_COMM_WORLD); }

// Open MPI busy-waits, which is right while a rank is idle. During sends and receives other threads
// are computing, so this polls at growing intervals of up to a millisecond.
static int rest(MPI_Request *r) {
	int done = 0, code;
	for (useconds_t pause = 1; (code = MPI_Test(r, &done, MPI_STATUS_IGNORE)) == MPI_SUCCESS && !done; pause += pause < 1000 ? pause : 0)
		usleep(pause);
	return code;
}
static int transmit(void *x, int n, int to) {
	MPI_Request r;
	int code = MPI_Isend(x, n, MPI_BYTE, to, 0, MPI_COMM_WORLD, &r);
	return code == MPI_SUCCESS ? rest(&r) : code;
}
static int receive(void *x, int n, int from) {
	MPI_Request r;
	int code = MPI_Irecv(x, n, MPI_BYTE, from, 0, MPI_COMM_WORLD, &r);
	return code == MPI_SUCCESS ? rest(&r) : code;
}
static void quit(int status) { MPI_Abort(MPI_COMM_WORLD, status); }
*/
import "C"

import (
	"encoding/binary"
	"os"
	"unsafe"

	"github.com/pkg/errors"
)

// Start makes this process a rank of the job that a launcher of Open MPI has started, or the only
// rank if there is no launcher.
func Start() (*Group, error) {
	var provided, rank, size C.int
	if err := failed("MPI_Init_thread", C.start(&provided)); err != nil {
		return nil, err
	}
	if provided < C.least() {
		return nil, errors.New("this build of Open MPI supports only one thread: it must support MPI_THREAD_SERIALIZED")
	}
	if err := failed("MPI_Comm_rank", C.rank(&rank)); err != nil {
		return nil, err
	}
	if err := failed("MPI_Comm_size", C.size(&size)); err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, errors.Wrap(err, "finding the name of this host")
	}
	return NewGroup(mpi{int(rank), int(size)}, host)
}

// mpi is Open MPI's MPI_COMM_WORLD.
type mpi struct{ rank, size int }

var _ Comm = mpi{}

func (m mpi) Rank() int { return m.rank }
func (m mpi) Size() int { return m.size }

func (m mpi) SumFloat32(x []float32) error {
	return failed("MPI_Allreduce", C.sum_float32(unsafe.Pointer(unsafe.SliceData(x)), C.int(len(x))))
}

func (m mpi) SumFloat64(x []float64) error {
	return failed("MPI_Allreduce", C.sum_float64(unsafe.Pointer(unsafe.SliceData(x)), C.int(len(x))))
}

// part is the maximum number of bytes in one call, because lengths are C ints.
const part = 1 << 26

// parts calls do for each part of data, in order.
func parts(data []byte, do func(at unsafe.Pointer, n C.int) error) error {
	for len(data) > 0 {
		n := min(len(data), part)
		if err := do(unsafe.Pointer(&data[0]), C.int(n)); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

func (m mpi) Broadcast(data []byte, root int) error {
	return parts(data, func(at unsafe.Pointer, n C.int) error { return failed("MPI_Bcast", C.bcast(at, n, C.int(root))) })
}

func (m mpi) Barrier() error { return failed("MPI_Barrier", C.barrier()) }

// Send sends the length first.
func (m mpi) Send(data []byte, to int) error {
	send := func(at unsafe.Pointer, n C.int) error { return failed("MPI_Send", C.transmit(at, n, C.int(to))) }
	if err := parts(binary.LittleEndian.AppendUint64(nil, uint64(len(data))), send); err != nil {
		return err
	}
	return parts(data, send)
}

func (m mpi) Receive(from int) ([]byte, error) {
	receive := func(at unsafe.Pointer, n C.int) error { return failed("MPI_Recv", C.receive(at, n, C.int(from))) }
	length := make([]byte, 8)
	if err := parts(length, receive); err != nil {
		return nil, err
	}
	data := make([]byte, binary.LittleEndian.Uint64(length))
	return data, parts(data, receive)
}

func (m mpi) Abort(status int) {
	C.quit(C.int(status))
	os.Exit(status) // it should not have returned
}

func (m mpi) Close() error { return failed("MPI_Finalize", C.MPI_Finalize()) }

// failed returns the error of a call, or nil.
func failed(call string, code C.int) error {
	if code == C.MPI_SUCCESS {
		return nil
	}
	text := (*C.char)(C.malloc(C.MPI_MAX_ERROR_STRING))
	defer C.free(unsafe.Pointer(text))
	var n C.int
	if C.MPI_Error_string(code, text, &n) != C.MPI_SUCCESS {
		return errors.Errorf("%s: error %d", call, int(code))
	}
	return errors.Errorf("%s: %s", call, C.GoStringN(text, n))
}
