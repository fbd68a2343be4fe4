package gorgpt_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/doc"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write testdata/api.txt anew")

// What other programs compile against changes only on purpose.
func TestExportedAPI(t *testing.T) {
	golden := filepath.Join("testdata", "api.txt")
	api := exportedAPI(t, ".")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(api), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), api, "if this change is wanted: go test . -update, and a line in CHANGELOG.md")
}

// exportedAPI is the exported declarations of the package in a folder, without comments.
func exportedAPI(t *testing.T, dir string) string {
	t.Helper()
	fset := token.NewFileSet()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, file)
	}
	p, err := doc.NewFromFiles(fset, files, "gorgpt")
	require.NoError(t, err)
	var b bytes.Buffer
	declare := func(decl ast.Decl) {
		if f, ok := decl.(*ast.FuncDecl); ok {
			f.Body = nil
		}
		require.NoError(t, format.Node(&b, fset, decl))
		b.WriteString("\n\n")
	}
	values := func(all []*doc.Value) {
		for _, v := range all {
			declare(v.Decl)
		}
	}
	funcs := func(all []*doc.Func) {
		for _, f := range all {
			declare(f.Decl)
		}
	}
	values(p.Consts)
	values(p.Vars)
	funcs(p.Funcs)
	for _, typ := range p.Types {
		declare(typ.Decl)
		values(typ.Consts)
		values(typ.Vars)
		funcs(typ.Funcs)
		funcs(typ.Methods)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
