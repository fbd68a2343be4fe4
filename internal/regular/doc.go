// Package regular opens files whose size can be relied on.
package regular
