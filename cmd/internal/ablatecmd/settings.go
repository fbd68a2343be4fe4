package ablatecmd

import (
	"flag"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/experiment/ablate"
	"gorgpt/finetune"
	"gorgpt/finetune/files"
	"gorgpt/heads"
	"gorgpt/internal/outfile"
	"gorgpt/internal/results"
	"gorgpt/loaders/datasets"
	"gorgpt/loaders/storyworld"
)

// settings are the resolved flags.
type settings struct {
	recipe   finetune.Options // options of all runs, including task and files if they are given
	tasks    []heads.Kind
	datasets []string // published datasets, instead of tasks
	variants []ablate.Variant
	limits   []int // numbers of labels in the curve; 0: all rows
	transfer bool
	lstm     string // folder of the pre-trained LSTM
	seeds    int
	updates  int
	folds    int // parts of cross-validation; 0: the test rows are scored
	out      string
	keep     bool
}

// parse reads the command line.
func parse(args []string, help io.Writer) (*settings, error) {
	s := &settings{recipe: finetune.Defaults()}
	s.recipe.Epochs = 3
	given, err := cli.Parse(s.flags(), args, usage, "files are named with -train, -dev and -test", help)
	if err != nil {
		return nil, err
	}
	if err := s.checkNumbers(given); err != nil {
		return nil, err
	}
	return s, s.checkNames(given)
}

// flags declares the flags with the values in s as defaults.
func (s *settings) flags() *flag.FlagSet {
	fs := cli.NewFlags("ablate")
	r := &s.recipe
	fs.StringVar(&r.Model, "model", "", "")
	fs.StringVar((*string)(&r.Task), "task", "", "")
	fs.BoolVar(&r.Regression, "regression", false, "")
	fs.Func("dataset", "", list(&s.datasets, datasetName))
	fs.StringVar(&r.Data, "data", "", "")
	fs.StringVar(&r.Fields, "fields", "", "")
	fs.StringVar(&r.Join, "join", "", "")
	fs.StringVar(&r.Table, "table", "", "")
	fs.StringVar(&r.MaxBroken, "max-broken", "", "")
	fs.StringVar(&r.Labels, "labels", "", "")
	fs.BoolVar(&r.Strict, "strict", false, "")
	fs.BoolVar(&r.AllowUnknown, "allow-unknown", false, "")
	fs.StringVar(&r.Train, "train", "", "")
	fs.StringVar(&r.Dev, "dev", "", "")
	fs.StringVar(&r.Test, "test", "", "")
	fs.IntVar(&r.Epochs, "epochs", r.Epochs, "")
	fs.IntVar(&r.Batch, "batch", r.Batch, "")
	fs.Float64Var(&r.LR, "lr", r.LR, "")
	fs.Func("tasks", "", list(&s.tasks, func(name string) (heads.Kind, error) {
		_, err := heads.Of(heads.Kind(name))
		return heads.Kind(name), err
	}))
	fs.Func("variants", "", list(&s.variants, ablate.FindVariant))
	fs.Func("limits", "", list(&s.limits, parseLimit))
	fs.BoolVar(&s.transfer, "transfer", false, "")
	fs.StringVar(&s.lstm, "lstm", "", "")
	fs.IntVar(&s.seeds, "seeds", 3, "")
	fs.IntVar(&s.updates, "updates", 150, "")
	fs.IntVar(&s.folds, "folds", 0, "")
	fs.StringVar(&s.out, "out", "runs/ablate", "")
	fs.BoolVar(&s.keep, "keep", false, "")
	return fs
}

// list returns the parser of a flag whose value is a list separated by commas.
func list[T any](into *[]T, parse func(string) (T, error)) func(string) error {
	return func(value string) error {
		*into = nil
		for _, part := range strings.Split(value, ",") {
			item, err := parse(strings.TrimSpace(part))
			if err != nil {
				return err
			}
			*into = append(*into, item)
		}
		return nil
	}
}

// datasetName returns the canonical name of a published dataset.
func datasetName(name string) (string, error) {
	set, err := datasets.Find(name)
	if err != nil {
		return "", err
	}
	return set.Name, nil
}

