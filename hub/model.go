package hub

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// weights is the file of the weights, index the list of files that they are in if there are several.
const (
	weights = "model.safetensors"
	index   = weights + ".index.json"
)

// modelFiles are the other files of a model that this program reads.
var modelFiles = []string{"config.json", "vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json", "task.json"}

// foreign matches weights that this program does not read.
var foreign = regexp.MustCompile(`^[^/]*\.(bin|pt|pth|h5|msgpack|ot|ckpt)$`)

// Model chooses the model of a repository, or of the folder in it that the reference names: configuration, tokenizer, and
// weights in safetensors.
func Model(l *Listing) (Choice, error) {
	choice := Choice{Dir: l.Ref.Path, Whole: true}
	files := map[string]File{}
	var parts []File
	other := ""
	for _, f := range l.Files {
		name, inside := below(l.Ref.Path, f.Path)
		switch {
		case !inside:
			continue
		case foreign.MatchString(name):
			other = f.Path
		case partOf.MatchString(name) && strings.HasPrefix(name, "model-") && strings.HasSuffix(name, ".safetensors"):
			parts = append(parts, f)
		}
		files[name] = f
	}
	fail := func(text string, args ...any) (Choice, error) {
		return Choice{}, &Error{ErrNoWeights, l.Ref, fmt.Sprintf(text, args...), nil}
	}
	for _, name := range modelFiles {
		if f, found := files[name]; found {
			choice.Files = append(choice.Files, f)
		} else {
			choice.Absent = append(choice.Absent, path.Join(l.Ref.Path, name))
		}
	}
	_, config := files["config.json"]
	_, vocab := files["vocab.json"]
	_, merges := files["merges.txt"]
	_, tokenizer := files["tokenizer.json"]
	single, hasSingle := files[weights]
	list, hasIndex := files[index]
	switch {
	case hasSingle:
		choice.Files = append(choice.Files, single)
	case hasIndex && Complete(parts):
		choice.Files = append(append(choice.Files, list), parts...)
	case other != "":
		return fail("it has %s, which this program cannot read, and no %s: convert it once with "+
			`python -c "from transformers import OpenAIGPTLMHeadModel as M, OpenAIGPTTokenizerFast as T; [X.from_pretrained('%s').save_pretrained('FOLDER') for X in (M, T)]"`+
			", and name FOLDER", other, weights, l.Ref.ID)
	default:
		return fail("it has no %s: is it a model, and in the root of the repository? %s/FOLDER names another place", weights, Ref{ID: l.Ref.ID})
	}
	if !config || !tokenizer && !(vocab && merges) {
		return fail("it has no config.json, or neither tokenizer.json nor vocab.json with merges.txt: it is not a model of this program's kind")
	}
	return choice, nil
}

// below returns the name of a file below a folder; false if it is elsewhere.
func below(dir, file string) (string, bool) {
	if dir == "" {
		return file, true
	}
	return strings.CutPrefix(file, dir+"/")
}

// partOf matches the end of the name of a file that is one of several: -00001-of-00002.
var partOf = regexp.MustCompile(`-[0-9]{5}-of-([0-9]{5})\.`)

// Complete reports whether the files are all parts that their names announce: -00001-of-00002 and -00002-of-00002.
func Complete(parts []File) bool {
	if len(parts) == 0 {
		return false
	}
	for _, f := range parts {
		m := partOf.FindStringSubmatch(f.Path)
		if m == nil {
			return false
		}
		if n, err := strconv.Atoi(m[1]); err != nil || n != len(parts) {
			return false
		}
	}
	return true
}
