// Package heed makes work that cannot be stopped midway give way to a context that ends.
package heed
