package cli

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/pretrain"
	"gorgpt/train"
)

func TestBar(t *testing.T) {
	var out bytes.Buffer
	b := bar{w: &out}
	require.NoError(t, b.clear())
	require.Empty(t, out.String(), "nothing to clear")
	require.NoError(t, b.show("reading", 1, 4, "of it"))
	require.Equal(t, "\rreading  25% |████            | of it", out.String())
	out.Reset()
	require.NoError(t, b.show("reading", 2, 4, "of it"))
	require.Empty(t, out.String(), "too early")
	b.last = b.last.Add(-barPause)
	require.NoError(t, b.show("read", 3, 4, "it"))
	require.Equal(t, "\rread  75% |████████████    | it      ", out.String(), "covers the longer line")
	out.Reset()
	require.NoError(t, b.show("read", 4, 4, "it"))
	require.Equal(t, "\r                               \r", out.String(), "done")
	out.Reset()
	require.NoError(t, b.show("read", -1, 4, "it"))
	require.Equal(t, "\rread   0% |                | it", out.String(), "at once after clearing")
}

func TestBarsOnATerminal(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress(&out, true, 10, 1)
	require.NoError(t, p.Updated(train.Update{Step: 5, Loss: 2, Smoothed: 3, LR: 1e-3, TokS: 100, Elapsed: time.Second}))
	require.Equal(t, "\rloss 2.0000 (~3.0000)  lr 1.00e-03  100 tok/s  ETA 1s  50% |████████        | (5/10)", out.String())
	require.NoError(t, p.Evaluated(5, []train.Metric{{Name: "val_loss", Value: 3}}))
	require.Regexp(t, `\r +\rstep 5/10  val_loss 3.0000\n$`, out.String(), "the bar is removed first")

	out.Reset()
	m := meter{w: &out, bar: &bar{w: &out}}
	r := pretrain.Reading{Work: "tokenizing", Of: 2, Size: 8e6, Bytes: 4e6}
	m.show(r)
	require.Contains(t, out.String(), "\rtokenizing  50% |████████        | 4.0 of 8.0 MB")
	r.End = true
	m.show(r)
	require.Regexp(t, `\r +\r$`, out.String())
}

func TestALineOfProgressRemovesTheBar(t *testing.T) {
	var out bytes.Buffer
	c := NewConsole(nil, &bytes.Buffer{}, &out)
	c.meter.bar = &bar{w: &out}
	c.report(pretrain.Reading{Work: "downloading", Of: 2, Size: 8e6, Bytes: 4e6})
	c.report(train.Progress("waiting"))
	require.Regexp(t, `\| 4.0 of 8.0 MB\r +\rwaiting\n$`, out.String())
}
