package export

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/checkpoint/safetensors"
	"gorgpt/finetune"
	"gorgpt/generate"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/heads"
	"gorgpt/internal/atomicfile"
	"gorgpt/tokenizer"
)

// Options say what is written.
// Options are safe for concurrent use as long as nothing changes them.
type Options struct {
	Model        string            // the folder that is read
	Ctx          int               // positions that are kept; 0: all
	DType        safetensors.DType // type of the weights: F32, F16, BF16 or I8; "": F32
	Pipeline     string            // of the tokenizer, see [tokenizer.ParsePipeline]; "": what the folder says
	Architecture string            // as in [checkpoint.Form]
	Shard        int64             // most bytes of a file of weights; 0: all are in one file
}

// Result says what was written.
// A Result is safe for concurrent use as long as nothing changes it.
type Result struct {
	Parameters, Ctx int
	Notes           []string // what a user should know, a line each
}

// Write reads a model and writes it into the existing folder dir, as [checkpoint.WriteFolder] does. If the
// model has no such form, nothing is written. A README.md that is there stays.
func Write(dir string, o Options) (*Result, error) {
	in := graph.Float32
	if o.DType == safetensors.I8 {
		in = graph.Int8
	}
	m, tok, notes, err := checkpoint.ReadFolderAs(o.Model, o.Ctx, in)
	if err != nil {
		return nil, err
	}
	if o.Pipeline != "" {
		p, err := tokenizer.ParsePipeline(o.Pipeline)
		if err != nil {
			return nil, err
		}
		tok = tok.WithPipeline(p)
	}
	spec, form, err := o.form(m)
	if err != nil {
		return nil, err
	}
	if form.Files, err = files(m, tok); err != nil {
		return nil, err
	}
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, errors.Wrap(err, "exporting a model")
	}
	card, err := o.card(filepath.Base(path), tok.Note(), m, spec)
	if err != nil {
		return nil, err
	}
	if err := checkpoint.WriteFolder(dir, m, tok, form); err != nil {
		return nil, err
	}
	r := &Result{Parameters: m.Store.Len(), Ctx: m.NCtx, Notes: notes}
	if note := tok.Note(); note != "" {
		r.Notes = append(r.Notes, note)
	}
	if o.Architecture == gpt1.ClassificationModel {
		bias := m.Store.Param("head.bias").Value
		r.Notes = append(r.Notes, fmt.Sprintf("%s has no bias: that of the head, from %.3g to %.3g, is in the file as score.bias, and must be added to the logits; README.md shows how",
			gpt1.ClassificationModel, slices.Min(bias), slices.Max(bias)))
	}
	note, err := writeCard(filepath.Join(dir, cardFile), card)
	r.Notes = append(r.Notes, note)
	return r, err
}

// form returns the form of the files and, if the folder has a task.json, the task.
func (o Options) form(m *gpt1.Model) (finetune.Spec, checkpoint.Form, error) {
	f := checkpoint.Form{DType: o.DType, Architecture: o.Architecture, Shard: o.Shard}
	spec, err := finetune.ReadSpec(o.Model)
	switch {
	case errors.Is(err, os.ErrNotExist) && o.Architecture != gpt1.ClassificationModel:
		return spec, f, nil
	case errors.Is(err, os.ErrNotExist):
		return spec, f, errors.Errorf("%s has no %s, so its labels are unknown, and %s needs them: fine-tune the model first", o.Model, finetune.SpecFile, o.Architecture)
	case err != nil:
		return spec, f, err
	}
	if head := m.Store.Param("head.bias"); head == nil || len(head.Value) != spec.Outputs() {
		return spec, f, errors.Errorf("%s: the weights have no head for this task", filepath.Join(o.Model, finetune.SpecFile))
	}
	class, problem := spec.Class()
	if o.Architecture != "" && o.Architecture != class {
		return spec, f, errors.Errorf("%s was fine-tuned on %s, which %s cannot compute: it is for %s",
			o.Model, spec.Task, o.Architecture, strings.Join(tasksOf(o.Architecture), ", "))
	}
	f.Labels, f.Problem = spec.Labels, problem
	f.Task, err = spec.JSON()
	return spec, f, err
}

// tasksOf lists the tasks that a class computes.
func tasksOf(class string) (names []string) {
	for _, k := range heads.Kinds() {
		if c, ok := k.Task().(heads.Classed); ok {
			if name, _ := c.Class(); name == class {
				names = append(names, string(k))
			}
		}
	}
	return names
}

// files are the files of the tokenizer for other programs, and the settings for writing text.
func files(m *gpt1.Model, tok *tokenizer.Tokenizer) (map[string][]byte, error) {
	all, err := tok.FilesFor(m.NCtx)
	if err != nil {
		return nil, err
	}
	d := generate.Defaults()
	writing := struct {
		Samples     bool    `json:"do_sample"`
		Temperature float64 `json:"temperature"`
		TopK        int     `json:"top_k"`
		TopP        float64 `json:"top_p"`
		Tokens      int     `json:"max_new_tokens"`
	}{true, d.Temperature, d.TopK, d.TopP, min(d.Tokens, max(1, m.NCtx/2))}
	data, err := json.MarshalIndent(writing, "", "  ")
	all["generation_config.json"] = append(data, '\n')
	return all, errors.Wrap(err, "generation_config.json")
}

// writeCard writes the model card unless there is one, which may have been completed by hand.
func writeCard(path string, card []byte) (note string, err error) {
	if _, err := os.Lstat(path); err == nil {
		return path + " was there and stays: to get a new model card, move it away and convert again", nil
	}
	return path + " is a model card: fill in its licence before you publish it", atomicfile.WriteFile(path, card)
}

// architecture is the class that reads the folder; "" if no other program reads it.
func (o Options) architecture(m *gpt1.Model) string {
	if m.IsLSTM() || o.DType == safetensors.I8 {
		return ""
	}
	return cmp.Or(o.Architecture, gpt1.LMHeadModel)
}
