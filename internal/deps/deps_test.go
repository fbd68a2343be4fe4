// Package deps checks the imports of all packages, except those of tests.
//
// To see them:
//
//	go list -f '{{.ImportPath}}: {{join .Imports " "}}' ./...
//	go list -deps ./finetune
package deps

import (
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "gorgpt"

// order lists all packages. Each imports only packages before it. A new package needs a place here.
var order = []string{
	// Files, memory and numbers; nothing of language models.
	"internal/regular", "internal/atomicfile", "internal/outfile", "internal/heed", "internal/plural", "internal/parallel", "internal/jsondiff", "internal/memory",
	"internal/results", "internal/figure",
	"internal/simd", "internal/kernels",
	"dist",
	// The model.
	"graph", "graph/draw", "layers", "gpt1",
	// Text and rows.
	"tokenizer/internal/ftfy", "tokenizer/internal/spacy", "tokenizer",
	"loaders/charset", "loaders", "loaders/ledger", "loaders/storyworld", "loaders/shards", "loaders/tables", "loaders/datasets",
	// Tasks.
	"score", "heads", "controls",
	// Training, files of models, writing.
	"optim",
	"checkpoint/npy", "checkpoint/safetensors", "checkpoint",
	"hub",
	"generate",
	"train", "pretrain", "finetune", "finetune/files", "train/runs", "export",
	"", // the root package
	"serve/page", "serve",
	"experiment/ablate", "experiment/zeroshot",
	// Programs.
	"cmd/internal/cli", "cmd/internal/hubcli",
	"cmd/internal/traincmd", "cmd/internal/finetunecmd", "cmd/internal/generatecmd", "cmd/internal/servecmd", "cmd/internal/convertcmd", "cmd/internal/comparecmd",
	"cmd/internal/ablatecmd", "cmd/internal/zeroshotcmd", "cmd/internal/fetchcmd",
	"cmd/gorgpt", "cmd/train", "cmd/finetune",
	"bench", "bench/compare", "bench/recipe", "notebooks/world", "internal/notices",
	// Help for tests.
	"graph/graphtest", "graph/draw/drawtest", "dist/disttest", "hub/hubtest", "finetune/finetunetest", "checkpoint/golden", "internal/endurance", "internal/docs", "internal/deps",
}

// pkg is a package as go list describes it.
type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
	DepsErrors []struct{ Err string }
}

// name is the path of a package of this module, below the module.
func name(path string) (string, bool) {
	if path == module {
		return "", true
	}
	return strings.CutPrefix(path, module+"/")
}

// list returns all packages of the module.
func list(t *testing.T) map[string]pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps,DepsErrors", module+"/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	all := map[string]pkg{}
	for in := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		err := in.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		require.Empty(t, p.DepsErrors, p.ImportPath)
		n, ok := name(p.ImportPath)
		require.True(t, ok, p.ImportPath)
		all[n] = p
	}
}

func TestNoImportPointsUpwards(t *testing.T) {
	packages := list(t)
	for n := range packages {
		require.Contains(t, order, n, "the order lacks this package")
	}
	for _, n := range order {
		require.Contains(t, packages, n, "the order has a package that does not exist")
	}
	for i, n := range order {
		for _, path := range packages[n].Imports {
			if other, ok := name(path); ok && slices.Index(order, other) > i {
				t.Errorf("%s imports %s, which comes after it in the order", packages[n].ImportPath, path)
			}
		}
	}
}

func TestInternalPackagesImportOnlyInternalOnes(t *testing.T) {
	for n, p := range list(t) {
		if !strings.HasPrefix(n, "internal/") {
			continue
		}
		for _, path := range p.Imports {
			if other, ok := name(path); ok && !strings.HasPrefix(other, "internal/") {
				t.Errorf("%s imports %s", p.ImportPath, path)
			}
		}
	}
}

// alone are libraries that only the packages named may import.
var alone = map[string][]string{
	"gorgonia.org/":                   {"graph"},
	"golang.org/x/image":              {"internal/figure"},
	"github.com/parquet-go/":          {"loaders/tables", "loaders/datasets"},
	"github.com/klauspost/compress":   {"loaders/tables", "loaders/datasets"},
	"github.com/agnivade/levenshtein": {"cmd/internal/cli", "cmd/gorgpt"},
	"github.com/shirou/gopsutil":      {"internal/memory"},
	"github.com/prometheus/":          {"serve"},
}

func TestLibrariesAreWrapped(t *testing.T) {
	for n, p := range list(t) {
		for library, by := range alone {
			for _, path := range p.Imports {
				if strings.HasPrefix(path, library) && !slices.Contains(by, n) {
					t.Errorf("%s imports %s: only %s may", p.ImportPath, path, strings.Join(by, ", "))
				}
			}
		}
	}
}

// light are packages that other programs import, with the maximum number of packages below each;
// 0: no maximum.
var light = map[string]int{"": 270, "train": 0, "pretrain": 0, "finetune": 0}

// heavy are libraries that must not be below light packages.
var heavy = []string{"github.com/tetratelabs/wazero", "golang.org/x/image", "github.com/parquet-go/", "net/http", "gorgpt/hub"}

func TestLightPackagesHaveNothingHeavyBelow(t *testing.T) {
	packages := list(t)
	for n, limit := range light {
		p := packages[n]
		if below := len(p.Deps); limit > 0 && below > limit {
			t.Errorf("%s has %d packages below it: at most %d are allowed", p.ImportPath, below, limit)
		}
		for _, path := range p.Deps {
			for _, library := range heavy {
				if strings.HasPrefix(path, library) {
					t.Errorf("%s has %s below it", p.ImportPath, path)
				}
			}
		}
	}
}

// cmd/train is what people compile when they try this module for the first time. Network code and plots took a
// quarter of that time.
func TestTheFirstProgramCompilesQuickly(t *testing.T) {
	deps := list(t)["cmd/train"].Deps
	assert.LessOrEqual(t, len(deps), 290)
	for _, path := range []string{"gorgpt/finetune", "net/http", "gonum.org/v1/plot", "github.com/parquet-go/parquet-go"} {
		assert.False(t, slices.Contains(deps, path), path)
	}
}
