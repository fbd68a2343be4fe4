// Package jsondiff finds the first difference between two JSON objects, for messages about
// settings and data that should be the same. Its only function is [First].
package jsondiff
