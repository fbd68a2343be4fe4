// Package memory reports how much memory a process may still allocate: the least of what the
// machine has available, the limits of the container or service, and the limit of the Go runtime
// (GOMEMLIMIT).
package memory
