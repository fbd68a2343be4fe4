package neon

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// word is an instruction as it stands in an assembly file.
type word struct {
	where string
	code  uint32
	text  string
}

var wordLine = regexp.MustCompile(`^\tWORD +\$0x([0-9a-f]{8}) // (.*)$`)

// words are the lines of assembly that hold an instruction as a word.
func words(t *testing.T, name, assembly string) []word {
	t.Helper()
	var all []word
	for i, line := range strings.Split(assembly, "\n") {
		if !strings.Contains(line, "WORD") {
			continue
		}
		m := wordLine.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("%s:%d: not a word with its instruction: %s", name, i+1, line)
		}
		code, err := strconv.ParseUint(m[1], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, word{fmt.Sprintf("%s:%d", name, i+1), uint32(code), m[2]})
	}
	return all
}

// methods are words of each instruction method, with registers and lanes at the ends of their ranges.
func methods(t *testing.T) []word {
	t.Helper()
	ends := map[reflect.Type][]any{
		reflect.TypeFor[vec]():  {vec(0), vec(31), vec(21)},
		reflect.TypeFor[reg]():  {reg(0), reg(26), reg(21)},
		reflect.TypeFor[lane](): {lane{0, 3}, lane{31, 1}, lane{21, 2}},
		reflect.TypeFor[int]():  {1, 4, 7},
		reflect.TypeFor[imm]():  {imm(1), imm(31), imm(21)},
	}
	var all []word
	a := reflect.ValueOf(&asm{})
	for i := range a.NumMethod() {
		name, f := a.Type().Method(i).Name, a.Method(i)
		for first := range 3 {
			var args []reflect.Value
			for p := range f.Type().NumIn() {
				if values := ends[f.Type().In(p)]; values != nil {
					args = append(args, reflect.ValueOf(values[(first+p)%3]))
				}
			}
			if len(args) < f.Type().NumIn() {
				break // takes an operand that no word has
			}
			b := &asm{}
			reflect.ValueOf(b).Method(i).Call(args)
			all = append(all, words(t, name, b.code.String())...)
		}
	}
	return all
}

// disassemblers are the tools that serve, with the lines of their output that hold an instruction.
var disassemblers = []struct {
	name string
	args []string
	line *regexp.Regexp
}{
	{"llvm-mc", []string{"-disassemble", "-triple=aarch64", "-mattr=+v8.6a"}, regexp.MustCompile(`(?m)^\t([^.].*)$`)},
	{"aarch64-linux-gnu-objdump", []string{"-D", "-b", "binary", "-m", "aarch64"}, regexp.MustCompile(`(?m)^ +[0-9a-f]+:\t[0-9a-f]{8} \t(.*)$`)},
}

// disassemble returns the instructions of words as Arm writes them, or skips the test.
func disassemble(t *testing.T, all []word) []string {
	t.Helper()
	for _, d := range disassemblers {
		path, err := exec.LookPath(d.name)
		if err != nil {
			continue
		}
		cmd := exec.Command(path, d.args...)
		var code []byte
		var hex strings.Builder
		for _, w := range all {
			code = binary.LittleEndian.AppendUint32(code, w.code)
			fmt.Fprintf(&hex, "0x%02x 0x%02x 0x%02x 0x%02x\n", byte(w.code), byte(w.code>>8), byte(w.code>>16), byte(w.code>>24))
		}
		if d.name == "llvm-mc" {
			cmd.Stdin = strings.NewReader(hex.String())
		} else {
			file := filepath.Join(t.TempDir(), "code")
			if err := os.WriteFile(file, code, 0o600); err != nil {
				t.Fatal(err)
			}
			cmd.Args = append(cmd.Args, file)
		}
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", d.name, err)
		}
		var text []string
		for _, m := range d.line.FindAllStringSubmatch(string(out), -1) {
			text = append(text, strings.Join(strings.Fields(m[1]), " "))
		}
		return text
	}
	t.Skip("no disassembler of Arm is installed: llvm-mc (Debian: llvm) or aarch64-linux-gnu-objdump (binutils-aarch64-linux-gnu)")
	return nil
}

// wrong returns the words that are not the instructions beside them.
func wrong(t *testing.T, all []word) []string {
	t.Helper()
	text := disassemble(t, all)
	if len(text) != len(all) {
		return []string{fmt.Sprintf("%d of %d words are instructions", len(text), len(all))}
	}
	var bad []string
	for i, w := range all {
		if text[i] != w.text {
			bad = append(bad, fmt.Sprintf("%s: %08x is %q, not %q", w.where, w.code, text[i], w.text))
		}
	}
	return bad
}

// TestWords compares all words, of the files that were written and of each method, with a disassembler.
func TestWords(t *testing.T) {
	all := methods(t)
	paths, err := filepath.Glob("../../*_arm64.s")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no assembly: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, words(t, filepath.Base(path), string(text))...)
	}
	for _, w := range wrong(t, all) {
		t.Error(w)
	}
	t.Logf("%d words", len(all))
}

// TestWordsNoticesAWrongBit changes one bit of one word, each bit once.
func TestWordsNoticesAWrongBit(t *testing.T) {
	all := methods(t)
	for i := range 32 {
		tampered := slices.Clone(all)
		at := (i * 7) % len(all)
		tampered[at].code ^= 1 << i
		if len(wrong(t, tampered)) == 0 {
			t.Errorf("%s: bit %d is wrong, and nobody notices", all[at].text, i)
		}
	}
}

// TestNoReservedRegister: R18 is the system's on macOS, R27 the assembler's, R28 the goroutine.
func TestNoReservedRegister(t *testing.T) {
	a := &asm{freeR: usable}
	for range 26 {
		if r := a.reg(); r == 18 || r > 26 {
			t.Errorf("%v is handed out", r)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a register is handed out twice")
		}
	}()
	a.reg()
}
