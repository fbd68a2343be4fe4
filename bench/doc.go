// Package bench measures whole training steps. BenchmarkStep times ours;
// torch_gpt1.py takes the same step in PyTorch; the command in compare runs the
// two in turn, because the speed of a shared machine drifts. Kernels have their
// benchmarks beside them.
package bench
