package ablatecmd

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/cmd/internal/hubcli"
	"gorgpt/experiment/ablate"
	"gorgpt/finetune"
	"gorgpt/finetune/files"
	"gorgpt/internal/atomicfile"
	"gorgpt/pretrain"
	"gorgpt/train"
)

// compare does the work of the command. first are the options of pre-training, which runs first if
// there is no model. An LSTM is pre-trained with the same options except the architecture.
func compare(ctx context.Context, s *settings, first pretrain.Options, con *cli.Console) error {
	sets, err := s.sets(ctx, con)
	if err != nil {
		return err
	}
	if s.recipe.Model == "" {
		if s.recipe.Model, err = pretrain.NewestOrNew(ctx, first, con.Listener()); err != nil {
			return err
		}
	}
	if s.withLSTM() && s.lstm == "" {
		recurrent := first
		recurrent.Arch = pretrain.LSTM
		if s.lstm, err = pretrain.NewestOrNew(ctx, recurrent, con.Listener()); err != nil {
			return err
		}
	}
	grid, err := s.grid(sets, con.Out)
	if err != nil {
		return err
	}
	log, err := ablate.OpenLog(s.out)
	if err != nil {
		return err
	}
	to := con.Listener()
	if !con.Terminal() {
		to.Observers = nil // a line for each run is enough
	}
	if err := grid.Run(ctx, log, to); err != nil {
		if errors.Is(err, context.Canceled) {
			return errors.WithMessage(err, "run the same command again to do the remaining runs")
		}
		return err
	}
	if s.folds > 0 {
		err = grid.FitBagOfWords(ctx)
	} else {
		err = measureControls(ctx, sets)
	}
	if err != nil {
		return err
	}
	return s.report(grid, log, con.Out)
}

// sets reads the labelled sets. If the test rows of a dataset have no labels, its development rows
// are used instead, except in cross-validation, which needs none.
func (s *settings) sets(ctx context.Context, con *cli.Console) (all []*ablate.Set, err error) {
	model := finetune.Options{Model: s.recipe.Model}
	if err := hubcli.Options(ctx, &model, con.Listener()); err != nil {
		return nil, err
	}
	s.recipe.Model = model.Folder(model.Model)
	for _, name := range s.datasets {
		set := &ablate.Set{Name: name, Options: s.recipe}
		set.Options.Dataset = name
		if set.Options, err = files.Resolve(set.Options); err != nil {
			return nil, err
		}
		if err := read(ctx, set, con); err != nil {
			return nil, err
		}
		if s.folds == 0 && !set.Data.Judged() {
			set.Name += " (dev)"
			set.Data = set.Data.TestOnDev()
		}
		all = append(all, set)
	}
	for _, kind := range s.tasks {
		set := &ablate.Set{Name: string(kind), Options: s.recipe}
		set.Options = set.Options.WithKind(kind)
		if err := read(ctx, set, con); err != nil {
			return nil, err
		}
		all = append(all, set)
	}
	return all, nil
}

// read reads the rows of a set.
func read(ctx context.Context, set *ablate.Set, con *cli.Console) (err error) {
	if err := hubcli.Options(ctx, &set.Options, con.Listener()); err != nil {
		return err
	}
	if set.Data, err = files.Read(set.Options); err != nil {
		return err
	}
	set.Data.Report(train.Lines(con.Out))
	return nil
}

// grid reads the models and returns the grid of runs.
func (s *settings) grid(sets []*ablate.Set, w io.Writer) (*ablate.Grid, error) {
	base, err := finetune.ReadBase(s.recipe.Model)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(w, "weights of %s\n", s.recipe.Model)
	for _, set := range sets {
		set.Options.Model = s.recipe.Model
	}
	g := ablate.Grid{
		Base: base, Sets: sets, Variants: s.variants, Limits: s.limits, Transfer: s.transfer, Seeds: s.seeds, Updates: s.updates, Folds: s.folds,
	}
	if s.withLSTM() {
		if g.LSTM, err = finetune.ReadBase(s.lstm); err != nil {
			return nil, errors.WithMessage(err, "-lstm")
		}
		fmt.Fprintf(w, "LSTM: weights of %s\n", s.lstm)
	}
	if s.keep {
		g.Keep = s.out
	}
	return ablate.NewGrid(g)
}

// report prints the table, and writes the table and the pictures to files.
func (s *settings) report(grid *ablate.Grid, log *ablate.Log, w io.Writer) error {
	table, err := grid.Markdown(log)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s\n", table)
	path := filepath.Join(s.out, "table.md")
	if err := atomicfile.WriteFile(path, []byte(table)); err != nil {
		return err
	}
	fmt.Fprintf(w, "wrote %s\n", path)
	path = filepath.Join(s.out, finetune.ReportFile)
	if err := atomicfile.Write(path, func(w io.Writer) error { return grid.WriteReports(log, w) }); err != nil {
		return err
	}
	fmt.Fprintf(w, "wrote %s\n", path)
	for _, p := range []struct {
		name  string
		draw  func(*ablate.Log, string, io.Writer) error
		there bool
	}{{"labels", grid.Curve, len(s.limits) > 0}, {"transfer", grid.TransferCurve, s.transfer}} {
		for _, format := range []string{"svg", "png"} {
			if !p.there {
				continue
			}
			path := filepath.Join(s.out, p.name+"."+format)
			if err := atomicfile.Write(path, func(w io.Writer) error { return p.draw(log, format, w) }); err != nil {
				return err
			}
			fmt.Fprintf(w, "wrote %s\n", path)
		}
	}
	return nil
}
