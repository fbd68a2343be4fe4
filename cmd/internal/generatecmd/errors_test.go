package generatecmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
)

func TestErrors(t *testing.T) {
	dir := modelFolder(t)
	short := modelFolder(t)
	require.NoError(t, os.Truncate(filepath.Join(short, "model.safetensors"), 1000))
	other := modelFolder(t)
	require.NoError(t, os.Remove(filepath.Join(other, "tokenizer.json")))
	require.NoError(t, os.WriteFile(filepath.Join(other, "vocab.json"), []byte(`{"<unk>":0}`), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(other, "merges.txt"), nil, 0o600))
	recurrent := modelFolder(t)
	config, err := gpt1.LSTMPreset("tiny")
	require.NoError(t, err)
	_, tok, err := checkpoint.ReadFolder(dir, 0)
	require.NoError(t, err)
	config.VocabSize = tok.Size()
	m, err := gpt1.New(config)
	require.NoError(t, err)
	require.NoError(t, checkpoint.WriteModel(recurrent, m))
	missing := filepath.Join(t.TempDir(), "none")
	for name, c := range map[string]struct {
		status int
		args   []string
		want   string
	}{
		"an empty prompt":        {1, []string{"-model", dir, "-prompt", " "}, "the prompt is empty"},
		"no model":               {1, []string{"-model", missing, "-prompt", "a"}, missing},
		"no model in the folder": {1, []string{"-model", t.TempDir(), "-prompt", "a"}, "it must contain config.json and model.safetensors"},
		"a truncated model":      {1, []string{"-model", short, "-prompt", "a"}, "model.safetensors"},
		"another vocabulary":     {1, []string{"-model", other, "-prompt", "a"}, "the vocabulary has 1 tokens, but the model has"},
		"an LSTM":                {1, []string{"-model", recurrent, "-prompt", "a"}, "is an LSTM: only -score works with it"},
		"a context too long":     {1, []string{"-model", dir, "-prompt", "a", "-ctx", "25"}, "the context is 25: it must be between 1 and 24, the positions of the weights"},
		"an empty stop string":   {1, []string{"-model", dir, "-prompt", "a", "-stop", " "}, "-stop: the stop string"},
		"a strange stop string":  {1, []string{"-model", dir, "-prompt", "a", "-stop", "日"}, "it can never occur"},
		"a slide too long":       {1, []string{"-model", dir, "-prompt", "a", "-slide", "25"}, "it must be between 1 and 24"},
		"too many beams":         {1, []string{"-model", dir, "-prompt", "a", "-beams", "5000"}, "5000 beams are more than"},
		"too many texts":         {1, []string{"-model", dir, "-prompt", "a", "-n", "1000000000"}, "1000000000 texts at once are too many"},
		"no file to score":       {1, []string{"-model", dir, "-score", missing}, missing},
		"a folder to write to":   {2, []string{"-model", dir, "-prompt", "a", "-attention", dir}, dir + " is a folder: name a file"},
		"another graph":          {2, []string{"-model", dir, "-dot", "x", "-dot-graph", "step"}, `-dot-graph must be one of decode, not "step"`},
		"a drawing that writes":  {2, []string{"-model", dir, "-dot", "x", "-prompt", "a"}, "-prompt cannot be combined with -dot, -svg, -summary or -dot-graph"},
		"a page that writes":     {2, []string{"-model", dir, "-dot-graph", "decode", "-html", "x", "-n", "2"}, "-n cannot be combined with -dot, -svg, -summary or -dot-graph"},
		"a drawing of words":     {2, []string{"-model", dir, "-summary", "-pipeline", "bert"}, "-pipeline cannot be combined with -dot, -svg, -summary or -dot-graph"},
		"an argument":            {2, []string{"text"}, `unexpected argument "text": text is given with -prompt`},
		"no tokens":              {2, []string{"-tokens", "0"}, "-tokens must be at least 1, not 0"},
		"no texts":               {2, []string{"-n", "0"}, "-n must be at least 1, not 0"},
		"a negative temperature": {2, []string{"-temperature", "-1"}, "-temperature must be between 0 and 1e6, not -1"},
		"top-p of zero":          {2, []string{"-top-p", "0"}, "-top-p must be above 0 and at most 1, not 0"},
		"a penalty below 1":      {2, []string{"-repetition-penalty", "0.9"}, "-repetition-penalty must be between 1 and 1e6, not 0.9"},
		"another pipeline":       {2, []string{"-pipeline", "x"}, `-pipeline must be bert or original, not "x"`},
		"beams with sampling":    {2, []string{"-beams", "2", "-top-k", "4"}, "-top-k cannot be combined with -beams"},
		"more texts than beams":  {2, []string{"-beams", "2", "-n", "3"}, "-n must be at most 2, the value of -beams, not 3"},
		"equal texts":            {2, []string{"-temperature", "0", "-n", "3"}, "all texts would be the same"},
		"equal texts by top-k":   {2, []string{"-top-k", "1", "-n", "3"}, "all texts would be the same"},
		"greedy with top-k":      {2, []string{"-temperature", "0", "-top-k", "3"}, "-top-k cannot be combined with -temperature 0"},
		"score and prompt":       {2, []string{"-score", "x", "-prompt", "y"}, "-prompt cannot be combined with -score"},
		"JSON without scores":    {2, []string{"-score-json"}, "-score-json needs -score"},
		"attention and tokens":   {2, []string{"-attention", "x", "-tokens", "3"}, "-tokens cannot be combined with -attention"},
		"alternatives of beams":  {2, []string{"-beams", "2", "-alternatives", "3"}, "-alternatives cannot be combined with -beams"},
		"no alternatives":        {2, []string{"-alternatives", "0"}, "-alternatives must be at least 1, not 0"},
		"many alternatives":      {1, []string{"-model", dir, "-prompt", "a", "-alternatives", "5000"}, "-alternatives must be at most"},
		"a page of nothing":      {2, []string{"-html", "x"}, "-html shows the alternatives of each token: add -alternatives N"},
		"a page without a name":  {2, []string{"-alternatives", "2", "-html", ""}, "-html needs the name of a file to write"},
		"talk with alternatives": {2, []string{"-interactive", "-alternatives", "2"}, "-alternatives cannot be combined with -interactive"},
		"interactive batch":      {2, []string{"-interactive", "-n", "2"}, "-n cannot be combined with -interactive"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := invoke(t, "", c.args...)
			require.Equal(t, c.status, status, errs)
			require.Contains(t, errs, c.want)
			require.Equal(t, 1, strings.Count(errs, "\n"), errs)
			require.Empty(t, out)
		})
	}
	status, out, _ := invoke(t, "", "-h")
	require.Zero(t, status)
	require.Equal(t, usage, out)
}

// full is a standard output to which writing fails.
type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestOutputFails(t *testing.T) {
	dir := modelFolder(t)
	for _, args := range [][]string{{"-prompt", "the"}, {"-score", "-"}} {
		var errs bytes.Buffer
		require.Equal(t, 1, Run(append(args, "-model", dir), strings.NewReader("the cat\n"), full{}, &errs))
		require.Contains(t, errs.String(), "no space left")
	}
}
