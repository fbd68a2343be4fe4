// Package bench measures whole training steps, fine-tuning, classification, writing and serving.
// BenchmarkStep and its neighbours time this module; torch_gpt1.py does the same in PyTorch.
// The command in compare runs the two in turn, because the speed of a shared machine drifts.
// TestSameCurveInPyTorch trains the same model in both. BenchmarkLimits measures what the machine
// could do; [Update] computes the speed on more cores from measured parts. Benchmarks of kernels are
// in package kernels.
package bench
