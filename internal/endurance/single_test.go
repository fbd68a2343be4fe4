//go:build unix && !mpi

package endurance

// tags are what the commands are built with.
const tags = ""
