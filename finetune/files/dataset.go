package files

import (
	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/loaders/datasets"
	"gorgpt/loaders/tables"
	"gorgpt/train"
)

// Resolve checks options and returns them with the task of the dataset that they name. A training file
// without development and test rows is divided, see [finetune.DefaultSplit].
func Resolve(o finetune.Options) (finetune.Options, error) {
	if o.Train == "" && !o.Applies() && isKeep(o.KeepColumns) {
		return o, train.BadOption("{KeepColumns} names columns of your own files: write {Checkpoints} %s for a number of checkpoints", o.KeepColumns)
	}
	o, err := ofDataset(o)
	if err != nil {
		return o, err
	}
	o.AutoSplit = o.Train != "" && o.Dev == "" && o.Test == "" && o.Split == "" && o.Resume == ""
	if err := o.Check(); err != nil {
		return o, err
	}
	_, err = tables.ParseFormat(o.Table)
	return o, train.InOption("Table", err)
}

// ofDataset fills in the task of a dataset. It returns an error for options that cannot be combined
// with a dataset.
func ofDataset(o finetune.Options) (finetune.Options, error) {
	switch {
	case o.Applies():
		return o, nil
	case o.Dataset == "" && o.Data != "":
		return o, train.BadOption("{Data} is the folder of a dataset: name it with {Dataset}, or name your own files with {Train}, {Dev} and {Test}")
	case o.Dataset == "":
		return o, nil
	}
	set, err := datasets.Find(o.Dataset)
	if err != nil {
		return o, train.InOption("Dataset", err)
	}
	kind := heads.Kind(set.Task)
	task, isScore := kind.Base(), kind.Base() != kind
	switch {
	case o.Data == "":
		return o, train.BadOption("{Data} is missing: name the folder of %s, or its parent", set.Name)
	case o.Train != "" || o.Dev != "" || o.Test != "" || o.Fields != "" || o.Labels != "" || o.Join != "" || o.Table != "" || o.KeepColumns != "" || o.Split != "":
		return o, train.BadOption("{Dataset} %s has its own files, columns and labels: omit {Train}, {Dev}, {Test}, {Fields}, {Labels}, {Join}, {Table}, {KeepColumns} and {Split}", set.Name)
	case o.Task != "" && o.Task != task || o.Regression && !isScore:
		return o, train.BadOption("{Dataset} %s sets {Task} %s: omit {Task} and {Regression}", set.Name, task)
	}
	o.Dataset = set.Name
	return o.WithKind(kind), nil
}