// parseLimit parses a number of labels.
func parseLimit(part string) (int, error) {
	if part == "all" {
		return 0, nil
	}
	n, err := strconv.Atoi(part)
	if err != nil || n < 1 {
		return 0, errors.Errorf("%q must be all or a number of labels, at least 1, as in 50,200,all", part)
	}
	return n, nil
}

// checkNumbers returns an error if a number is out of its range.
func (s *settings) checkNumbers(given cli.Given) error {
	err := given.CheckInts(
		cli.Int{Name: "epochs", Value: s.recipe.Epochs, Least: 1}, cli.Int{Name: "batch", Value: s.recipe.Batch, Least: 1},
		cli.Int{Name: "seeds", Value: s.seeds, Least: 1, Most: 10_000}, cli.Int{Name: "updates", Value: s.updates, Least: 0})
	if err == nil && given["folds"] {
		err = given.CheckInts(cli.Int{Name: "folds", Value: s.folds, Least: 2, Most: 1000})
	}
	if err == nil {
		err = given.CheckNumbers(cli.Number{Name: "lr", Value: s.recipe.LR})
	}
	return err
}

// checkNames returns an error if tasks and files are invalid, and fills in the default tasks and
// variants.
func (s *settings) checkNames(given cli.Given) error {
	r := &s.recipe
	if s.variants == nil {
		s.variants = []ablate.Variant{ablate.Full, ablate.NoLM, ablate.Scratch}
		if s.lstm != "" {
			s.variants = append(s.variants, ablate.LSTM)
		}
	}
	if s.lstm != "" && !s.withLSTM() {
		return errors.New("-lstm is the model of the variant lstm, which -variants does not list")
	}
	if given["updates"] && s.limits == nil {
		return errors.New("-updates is for the runs of -limits: add -limits, or omit -updates")
	}
	own := r.Train != "" || r.Dev != "" || r.Test != "" || r.Fields != "" || r.Labels != "" || r.Join != "" || r.Table != "" || given["task"] || r.Regression
	switch {
	case s.datasets != nil && (s.tasks != nil || own):
		return errors.New("-dataset names published datasets: omit -tasks and the flags for your own files")
	case s.datasets != nil || r.Data != "":
		if err := s.checkDatasets(); err != nil {
			return err
		}
	case own && s.tasks != nil:
		return errors.New("-tasks names sets of the embedded world, the other flags name your own files: use one or the other")
	case s.folds > 0 && r.Test != "":
		return errors.New("-folds scores the training rows, each by a model that has not seen it: omit -test")
	case own:
		if s.folds > 0 && r.Train != "" {
			r.Split = finetune.NoSplit // the folds divide the rows
		}
		var err error
		if s.recipe, err = files.Resolve(s.recipe); err != nil {
			return err
		}
		s.tasks = []heads.Kind{r.Kind()}
	case s.tasks == nil:
		s.tasks = worldTasks()
	}
	if r.Train != "" && r.Test == "" && s.folds == 0 {
		return errors.New("-test is missing: the table shows test scores; -folds 5 scores the training rows by cross-validation")
	}
	return outfile.CheckResults(outfile.Name{Flag: "-out", Path: s.out}, results.File, []string{"table.md", "report.json", "labels.svg", "labels.png", "transfer.svg", "transfer.png"}, cli.RowFiles(r.Train, r.Dev, r.Test, r.Data))
}

// withLSTM reports whether one of the variants is an LSTM.
func (s *settings) withLSTM() bool {
	return slices.ContainsFunc(s.variants, func(v ablate.Variant) bool { return v.Name == ablate.LSTM.Name })
}

// checkDatasets returns an error if -dataset is given without -data, or the other way round.
func (s *settings) checkDatasets() error {
	one := s.recipe
	if len(s.datasets) > 0 {
		one.Dataset = s.datasets[0]
	}
	_, err := files.Resolve(one)
	return err
}

// worldTasks returns the tasks for which the embedded world has labelled rows. It has two forms of
// similarity; worldTasks returns the one with classes.
func worldTasks() (tasks []heads.Kind) {
	for _, k := range heads.Kinds() {
		if k.Task().Whole() && storyworld.Has(storyworld.Set(k)) {
			tasks = append(tasks, k)
		}
	}
	return tasks
}
