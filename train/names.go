package train

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"gorgpt/checkpoint"
	"gorgpt/internal/atomicfile"
)

// Folders of a run folder.
const (
	checkpointsFolder = "checkpoints"
	SamplesFolder     = "samples" // texts written by earlier states of the model, one file per update
	HistoryFolder     = "history" // earlier states of the model, each in a model folder named after its update
)

// names recognizes the files of a run by their paths in the run folder, with slashes. The program
// never removes or overwrites any other files.
type names struct {
	command string // the command in run.json; "": any
	dataset string // the dataset whose submission files are included
}

// namesOf returns the names for the run of a record.
func namesOf(r *Record) names {
	var settings struct{ Dataset string }
	_ = json.Unmarshal(r.Settings, &settings) // invalid settings have no dataset
	return names{r.Command, settings.Dataset}
}

// file reports whether a path is one of a file of the run.
func (n names) file(name string) bool {
	parts := strings.Split(name, "/")
	switch {
	case len(parts) == 1:
		return n.top(name)
	case !n.folder(path.Dir(name)):
		return false
	case parts[0] == SamplesFolder:
		return samplePattern.MatchString(parts[1])
	case len(parts) != 3:
		return false
	case parts[0] == HistoryFolder:
		return checkpoint.IsModelFile(parts[2])
	}
	return checkpoint.IsCheckpointFile(parts[2])
}

// samplePattern matches the names of samples.
var samplePattern = regexp.MustCompile(`^step-\d{9,}\.txt$`)

// top does the work of file for files directly in the run folder.
func (n names) top(name string) bool {
	switch name {
	case RecordFile, MetricsFileName, "loss.svg", "loss.png":
		return true
	case "sample.txt":
		return n.command != "finetune"
	case "task.json", "predictions.tsv", "split.tsv", "report.json", "errors.tsv", "confusion.svg", "scatter.svg":
		return n.command != "train"
	case n.dataset + ".tsv", n.dataset + "-m.tsv", n.dataset + "-mm.tsv":
		return n.dataset != ""
	}
	return checkpoint.IsModelFile(name)
}

// folder reports whether a path is one of a folder of the run.
func (n names) folder(name string) bool {
	top, step, inside := strings.Cut(name, "/")
	switch top {
	case SamplesFolder:
		return n.command != "finetune" && !inside
	case HistoryFolder:
		return n.command != "finetune" && (!inside || checkpoint.IsStepName(step))
	case checkpointsFolder:
		return !inside || checkpoint.IsStepName(step)
	}
	return false
}

// found lists the files and folders that exist in a run folder under the names of a run.
type found struct {
	files, folders []string
	others         []string // paths of another type, such as links
}

// find looks for the names in a folder. It follows no links.
func (n names) find(dir string) (f found, err error) {
	folders := []string{"."}
	for len(folders) > 0 {
		at := folders[0]
		folders = folders[1:]
		entries, err := os.ReadDir(filepath.Join(dir, filepath.FromSlash(at)))
		if err != nil && !os.IsNotExist(err) {
			return f, err
		}
		for _, e := range entries {
			name := path.Join(at, e.Name())
			isFile, isFolder := n.file(name), n.folder(name)
			switch {
			case isFile && e.Type().IsRegular():
				f.files = append(f.files, name)
			case isFolder && e.IsDir():
				f.folders = append(f.folders, name)
				folders = append(folders, name)
			case isFile || isFolder:
				f.others = append(f.others, name)
			}
		}
	}
	return f, nil
}

// refuse returns an error for the first of the others that is a link or a device or, if all is
// set, for the first of any type.
func (f found) refuse(dir string, all bool) error {
	for _, name := range f.others {
		place := filepath.Join(dir, filepath.FromSlash(name))
		info, err := os.Lstat(place)
		if err == nil && (all || info.Mode().Type()&^fs.ModeDir != 0) {
			return atomicfile.NotOwn(place, info)
		}
	}
	return nil
}
