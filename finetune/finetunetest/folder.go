// Package finetunetest makes fine-tuned models for tests.
package finetunetest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/loaders"
)

// Folder writes the model in the folder base with a random head for a task, whose labels are those of the rows, and returns
// its folder.
func Folder(t testing.TB, base string, kind heads.Kind, rows ...loaders.Row) (dir string) {
	t.Helper()
	b, err := finetune.ReadBase(base)
	require.NoError(t, err)
	spec, err := finetune.Learn(kind, rows)
	require.NoError(t, err)
	spec.Specials, err = finetune.Specials(b.Tok)
	require.NoError(t, err)
	m, err := heads.Attach(b.Model, heads.AttachOptions{Rows: b.Tok.Size(), Outputs: spec.Outputs(), Blocks: b.Model.NLayer, Seed: 1})
	require.NoError(t, err)
	dir = t.TempDir()
	require.NoError(t, checkpoint.WriteFolder(dir, m, b.Tok, checkpoint.Form{}))
	task, err := spec.JSON()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, finetune.SpecFile), task, 0o600))
	return dir
}
