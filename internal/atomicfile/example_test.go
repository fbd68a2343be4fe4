package atomicfile_test

import (
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"gorgpt/internal/atomicfile"
)

func Example() {
	dir, err := os.MkdirTemp("", "atomicfile")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "step.txt")

	if err := atomicfile.WriteFile(path, []byte("step 100\n")); err != nil {
		log.Fatal(err)
	}
	err = atomicfile.Write(path, func(w io.Writer) error {
		fmt.Fprint(w, "step 2")
		return io.ErrUnexpectedEOF // the source broke off
	})
	fmt.Println(err != nil)

	content, err := os.ReadFile(path)
	fmt.Print(string(content), err)
	// Output:
	// true
	// step 100
	// <nil>
}
