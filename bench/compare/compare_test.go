//go:build linux

package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// output returns what askBLAS prints for these settings and loaded files.
func output(built string, files ...string) string {
	out := "1.13.1\nPyTorch built with:\n  - Build settings: " + built + "\n\n55d0c0000000-55d0c0001000 r--p 00000000 08:01 1234                       /usr/bin/python3.11\n7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n"
	for _, file := range files {
		out += "7f12a0000000-7f12a0200000 r-xp 00020000 08:01 4711                       " + file + "\n"
	}
	return out + "7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0                          [stack]\n"
}

func TestFindBLAS(t *testing.T) {
	const debian = "/usr/lib/x86_64-linux-gnu/"
	for name, c := range map[string]struct {
		output string
		want   blas
	}{
		"reference": {output("BLAS_INFO=open, USE_MKL=OFF", debian+"blas/libblas.so.3.11.0", debian+"libtorch_cpu.so.1.13"), blas{"a reference BLAS (" + debian + "blas/libblas.so.3.11.0)", true}},
		"reference beside NumPy's own": {
			output("", "/usr/lib/python3/dist-packages/numpy.libs/libopenblas64_p-r0-0cf96a72.3.23.so", debian+"blas/libblas.so.3.11.0"),
			blas{"a reference BLAS (" + debian + "blas/libblas.so.3.11.0)", true},
		},
		"local reference":     {output("", "/usr/local/lib/libblas.so.3"), blas{"a reference BLAS (/usr/local/lib/libblas.so.3)", true}},
		"OpenBLAS as libblas": {output("", debian+"openblas-pthread/libblas.so.3", debian+"openblas-pthread/libopenblasp-r0.3.21.so"), blas{"OpenBLAS (" + debian + "openblas-pthread/libopenblasp-r0.3.21.so)", false}},
		"BLIS":                {output("", debian+"blis-pthread/libblas.so.3", debian+"blis-pthread/libblis.so.4.0.0"), blas{"BLIS (" + debian + "blis-pthread/libblis.so.4.0.0)", false}},
		"MKL":                 {output("", "/opt/intel/oneapi/mkl/lib/libmkl_core.so.2"), blas{"MKL (/opt/intel/oneapi/mkl/lib/libmkl_core.so.2)", false}},
		"MKL from PyPI":       {output("BLAS_INFO=mkl, BUILD_TYPE=Release", "/venv/torch/lib/libtorch_cpu.so"), blas{"mkl (linked into PyTorch)", false}},
		"NumPy's alone":       {output("BLAS_INFO=generic", "/venv/numpy.libs/libscipy_openblas64_-fdde5778.so"), blas{"an unknown BLAS", true}},
		"nothing":             {"", blas{"an unknown BLAS", true}},
	} {
		require.Equal(t, c.want, findBLAS(c.output), name)
	}
}

func TestLoadWarning(t *testing.T) {
	for text, warns := range map[string]bool{
		"0.00 1.03 0.74 1/234 5678\n": false, "0.49 0.60 0.70 1/2 3\n": false, "": false, "busy": false,
		"0.50 0.10 0.00 1/2 3\n": true, "12.07 8.69 7.00 5/234 5678\n": true,
	} {
		require.Equal(t, warns, loadWarning(text) != "", text)
	}
	require.Contains(t, loadWarning("3.25 1 1 1/2 3"), "the load is 3.25;")
}

func TestParseConfig(t *testing.T) {
	for name, want := range map[string]config{
		"gpt1/B4":                  {preset: "gpt1", batch: "4"},
		"mini/B8@1":                {preset: "mini", batch: "8", cores: 1},
		"finetune/gpt1/B32":        {kind: "finetune", preset: "gpt1", batch: "32"},
		"classify/tiny/T128@2":     {kind: "classify", preset: "tiny", length: "128", cores: 2},
		"generate/gpt1/B1":         {kind: "generate", preset: "gpt1", batch: "1", dtype: "float32"},
		"generate/gpt1/B8/int8@64": {kind: "generate", preset: "gpt1", batch: "8", dtype: "int8", cores: 64},
	} {
		c, err := parseConfig(name)
		require.NoError(t, err, name)
		require.Equal(t, name, c.name)
		require.NotZero(t, c.shape.NEmbd, name)
		want.name, want.shape = name, c.shape
		require.Equal(t, want, c)
	}
	for _, name := range []string{"", "gpt1", "gpt1/4", "gpt1/T4", "classify/gpt1/B4", "gpt1/B1/int8", "gpt1/B1@0", "gpt1/B1@", "huge/B1", "generate/gpt1/B1/int4", "write/gpt1/B1"} {
		_, err := parseConfig(name)
		require.ErrorContains(t, err, `configuration "`+name+`"`)
	}
	for _, name := range strings.Split(defaults, ",") {
		_, err := parseConfig(name)
		require.NoError(t, err)
	}
}

