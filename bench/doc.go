// Package bench measures whole training steps. BenchmarkStep times this module;
// torch_gpt1.py takes the same step in PyTorch. The command in compare runs the two
// in turn, because the speed of a shared machine drifts. Benchmarks of kernels are in
// package kernels.
package bench
