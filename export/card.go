package export

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/train"
)

// cardFile is the model card. Hubs show it as the page of the model.
const cardFile = "README.md"

// cardText is the template of a card. The licence is a comment, because hubs refuse an empty one.
var cardText = template.Must(template.New(cardFile).Delims("«", "»").Parse("" +
	`---
# license: fill this in, as in "license: mit": only the owner of the model can say
«if .Class»library_name: transformers
«end»pipeline_tag: «.Pipeline»
tags:
- openai-gpt
- gorgpt
---

# «.Name»

«if .LSTM»The LSTM that Radford et al. (2018) compare GPT-1 with«else»A GPT-1 (Radford et al. 2018) of «.C.NLayer» layers with «.C.NHead» heads«end», width «.C.NEmbd», «.C.NCtx» positions,
«.C.VocabSize» tokens and «.Parameters» parameters, written by gorgpt.
«with .Spec.Task»
It was fine-tuned for the task «.».
«end»«if not .Class»
Only gorgpt reads this folder.
«end»«with .Note»
Mind that «.».
«end»
## Data and settings

«if .Run»What the model was trained with, where files are named without their folders. Describe the data here: where it is from, whose it
is, and what is missing in it.

` + "```json\n«.Run»\n```" + `
«else»The folder that this was written from does not say what the model was trained with.
«end»
## Measures

«range .Reports»On «.Rows» rows («.Set»):

` + "```text\n«.»```\n\n" + `«else»None are recorded.

«end»«if .Class»## Use

` + "```python\n«.Use»```\n" + `«end»`))

// card returns the model card. The folder of the model says what it was trained with, if it is that of a run.
func (o Options) card(name, note string, m *gpt1.Model, spec finetune.Spec) ([]byte, error) {
	run, err := settings(o.Model)
	if err != nil {
		return nil, err
	}
	reports, err := finetune.ReadReports(o.Model)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	class := o.architecture(m)
	use, pipeline, err := snippet(name, class, m, spec)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = cardText.Execute(&out, map[string]any{
		"Name": name, "Note": note, "Class": class, "Pipeline": pipeline, "LSTM": m.IsLSTM(), "C": m.Config, "Parameters": m.Store.Len(),
		"Spec": spec, "Run": run, "Reports": reports, "Use": use,
	})
	return out.Bytes(), errors.Wrap(err, cardFile)
}

// settings returns the settings and the data of the run in a folder as JSON; "" if there is none.
func settings(dir string) (string, error) {
	if _, err := os.Stat(filepath.Join(dir, train.RecordFile)); errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	r, err := train.ReadRecord(dir)
	if err != nil {
		return "", err
	}
	all := map[string]any{"command": "gorgpt " + r.Command}
	for name, part := range map[string]json.RawMessage{"settings": r.Settings, "data": r.Facts} {
		in := json.NewDecoder(bytes.NewReader(part))
		in.UseNumber()
		var value any
		if err := in.Decode(&value); len(part) > 0 && err != nil {
			return "", errors.Wrapf(err, "%s: %s", filepath.Join(dir, train.RecordFile), name)
		}
		all[name] = withoutFolders("", value)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err = enc.Encode(all)
	return strings.TrimSpace(out.String()), errors.Wrap(err, cardFile)
}

// paths are the settings that name files and folders.
var paths = map[string]bool{
	"model": true, "init": true, "data": true, "valid": true, "tokenizer": true, "train": true, "dev": true, "test": true,
}

// withoutFolders returns a value in which files are named without their folders, which are no one else's
// business.
func withoutFolders(key string, value any) any {
	switch v := value.(type) {
	case string:
		if paths[key] || filepath.IsAbs(v) {
			return v[strings.LastIndexAny(strings.TrimRight(v, `/\`), `/\`)+1:]
		}
	case []any:
		for i := range v {
			v[i] = withoutFolders(key, v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = withoutFolders(k, v[k])
		}
	}
	return value
}
