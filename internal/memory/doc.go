// Package memory reports how much memory a process may still allocate: the least of what the
// machine has available, the limit of the container, and the limit of the Go runtime (GOMEMLIMIT).
package memory
