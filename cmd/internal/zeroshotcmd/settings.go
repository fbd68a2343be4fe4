package zeroshotcmd

import (
	"context"
	"flag"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/cmd/internal/hubcli"
	"gorgpt/experiment/zeroshot"
	"gorgpt/finetune"
	"gorgpt/finetune/files"
	"gorgpt/graph"
	"gorgpt/internal/outfile"
	"gorgpt/internal/results"
	"gorgpt/loaders/storyworld"
	"gorgpt/pretrain"
)

// settings are the resolved flags.
type settings struct {
	models []string
	tasks  []zeroshot.Task
	data   finetune.Options // names the files of the rows, if they are given
	words  zeroshot.Words
	blimp  string // folder of minimal pairs, in place of tasks; "": none
	before string // text before each sentence of a pair
	dtype  graph.Dtype
	rows   int // maximum number of test rows; 0: all
	out    string
}

// worldWords returns words that occur in the books of the embedded world.
func worldWords() zeroshot.Words {
	return zeroshot.Words{
		Append: "very", Positive: "happy,proud,calm", Negative: "sad,angry,afraid,tired", Ask: "“{question}” “{answer}",
	}
}

// parse reads the command line.
func parse(args []string, help io.Writer) (*settings, error) {
	s := &settings{data: finetune.Defaults()}
	given, err := cli.Parse(s.flags(), args, usage, "models are named with -model", help)
	if err != nil {
		return nil, err
	}
	if err := given.CheckInts(cli.Int{Name: "rows", Value: s.rows, Least: 1}); err != nil {
		return nil, err
	}
	if err := s.checkPairs(given); err != nil {
		return nil, err
	}
	words := zeroshot.DefaultWords()
	if !s.own() {
		words = worldWords()
	}
	for name, word := range map[string][2]*string{
		"append": {&s.words.Append, &words.Append}, "positive": {&s.words.Positive, &words.Positive},
		"negative": {&s.words.Negative, &words.Negative}, "ask": {&s.words.Ask, &words.Ask},
	} {
		if !given[name] {
			*word[0] = *word[1]
		}
	}
	if err := s.words.Check(); err != nil {
		return nil, err
	}
	if err := s.checkFiles(); err != nil {
		return nil, err
	}
	return s, outfile.CheckResults(outfile.Name{Flag: "-out", Path: s.out}, results.File, []string{"table.md", "zeroshot.svg", "zeroshot.png"}, cli.RowFiles(s.data.Train, s.data.Dev, s.data.Test, s.data.Data))
}

// flags declares the flags with the values in s as defaults.
func (s *settings) flags() *flag.FlagSet {
	fs := cli.NewFlags("zeroshot")
	fs.Var(&cli.List{Values: &s.models}, "model", "")
	fs.Func("tasks", "", func(value string) error {
		s.tasks = nil
		for _, part := range strings.Split(value, ",") {
			t, err := zeroshot.ParseTask(strings.TrimSpace(part))
			if err != nil {
				return err
			}
			s.tasks = append(s.tasks, t)
		}
		return nil
	})
	fs.StringVar(&s.data.Dataset, "dataset", "", "")
	fs.StringVar(&s.data.Data, "data", "", "")
	fs.StringVar(&s.data.Train, "train", "", "")
	fs.StringVar(&s.data.Dev, "dev", "", "")
	fs.StringVar(&s.data.Test, "test", "", "")
	fs.BoolVar(&s.data.AllowUnknown, "allow-unknown", false, "")
	fs.Var(&s.dtype, "dtype", "")
	fs.StringVar(&s.words.Append, "append", "", "")
	fs.StringVar(&s.words.Positive, "positive", "", "")
	fs.StringVar(&s.words.Negative, "negative", "", "")
	fs.StringVar(&s.words.Ask, "ask", "", "")
	fs.IntVar(&s.rows, "rows", 0, "")
	fs.StringVar(&s.blimp, "blimp", "", "")
	fs.StringVar(&s.before, "before", ".", "")
	fs.StringVar(&s.out, "out", "", "")
	return fs
}

// checkPairs returns an error for flags that do not go with -blimp or without it, and fills in the folder of the results.
func (s *settings) checkPairs(given cli.Given) error {
	if s.out == "" {
		s.out = "runs/zeroshot"
		if s.blimp != "" {
			s.out = "runs/blimp"
		}
	}
	if s.blimp == "" {
		switch {
		case given.Any("blimp"):
			return errors.New("-blimp needs the folder of BLiMP's files")
		case given.Any("before"):
			return errors.New("-before is the text before the sentences of -blimp: add -blimp DIR")
		}
		return nil
	}
	for _, name := range []string{"tasks", "append", "positive", "negative", "ask", "rows", "dataset", "data", "train", "dev", "test"} {
		if given.Any(name) {
			return errors.Errorf("-blimp measures minimal pairs in place of tasks: it cannot be combined with -%s", name)
		}
	}
	return nil
}

