// Package jsondiff says where two JSON objects differ, for messages about settings and data
// that should be the same. There is one function, [First].
package jsondiff
