package checkpoint

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint/safetensors"
)

// TestShardsKeepToTheirSize deals tensors of 4, 8, 12, … bytes out.
func TestShardsKeepToTheirSize(t *testing.T) {
	var tensors []safetensors.Tensor
	total := 0
	for i := range 9 {
		tensors = append(tensors, safetensors.NewFloat32(fmt.Sprint("t", i), []int{i + 1}, make([]float32, i+1)))
		total += 4 * (i + 1)
	}
	for most, want := range map[int64]int{0: 1, 1: 9, 24: 7, 36: 6, 179: 2, 180: 1, 1 << 40: 1} {
		files, data, err := shards(tensors, most)
		require.NoError(t, err)
		require.Len(t, files, want, most)
		if want == 1 {
			require.Nil(t, data)
			require.Equal(t, tensors, files[WeightsFile])
			continue
		}
		var index struct {
			Metadata struct {
				Total int `json:"total_size"`
			}
			Files map[string]string `json:"weight_map"`
		}
		require.NoError(t, json.Unmarshal(data, &index))
		require.Equal(t, total, index.Metadata.Total)
		require.Len(t, index.Files, len(tensors))
		for name, part := range files {
			require.Regexp(t, shardPattern, name)
			size := int64(0)
			for _, tensor := range part {
				size += tensor.Bytes()
				require.Equal(t, name, index.Files[tensor.Name()])
			}
			require.True(t, size <= most || len(part) == 1, "%s has %d bytes", name, size)
		}
		_, err = parseIndex(data)
		require.NoError(t, err)
	}
	var many []safetensors.Tensor
	for i := range maxShards + 1 {
		many = append(many, safetensors.NewFloat32(fmt.Sprint("t", i), []int{1}, []float32{0}))
	}
	_, _, err := shards(many, 1)
	require.ErrorContains(t, err, "in files of at most 1 bytes, the weights are 1001 files: there may be 1000")
}

// TestBrokenExchangeOfShards interrupts the exchange of several files by one, and of one by several, at each step. The folder opens as one of the models or not at all.
func TestBrokenExchangeOfShards(t *testing.T) {
	models, toks := twoModels(t)
	killed := errors.New("killed")
	for _, size := range [][2]int64{{900, 0}, {0, 900}} {
		old, fresh := t.TempDir(), t.TempDir()
		require.NoError(t, WriteFolder(old, models[0], toks[0], Form{Task: []byte("{}"), Shard: size[0]}))
		require.NoError(t, WriteFolder(fresh, models[1], toks[1], Form{Shard: size[1]}))
		for steps, done := 0, false; !done; steps++ {
			dir := t.TempDir()
			from := filepath.Join(dir, staged)
			require.NoError(t, os.CopyFS(dir, os.DirFS(old)))
			require.NoError(t, os.CopyFS(from, os.DirFS(fresh)))
			left := steps
			err := exchange(dir, from, func() error {
				if left--; left < 0 {
					return killed
				}
				return nil
			})
			which := opensAs(t, dir, models, toks)
			if done = err == nil; done {
				require.Equal(t, 1, which)
			} else {
				require.ErrorIs(t, err, killed)
			}
			require.NoError(t, WriteFolder(dir, models[1], toks[1], Form{Shard: size[1]}))
			require.Equal(t, 1, opensAs(t, dir, models, toks))
			require.Equal(t, filesIn(t, fresh), filesIn(t, dir), "nothing of the old model is left")
		}
	}
}

func filesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestFilesOfOthersStay: a model replaces the settings for other programs only if it brings its own.
func TestFilesOfOthersStay(t *testing.T) {
	models, toks := twoModels(t)
	dir := t.TempDir()
	path := filepath.Join(dir, generationConfig)
	require.NoError(t, os.WriteFile(path, []byte("mine"), 0o600))
	for _, c := range []struct {
		files map[string][]byte
		want  string
	}{{nil, "mine"}, {map[string][]byte{generationConfig: []byte("{}")}, "{}"}} {
		require.NoError(t, WriteFolder(dir, models[0], toks[0], Form{Files: c.files}))
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, c.want, string(data))
	}
	err := WriteFolder(dir, models[0], toks[0], Form{Files: map[string][]byte{"other.json": nil}})
	require.ErrorContains(t, err, "other.json has no place in the order")
}
