// Command notices prints the licences of all modules that are linked into gorgpt, for the file
// THIRD_PARTY_NOTICES of a release.
//
//	go run ./internal/notices linux/amd64 windows/amd64
//
// It fails if a module has no licence file.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

const program = "gorgpt/cmd/gorgpt"

func main() {
	targets := os.Args[1:]
	if len(targets) == 0 {
		targets = []string{runtime.GOOS + "/" + runtime.GOARCH}
	}
	if err := run(targets, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

// run writes the notices of the program as built for the targets.
func run(targets []string, w io.Writer) error {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return errors.Wrap(err, "go env GOROOT")
	}
	modules := map[string]*module{}
	for _, target := range targets {
		if err := add(modules, strings.TrimSpace(string(goroot)), target); err != nil {
			return errors.WithMessage(err, target)
		}
	}
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "gorgpt contains the modules below, for %s.\n", strings.Join(targets, ", "))
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		if err := modules[name].write(out, name); err != nil {
			return err
		}
	}
	return out.Flush()
}

// module is one that is linked, with the folders of its packages that are.
type module struct {
	root     string
	packages []string
}

// add collects the modules below the program as built for one system, without cgo.
func add(modules map[string]*module, goroot, target string) error {
	system, arch, found := strings.Cut(target, "/")
	if !found {
		return errors.New("a target is a system and an architecture, such as linux/amd64")
	}
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,Standard,Module", program)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+arch)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	list, err := cmd.Output()
	if err != nil {
		return errors.Wrap(err, strings.TrimSpace("go list: "+stderr.String()))
	}
	for in := json.NewDecoder(bytes.NewReader(list)); ; {
		var p struct {
			Dir      string
			Standard bool
			Module   *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		err := in.Decode(&p)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return errors.Wrap(err, "go list")
		case p.Standard:
			modules["Go "+runtime.Version()] = &module{root: goroot}
		case p.Module == nil || p.Module.Main:
		default:
			name := p.Module.Path + " " + p.Module.Version
			m := modules[name]
			if m == nil {
				m = &module{root: p.Module.Dir}
				modules[name] = m
			}
			if !slices.Contains(m.packages, p.Dir) {
				m.packages = append(m.packages, p.Dir)
			}
		}
	}
}

// licence matches the names of files that hold one.
var licence = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying|notice|patents)s?([-._].*)?$`)

// code matches names that licence matches and that are not texts.
var code = regexp.MustCompile(`(?i)\.(go|s|c|h|sh|py|json)$`)

// write prints the licences of a module: those in its root, and those in the folders of its linked
// packages and between.
func (m *module) write(w io.Writer, name string) error {
	folders := []string{m.root}
	for _, dir := range m.packages {
		for ; len(dir) > len(m.root); dir = filepath.Dir(dir) {
			if !slices.Contains(folders, dir) {
				folders = append(folders, dir)
			}
		}
	}
	slices.Sort(folders[1:])
	fmt.Fprintf(w, "\n%s\n%s\n", strings.Repeat("=", 80), name)
	found := false
	for _, dir := range folders {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return errors.Wrap(err, name)
		}
		for _, e := range entries {
			if e.IsDir() || !licence.MatchString(e.Name()) || code.MatchString(e.Name()) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return errors.Wrap(err, name)
			}
			path, err := filepath.Rel(m.root, filepath.Join(dir, e.Name()))
			if err != nil {
				return errors.Wrap(err, name)
			}
			found = true
			fmt.Fprintf(w, "%s\n%s\n\n%s\n", strings.Repeat("-", 80), filepath.ToSlash(path), bytes.TrimSpace(text))
		}
	}
	if !found {
		return errors.Errorf("%s has no licence file in %s", name, m.root)
	}
	return nil
}
