package files

import (
	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/loaders/datasets"
	"gorgpt/train"
)

// Resolve checks settings, and returns them with the task of the dataset that they name.
func Resolve(s finetune.Options) (finetune.Options, error) {
	s, err := ofDataset(s)
	if err != nil {
		return s, err
	}
	return s, s.Check()
}

// ofDataset fills in the task of a dataset, and refuses what does not go with one.
func ofDataset(s finetune.Options) (finetune.Options, error) {
	switch {
	case s.Eval != "" || s.Predict != "":
		return s, nil
	case s.Dataset == "" && s.Data != "":
		return s, train.BadOption("{Data} is the folder of a dataset: name it with {Dataset}, or files of your own with {Train}, {Dev} and {Test}")
	case s.Dataset == "":
		return s, nil
	}
	set, err := datasets.Find(s.Dataset)
	if err != nil {
		return s, train.InOption("Dataset", err)
	}
	task, isScore := heads.Kind(set.Task), heads.Kind(set.Task) == heads.Regression
	if isScore {
		task = heads.Similarity
	}
	switch {
	case s.Data == "":
		return s, train.BadOption("{Data} is missing: want the folder of %s, or one with it inside", set.Name)
	case s.Train != "" || s.Dev != "" || s.Test != "" || s.Fields != "" || s.Labels != "":
		return s, train.BadOption("{Dataset} %s has files, columns and labels of its own: leave out {Train}, {Dev}, {Test}, {Fields} and {Labels}", set.Name)
	case s.Task != "" && s.Task != task || s.Regression && !isScore:
		return s, train.BadOption("{Dataset} %s is of {Task} %s: leave out {Task} and {Regression}", set.Name, task)
	}
	s.Dataset, s.Task, s.Regression = set.Name, task, isScore
	return s, nil
}
