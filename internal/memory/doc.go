// Package memory tells how much memory a process may still take: what the machine has
// available, the limit of a container, and that of the Go runtime (GOMEMLIMIT), whichever
// is least.
package memory
