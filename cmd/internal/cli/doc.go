// Package cli is shared by all commands: it parses and checks command lines, declares the flags
// of all kinds of runs, shows runs to the user, and handles exit statuses and signals.
package cli
