package kernels

import (
	"fmt"
	"testing"

	"gorgpt/internal/simd"
)

// gpt1Products are the matrix products of one GPT-1 step on M tokens. N and K
// are those of the layer's weight [K N]; the head's N is padded to whole cache
// lines.
var gpt1Products = []struct {
	name string
	n, k int
}{
	{"qkv", 2304, 768},
	{"proj", 768, 768},
	{"fc", 3072, 768},
	{"mlp", 768, 3072},
	{"head", 40512, 768},
}

// BenchmarkGEMM reports the speed of each product and its two gradients. The
// instruction set is chosen by GORGPT_CPU.
func BenchmarkGEMM(b *testing.B) {
	for _, m := range []int{512, 2048} {
		for _, s := range gpt1Products {
			if testing.Short() && (m > 512 || s.name == "head") {
				continue
			}
			x, w, y := random(1, m*s.k), random(2, s.k*s.n), random(3, m*s.n)
			name := func(pass string) string { return fmt.Sprintf("%s/M=%d/%s/%s", simd.ISA(), m, s.name, pass) }
			rate := func(b *testing.B) {
				b.ReportMetric(2*float64(m)*float64(s.n)*float64(s.k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOPS")
			}
			b.Run(name("y=xW"), func(b *testing.B) {
				for b.Loop() {
					Gemm(false, false, m, s.n, s.k, x, s.k, w, s.n, 0, y, s.n)
				}
				rate(b)
			})
			b.Run(name("dx=dyWt"), func(b *testing.B) {
				for b.Loop() {
					Gemm(false, true, m, s.k, s.n, y, s.n, w, s.n, 0, x, s.k)
				}
				rate(b)
			})
			b.Run(name("dW+=xtdy"), func(b *testing.B) {
				for b.Loop() {
					Gemm(true, false, s.k, s.n, m, x, s.k, y, s.n, 1, w, s.n)
				}
				rate(b)
			})
		}
	}
}
