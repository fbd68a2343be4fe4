// Package cli holds what the commands share: command lines and their checks, the flags
// of every kind of run, exit statuses and signals.
package cli
