// Command estimate says how fast the kernels for arm64 should be, without a processor to measure
// them on: it compiles package simd, takes the inner loop of each kernel out of the binary, and lets
// llvm-mca schedule it on models of processors. Needs llvm-mca and llvm-objdump of LLVM 19 or later
// (Debian: llvm-19); earlier models of these processors are useless.
//
//	go -C internal/simd/_gen run ./estimate
//
// It prints the table of docs/performance.md. The models know neither caches nor memory.
package main

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// kernels are the loops to look at.
var kernels = []struct {
	neon     string
	elements int // or multiply-adds, that a turn of its loop does
	plain    string
	each     int // what a turn of its loop does
}{
	{"tile", 4 * 96, "halfTile", 8},
	{"stripFloat32", 4 * 32, "stripFloat32Generic", 1},
	{"stripsFloat32", 4 * 4 * 16, "stripFloat32Generic", 1},
	{"combine", 8 * 16, "axpyGeneric", 1},
	{"transposed", 8 * 16, "transposedGeneric", 1},
	{"pack", 16, "", 0},
	{"transpose", 64, "transposeGeneric", 1},
	{"add", 16, "addGeneric", 1},
	{"scale", 16, "scaleGeneric", 1},
	{"axpy", 16, "axpyGeneric", 1},
	{"shiftMul", 16, "shiftMulGeneric", 1},
	{"mulSub", 16, "mulSubGeneric", 1},
	{"dot", 32, "dotGeneric", 4},
	{"maximum", 32, "maxGeneric", 1},
	{"sumSquares", 16, "sumSquaresGeneric", 2},
}

// processors are the models.
var processors = []string{"neoverse-n1", "neoverse-v1", "apple-m1"}

// peak is the kernel that does multiply-adds and nothing else, and how many vectors of them in a turn.
const (
	peak     = "peak"
	peakSums = 24
)

func main() {
	functions, err := disassemble()
	if err != nil {
		log.Fatal(err)
	}
	best := map[string]float64{} // cycles of a multiply-add
	for _, cpu := range processors {
		cycles, err := schedule(cpu, functions[peak+"NEON"].loop())
		if err != nil {
			log.Fatal(err)
		}
		best[cpu] = cycles / (vectorLanes * peakSums)
		fmt.Printf("%s: %.2f vector multiply-adds a cycle\n", cpu, 1/(vectorLanes*best[cpu]))
	}
	fmt.Printf("\n| kernel | instructions per element | plain Go | share | cycles per element: %s |\n| --- | --- | --- | --- | --- | --- | --- |\n",
		strings.Join(processors, " | "))
	for _, k := range kernels {
		loop := functions[k.neon+"NEON"].loop()
		mine, plain, share := float64(len(loop))/float64(k.elements), "", ""
		if k.plain != "" {
			theirs := float64(functions.length(functions[k.plain].loop())) / float64(k.each)
			plain, share = fmt.Sprintf("%.2f", theirs), fmt.Sprintf("%.0f %%", 100*mine/theirs)
		}
		fmt.Printf("| %s | %.2f | %s | %s", k.neon, mine, plain, share)
		for _, cpu := range processors {
			cycles, err := schedule(cpu, loop)
			if err != nil {
				log.Fatalf("%s: %v", k.neon, err)
			}
			cycles /= float64(k.elements)
			fmt.Printf(" | %.3f", cycles)
			if k.neon == "tile" {
				fmt.Printf(" (%.0f %% of peak)", 100*best[cpu]/cycles)
			}
		}
		fmt.Println(" |")
	}
	if err := functions.printRows(); err != nil {
		log.Fatal(err)
	}
}

const vectorLanes = 4

// instruction is one of a function.
type instruction struct {
	address uint64
	text    string
}

// function is what a symbol of package simd holds.
type function []instruction

// program maps symbols, without package, to functions.
type program map[string]function

var (
	symbolLine      = regexp.MustCompile(`^[0-9a-f]+ <gorgpt/internal/simd\.([^.>]+)(?:\.abi0)?>:$`)
	instructionLine = regexp.MustCompile(`^ *([0-9a-f]+):\s+(.*)$`)
	target          = regexp.MustCompile(`0x([0-9a-f]+) <`)
	branch          = regexp.MustCompile(`^(b|b\.\w+|cbn?z|tbn?z)\s`)
	call            = regexp.MustCompile(`^bl\s+0x[0-9a-f]+ <gorgpt/internal/simd\.(\w+)>`)
)

