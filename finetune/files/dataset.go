package files

import (
	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/loaders/datasets"
	"gorgpt/train"
)

// Resolve checks options, and returns them with the task of the dataset that they name.
func Resolve(o finetune.Options) (finetune.Options, error) {
	o, err := ofDataset(o)
	if err != nil {
		return o, err
	}
	return o, o.Check()
}

// ofDataset fills in the task of a dataset, and refuses what does not go with one.
func ofDataset(o finetune.Options) (finetune.Options, error) {
	switch {
	case o.Eval != "" || o.Predict != "":
		return o, nil
	case o.Dataset == "" && o.Data != "":
		return o, train.BadOption("{Data} is the folder of a dataset: name it with {Dataset}, or files of your own with {Train}, {Dev} and {Test}")
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
		return o, train.BadOption("{Data} is missing: want the folder of %s, or one with it inside", set.Name)
	case o.Train != "" || o.Dev != "" || o.Test != "" || o.Fields != "" || o.Labels != "":
		return o, train.BadOption("{Dataset} %s has files, columns and labels of its own: leave out {Train}, {Dev}, {Test}, {Fields} and {Labels}", set.Name)
	case o.Task != "" && o.Task != task || o.Regression && !isScore:
		return o, train.BadOption("{Dataset} %s is of {Task} %s: leave out {Task} and {Regression}", set.Name, task)
	}
	o.Dataset = set.Name
	return o.WithKind(kind), nil
}
