package simd

import (
	"fmt"
	"os"
	"strings"
)

// EnvCPU is the environment variable that forces an instruction set.
const EnvCPU = "GORGPT_CPU"

// active is the table in use and chooseErr what was wrong with EnvCPU. Both are
// fixed before main starts.
var active, chooseErr = choose(os.Getenv(EnvCPU), append(assembled(), generic))

// ISA names the instruction set in use: "generic", "avx2", "avx512" or "neon".
func ISA() string { return active.name }

// Err returns an error when the environment asks for an instruction set that
// is unknown or that this processor or build lacks; plain Go is then in use.
// A library cannot say so on its own, so commands report it.
func Err() error { return chooseErr }

// choose returns the wanted table out of those that can run, or if wanted is
// empty the first.
func choose(wanted string, tables []table) (table, error) {
	if wanted == "" {
		return tables[0], nil
	}
	var names []string
	for _, t := range tables {
		if t.name == wanted {
			return t, nil
		}
		names = append(names, t.name)
	}
	return generic, fmt.Errorf("simd: %s=%s: not available here; using generic, could be one of: %s",
		EnvCPU, wanted, strings.Join(names, ", "))
}
