// Package docs checks what the documentation of other packages must say.
package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every exported type of the library says whether several goroutines may use it at once.
func TestExportedTypesSayWhetherTheyAreSafeForConcurrentUse(t *testing.T) {
	says := regexp.MustCompile(`safe for concurrent use|must not be used by several goroutines at once|goroutines?\b`)
	for _, pkg := range []string{
		"graph", "layers", "gpt1", "heads", "generate", "finetune", "checkpoint", "hub", "tokenizer", "loaders", "train", "optim", "score", "controls", "",
	} {
		files, err := filepath.Glob(filepath.Join("..", "..", pkg, "*.go"))
		require.NoError(t, err)
		types := 0
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
			require.NoError(t, err)
			for name, doc := range exportedTypes(file) {
				types++
				if !says.MatchString(strings.ReplaceAll(doc, "\n", " ")) {
					t.Errorf("%s.%s does not say whether it is safe for concurrent use", pkg, name)
				}
			}
		}
		require.NotZero(t, types, pkg)
	}
}

// exportedTypes are the exported types of a file and what their documentation says.
func exportedTypes(file *ast.File) map[string]string {
	docs := map[string]string{}
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range g.Specs {
			if t, ok := s.(*ast.TypeSpec); ok && t.Name.IsExported() {
				docs[t.Name.Name] = g.Doc.Text() + t.Doc.Text()
			}
		}
	}
	return docs
}
