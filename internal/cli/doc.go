// Package cli holds what the commands share: exit statuses, signals, and checks of
// flag values.
package cli
