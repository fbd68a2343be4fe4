package docs

import (
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// library is the packages that other programs may import.
var library = []string{
	"", "graph", "graph/draw", "layers", "gpt1", "heads", "optim", "tokenizer", "loaders", "score", "controls",
	"checkpoint", "hub", "generate", "dist", "train", "pretrain", "finetune",
}

func TestPackagesOfTheLibraryHaveDocumentationAndARunnableExample(t *testing.T) {
	for _, pkg := range library {
		paths, err := filepath.Glob(filepath.Join(root, pkg, "*.go"))
		require.NoError(t, err)
		documented, runnable := false, false
		for _, path := range paths {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
			require.NoError(t, err)
			if !strings.HasSuffix(path, "_test.go") {
				documented = documented || strings.HasPrefix(file.Doc.Text(), "Package ")
				continue
			}
			for _, e := range doc.Examples(file) {
				runnable = runnable || e.Output != "" || e.EmptyOutput
			}
		}
		if !documented {
			t.Errorf("%q has no package comment", pkg)
		}
		if !runnable {
			t.Errorf("%q has no example with its output", pkg)
		}
	}
}
