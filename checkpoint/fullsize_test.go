package checkpoint

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
)

// TestFullSize takes random weights of the published names and shapes through both forms, bit
// for bit, and tells how long reading takes.
func TestFullSize(t *testing.T) {
	if testing.Short() {
		t.Skip("writes a gigabyte")
	}
	c, err := gpt1.Preset("gpt1")
	require.NoError(t, err)
	m, err := gpt1.New(c)
	require.NoError(t, err)
	m.Init(1)
	require.Equal(t, 116_534_784, m.Store.Len())
	for name, write := range map[string]func(dir string){
		"Hugging Face":     func(dir string) { require.NoError(t, WriteModel(dir, m)) },
		"OpenAI's release": func(dir string) { writeRelease(t, dir, m) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(dir)
			start := time.Now()
			back, err := ReadModel(dir)
			require.NoError(t, err)
			t.Logf("%d numbers read in %.2f s", back.Store.Len(), time.Since(start).Seconds())
			require.Equal(t, m.Config, back.Config)
			for i, p := range m.Store.Params() { // require.Equal would be slow at this size
				q := back.Store.Params()[i]
				require.Equal(t, p.Name, q.Name)
				require.Equal(t, p.Shape, q.Shape)
				if j := firstDifference(p.Value, q.Value); j >= 0 {
					t.Fatalf("%s differs at %d: %v, %v", p.Name, j, p.Value[j], q.Value[j])
				}
			}
			require.NoError(t, os.RemoveAll(dir))
		})
	}
}

// firstDifference returns where two slices of one length differ first, or -1.
func firstDifference(a, b []float32) int {
	for i, v := range a {
		if v != b[i] {
			return i
		}
	}
	return -1
}