// own reports whether the rows come from files or a dataset, not from the embedded world.
func (s *settings) own() bool {
	d := s.data
	return d.Dataset != "" || d.Data != "" || d.Train != "" || d.Dev != "" || d.Test != ""
}

// checkFiles returns an error if the files are invalid, and fills in the tasks.
func (s *settings) checkFiles() error {
	d := s.data
	switch {
	case s.own() && len(s.tasks) != 1:
		return errors.New("-dataset, -train, -dev and -test are the rows of one task: name it with -tasks")
	case s.own() && d.Dataset == "" && (d.Train == "" || d.Test == ""):
		return errors.New("-train and -test go together: -train defines the set of labels, and -test is predicted")
	case s.tasks == nil:
		s.tasks = zeroshot.Tasks()
	}
	slices.Sort(s.tasks)
	s.tasks = slices.Compact(s.tasks)
	if !s.own() {
		return nil
	}
	d.Task = s.tasks[0].Kind()
	_, err := files.Resolve(d)
	return err
}

// runs finds the models.
func (s *settings) runs(ctx context.Context, con *cli.Console) (all []zeroshot.Run, err error) {
	if len(s.models) == 0 {
		dir, err := pretrain.Newest("")
		if err != nil {
			return nil, err
		}
		if dir == "" {
			return nil, errors.New("no completed pre-training under runs/: name a run with -model, or train one with gorgpt train -history 8")
		}
		s.models = []string{dir}
	}
	names := map[string]bool{}
	for _, dir := range s.models {
		r, err := s.find(ctx, dir, con)
		if err != nil {
			return nil, err
		}
		if names[r.Name] {
			r.Name = dir
		}
		names[r.Name] = true
		all = append(all, r)
	}
	return all, nil
}

// find lists the states of a model.
func (s *settings) find(ctx context.Context, name string, con *cli.Console) (zeroshot.Run, error) {
	dir, _, err := hubcli.Model(ctx, name, con.Listener())
	if err != nil {
		return zeroshot.Run{}, errors.WithMessage(err, "-model")
	}
	r, err := zeroshot.Find(dir)
	r.Name = filepath.Base(filepath.Clean(name)) // not that of the hub's cache
	return r, err
}

// sets reads the rows.
func (s *settings) sets(ctx context.Context, con *cli.Console) (all []*zeroshot.Set, err error) {
	for _, task := range s.tasks {
		d, err := s.read(ctx, task, con)
		if err != nil {
			return nil, err
		}
		if s.rows > 0 && s.rows < len(d.Test) {
			d.Test = d.Test[:s.rows]
		}
		set, err := zeroshot.NewSet(task, s.words, d)
		if err != nil {
			return nil, err
		}
		all = append(all, set)
	}
	return all, nil
}

// read reads the rows of a task: those of the files or of the embedded world.
func (s *settings) read(ctx context.Context, task zeroshot.Task, con *cli.Console) (*finetune.Data, error) {
	if !s.own() && task == zeroshot.Acceptability {
		return worldSentences()
	}
	of := s.data
	of.Task = task.Kind()
	of, err := files.Resolve(of)
	if err != nil {
		return nil, err
	}
	if err := hubcli.Options(ctx, &of, con.Listener()); err != nil {
		return nil, err
	}
	d, err := files.Read(of)
	if err != nil {
		return nil, err
	}
	d = d.TestOnDev()
	d.Spec.Metric = "" // use accuracy, whatever the dataset's measure is
	return d, nil
}

// worldSentences returns texts of the embedded world, with and without a mistake.
func worldSentences() (*finetune.Data, error) {
	d := &finetune.Data{Name: "the embedded world"}
	var err error
	if d.Train, err = storyworld.Rows(storyworld.Acceptability, storyworld.Train); err != nil {
		return nil, err
	}
	if d.Dev, err = storyworld.Rows(storyworld.Acceptability, storyworld.Dev); err != nil {
		return nil, err
	}
	if d.Test, err = storyworld.Rows(storyworld.Acceptability, storyworld.Test); err != nil {
		return nil, err
	}
	d.Spec, err = finetune.Learn(zeroshot.Acceptability.Kind(), d.Train)
	return d, err
}
