// Package graph builds and runs Gorgonia expression graphs.
package graph