// disassemble compiles the package and reads its functions.
func disassemble() (program, error) {
	dir, err := os.MkdirTemp("", "estimate")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "simd.test")
	build := exec.Command("go", "test", "-c", "-o", binary, ".")
	build.Dir, build.Stderr = "..", os.Stderr
	build.Env = append(os.Environ(), "GOARCH=arm64", "GOOS=linux", "CGO_ENABLED=0")
	if err := build.Run(); err != nil {
		return nil, fmt.Errorf("compiling package simd: %w", err)
	}
	out, err := run("llvm-objdump", "", "-d", "--no-show-raw-insn", binary)
	if err != nil {
		return nil, err
	}
	all, name := program{}, ""
	for _, line := range strings.Split(out, "\n") {
		if strings.HasSuffix(line, ">:") {
			name = ""
			if m := symbolLine.FindStringSubmatch(line); m != nil {
				name = m[1]
			}
			continue
		}
		if m := instructionLine.FindStringSubmatch(line); m != nil && name != "" {
			address, err := strconv.ParseUint(m[1], 16, 64)
			if err != nil {
				return nil, err
			}
			all[name] = append(all[name], instruction{address, m[2]})
		}
	}
	return all, nil
}

// loop returns the longest of the innermost loops.
func (f function) loop() function {
	var best function
	for _, body := range f.loops() {
		if len(body) > len(best) {
			best = body
		}
	}
	return best
}

// loops returns the innermost loops: those inside which no other begins.
func (f function) loops() []function {
	var starts, ends []int
	for i, in := range f {
		m := target.FindStringSubmatch(in.text)
		if m == nil || !branch.MatchString(in.text) {
			continue
		}
		to, err := strconv.ParseUint(m[1], 16, 64)
		if err != nil || to > in.address {
			continue
		}
		start := i
		for start > 0 && f[start].address > to {
			start--
		}
		if at := slices.Index(starts, start); at >= 0 {
			ends[at] = i + 1
		} else {
			starts, ends = append(starts, start), append(ends, i+1)
		}
	}
	var all []function
	for at, start := range starts {
		if !slices.ContainsFunc(starts, func(other int) bool { return start < other && other < ends[at] }) {
			all = append(all, f[start:ends[at]])
		}
	}
	return all
}

// length counts the instructions of a loop, with those of the functions that it calls.
func (p program) length(loop function) int {
	n := len(loop)
	for _, in := range loop {
		if m := call.FindStringSubmatch(in.text); m != nil {
			n += len(p[m[1]])
		}
	}
	return n
}

// schedule returns the cycles that a turn of the loop takes.
func schedule(cpu string, loop function) (float64, error) {
	if len(loop) == 0 {
		return 0, fmt.Errorf("there is no loop")
	}
	var text strings.Builder
	text.WriteString("loop:\n")
	for _, in := range loop {
		line := in.text
		if i := strings.Index(line, "0x"); i >= 0 && branch.MatchString(line) {
			line = line[:i] + "loop"
		}
		fmt.Fprintln(&text, line)
	}
	const turns = 1000
	out, err := run("llvm-mca", text.String(), "-mtriple=aarch64", "-mcpu="+cpu, "-iterations="+strconv.Itoa(turns))
	if err != nil {
		return 0, err
	}
	for _, line := range strings.Split(out, "\n") {
		if cycles, ok := strings.CutPrefix(line, "Total Cycles:"); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(cycles), 64)
			return n / turns, err
		}
	}
	return 0, fmt.Errorf("llvm-mca names no cycles: %s", out)
}

// run runs a tool of LLVM 19, under its own name or Debian's.
func run(tool, input string, args ...string) (string, error) {
	if path, err := exec.LookPath(tool + "-19"); err == nil {
		tool = path
	}
	cmd := exec.Command(tool, args...)
	cmd.Stdin, cmd.Stderr = strings.NewReader(input), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s (Debian: llvm-19): %w", tool, err)
	}
	return string(out), nil
}
