// Package graphtest checks graph builders: values against others, and gradients
// against central differences.
package graphtest
