package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every op with a gradient is in TestGradients: the function that declares it, or one that calls
// that function, is called there.
func TestEveryGradientIsChecked(t *testing.T) {
	paths, err := os.ReadDir(".")
	require.NoError(t, err)
	differentiable, callers := map[string]bool{}, map[string][]string{}
	for _, path := range paths {
		if !strings.HasSuffix(path.Name(), ".go") || strings.HasSuffix(path.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path.Name(), nil, 0)
		require.NoError(t, err)
		for _, d := range file.Decls {
			f, isFunc := d.(*ast.FuncDecl)
			if !isFunc {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.KeyValueExpr:
					if key, ok := n.Key.(*ast.Ident); ok && key.Name == "grad" {
						differentiable[f.Name.Name] = true
					}
				case *ast.CallExpr:
					switch called := n.Fun.(type) {
					case *ast.SelectorExpr:
						callers[called.Sel.Name] = append(callers[called.Sel.Name], f.Name.Name)
					case *ast.Ident:
						callers[called.Name] = append(callers[called.Name], f.Name.Name)
					}
				}
				return true
			})
		}
	}
	require.Greater(t, len(differentiable), 20)
	source, err := os.ReadFile("ops_test.go")
	require.NoError(t, err)
	lstm, err := os.ReadFile("lstm_test.go")
	require.NoError(t, err)
	tested := func(name string) bool { return strings.Contains(string(source)+string(lstm), "."+name+"(") }
	for name := range differentiable {
		found := tested(name)
		for _, caller := range callers[name] {
			found = found || tested(caller)
		}
		require.True(t, found, "%s declares a gradient that TestGradients does not check", name)
	}
}
