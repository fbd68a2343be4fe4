// Package parallel does independent pieces of work on all cores.
package parallel