func TestScalingNames(t *testing.T) {
	require.Equal(t, []string{"a", "b"}, names(settings{configs: "a,b", threads: 6}))
	require.Equal(t, []string{"a@1", "a@2", "a@4", "a@6", "b@1", "b@2", "b@4", "b@6"}, names(settings{configs: "a,b", threads: 6, scaling: true}))
	require.Equal(t, []string{"a@1"}, names(settings{configs: "a", threads: 1, scaling: true}))
	require.Equal(t, []string{"a@1", "a@2", "b@3"}, names(settings{configs: "a@1,a,b@3", threads: 2, scaling: true}), "those that name a number of cores")
	for _, name := range names(settings{configs: defaults, threads: 4, scaling: true}) {
		_, err := parseConfig(name)
		require.NoError(t, err)
	}
}

func TestLine(t *testing.T) {
	l := limits{operations: 200e9, bytes: 17e9}
	speed, peak := [2][]float64{{170, 180, 160}, {70, 68, 75}}, [2][]float64{{2180, 2190, 2170}, {4000, 4100, 4050}}
	c, err := parseConfig("gpt1/B1")
	require.NoError(t, err)
	require.Equal(t, "gpt1/B1 tok/s                200 GF/s        170   62 %    2190         70   25 %    4100     2.43   2.43 2.65 2.13", c.line(l, speed, peak))
	for name, share := range map[string]float64{ // at 30 texts or tokens a second
		"generate/gpt1/B1": 30 * 464.1e6 / 17e9, "generate/gpt1/B2": 15 * 464.1e6 / 17e9, "generate/gpt1/B1/int8": 30 * 130.5e6 / 17e9,
		"classify/gpt1/T32": 30 * 32 * 170.5e6 / 200e9, "finetune/gpt1/B32": 30 * 6 * 116.0e6 / 200e9,
	} {
		c, err := parseConfig(name)
		require.NoError(t, err)
		require.InEpsilon(t, share, c.share(30, l), 1e-3, name)
	}
}

func TestCommands(t *testing.T) {
	for name, want := range map[string][2]string{
		"mini/B8":               {"BenchmarkStep$/^mini$/^B8$", "--preset mini --threads 2 --batch 8 --steps 7"},
		"classify/tiny/T32":     {"BenchmarkClassify$/^tiny$/^T32$", "--preset tiny --threads 2 --batch 32 --classify 32 --steps 7"},
		"generate/gpt1/B1/int8": {"BenchmarkGenerate$/^gpt1$/^B1$/^int8$", "--preset gpt1 --threads 2 --batch 1 --generate 64 --dtype int8"},
		"finetune/gpt1/B32":     {"BenchmarkFinetune$/^gpt1$/^B32$", "--preset gpt1 --threads 2 --finetune 8x6,8x10,"},
	} {
		c, err := parseConfig(name)
		require.NoError(t, err)
		require.Contains(t, strings.Join(goSide("bench.test", 5).command(c, 2), " "), want[0])
		require.Contains(t, strings.Join(torchSide("python", "script", 5).command(c, 2), " "), want[1])
	}
}

func TestReadingSpeeds(t *testing.T) {
	c, err := parseConfig("classify/tiny/T32")
	require.NoError(t, err)
	speed, err := goSide("", 1).speed(c, []byte("BenchmarkClassify/tiny/T32-2   5   71 ns/op   1.5e+03 texts/s\nPASS\n"))
	require.NoError(t, err)
	require.Equal(t, 1500., speed)
	_, err = goSide("", 1).speed(c, []byte("PASS\n"))
	require.EqualError(t, err, "the benchmark does not exist or prints no texts/s")
	speed, err = torchSide("", "", 1).speed(c, []byte("step 0\n{\"what\": \"classify\", \"texts_s\": 12.5}\n"))
	require.NoError(t, err)
	require.Equal(t, 12.5, speed)
}
