package datasets

import (
	"path"
	"slices"
	"strings"
)

// conversion is the revision with the hub's own conversion to Parquet.
const conversion = "@refs/convert/parquet"

// repositories are the repositories of Hugging Face's hub that hold the datasets, each with the folder and the revision. Story
// Cloze must be asked for by form, and the hub's MCTest has other columns than the published files.
var repositories = map[string]string{
	"SNLI": "stanfordnlp/snli/plain_text", "SciTail": "allenai/scitail/tsv_format", "RACE": "ehovy/race", "SICK": "RobZamp/sick/default" + conversion,
	"MNLI": "nyu-mll/glue/mnli", "QNLI": "nyu-mll/glue/qnli", "RTE": "nyu-mll/glue/rte", "MRPC": "nyu-mll/glue/mrpc", "QQP": "nyu-mll/glue/qqp",
	"STS-B": "nyu-mll/glue/stsb", "SST-2": "nyu-mll/glue/sst2", "CoLA": "nyu-mll/glue/cola",
}

// Repository returns the repository of Hugging Face's hub with the files of the dataset, as org/name/FOLDER@REVISION; "" if
// there is none.
func (d *Dataset) Repository() string {
	name := d.Name
	if d.only != "" {
		name = strings.TrimSuffix(name, "-"+d.only)
	}
	return repositories[name]
}

// Choose returns those of the listed files that [Dataset.Read] would read, and the folder that they are below, which is dir or
// a folder in it with a name of the dataset. Paths have slashes; dir may be "". Of several layouts, it takes the one that Read
// takes. There are no files if training rows are missing.
func (d *Dataset) Choose(paths []string, dir string) (root string, files []string) {
	most := 0
	roots := []string{dir}
	for _, name := range append(slices.Clip(d.folders), "data", "default") {
		roots = append(roots, path.Join(dir, name))
	}
	for _, r := range roots {
		for _, f := range d.files {
			splits, all := f.in(paths, r, d.only)
			if splits > most {
				most, root, files = splits, r, all
			}
		}
	}
	return root, files
}

// in returns the listed files of a layout below a folder, and the number of their splits; 0 without training rows.
func (f files) in(paths []string, root, only string) (splits int, all []string) {
	for i, parts := range [][]part{f.train, f.dev, f.test} {
		before := len(all)
		for _, p := range parts {
			for _, name := range paths {
				if match, _ := path.Match(p.pattern, unpacked(relative(root, name))); match && (only == "" || p.name == "" || p.name == only) {
					all = append(all, name)
				}
			}
		}
		if len(all) > before {
			splits++
		}
		if i == 0 && splits == 0 {
			return 0, nil
		}
	}
	return splits, all
}

// relative is a path as seen from a folder, "" if it is elsewhere.
func relative(root, name string) string {
	if root == "" {
		return name
	}
	rest, below := strings.CutPrefix(name, root+"/")
	if !below {
		return ""
	}
	return rest
}
