// Package heed stops waiting for work that cannot be interrupted when a context ends.
package heed
