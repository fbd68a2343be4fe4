// Command recipe measures the default recipe of fine-tuning on few rows, without a pre-trained model: the table "Few rows" of
// docs/finetuning.md. It compares it with 20 epochs at a dropout of 0.1 and with a bag of words, on generated rows and, if they are at hand, on
// SST-2.
//
//	go run ./bench/recipe -out few-rows -rows 100,300,1000 -seeds 3 -sst2 ~/glue_data/SST-2
//
// A result is added to results.jsonl in the folder as soon as it is there, and not computed again.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/controls"
	"gorgpt/finetune"
	"gorgpt/finetune/files"
	"gorgpt/heads"
	"gorgpt/internal/results"
	"gorgpt/loaders"
	"gorgpt/train"
)

// testRows is the number of test rows.
const testRows = 1500

// The methods that are compared.
const (
	byDefault = "default"
	long      = "20 epochs"
	bag       = "bag of words"
	majority  = controls.Majority
)

// id identifies a result.
type id struct {
	Set    string `json:"set"`
	Rows   int    `json:"rows"`
	Method string `json:"method"`
	Seed   int    `json:"seed"` // of the rows, their division and the model
}

type result struct {
	id
	Accuracy float64 `json:"acc"`
}

func main() {
	out := flag.String("out", "", "folder of the results")
	rows := flag.String("rows", "100,300,1000", "numbers of rows, of which a fifth is for development")
	seeds := flag.Int("seeds", 3, "number of seeds")
	sst2 := flag.String("sst2", "", "folder of SST-2, as for gorgpt finetune -data; none: generated rows only")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *out, *rows, *seeds, *sst2, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "recipe:", err)
		os.Exit(1)
	}
}

// run measures what is missing and prints the table.
func run(ctx context.Context, out, list string, seeds int, sst2 string, stdout, stderr io.Writer) error {
	if out == "" {
		return errors.New("-out is missing: name a folder for the results")
	}
	if seeds < 1 {
		return errors.Errorf("-seeds must be at least 1, not %d", seeds)
	}
	var sizes []int
	for _, part := range strings.Split(list, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 50 {
			return errors.Errorf("-rows must be numbers of 50 or more, separated by commas, not %q", list)
		}
		sizes = append(sizes, n)
	}
	log, err := results.Open(out, func(r result) id { return r.id })
	if err != nil {
		return err
	}
	sources := map[string]func(n, seed int) (*finetune.Data, error){}
	var names []string
	for _, s := range sets {
		names = append(names, s.name)
		sources[s.name] = func(n, seed int) (*finetune.Data, error) {
			return divided(s.name, s.rows(uint64(seed), n), s.rows(1<<32, testRows), seed)
		}
	}
	if sst2 != "" {
		names = append(names, "SST-2")
		sources["SST-2"] = func(n, seed int) (*finetune.Data, error) { return sentiment(sst2, n, seed, stderr) }
	}
	for _, n := range sizes {
		for _, name := range names {
			for seed := 1; seed <= seeds; seed++ {
				if err := measure(ctx, log, id{Set: name, Rows: n, Seed: seed}, sources[name], stderr); err != nil {
					return errors.WithMessagef(err, "%s, %d rows, seed %d", name, n, seed)
				}
			}
		}
	}
	all, err := log.All()
	if err != nil {
		return err
	}
	_, err = io.WriteString(stdout, table(all, sizes, names, seeds))
	return err
}

// divided returns rows with a fifth for development, and test rows. All labels are known, as with -labels.
func divided(name string, rows, test []loaders.Row, seed int) (*finetune.Data, error) {
	d := &finetune.Data{Name: name, Train: rows, Test: test}
	var err error
	if d.Spec, err = finetune.Learn(heads.Classification, slices.Concat(rows, test)); err != nil {
		return nil, err
	}
	return d, d.Split("80/20/0", int64(seed))
}

// sentiment returns rows of SST-2: n, or as many as there are. Its test rows have no labels, so the last of the training and
// development rows are tested on.
func sentiment(dir string, n, seed int, stderr io.Writer) (*finetune.Data, error) {
	o := finetune.Defaults()
	o.Dataset, o.Data = "SST-2", dir
	o, err := files.Resolve(o)
	if err != nil {
		return nil, err
	}
	d, err := files.Read(o)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(d.Train, d.Dev)
	left := len(all) - testRows
	if left <= 0 {
		return nil, errors.Errorf("SST-2 has %d rows, but %d are to be tested on", len(all), testRows)
	}
	if left < n {
		fmt.Fprintf(stderr, "SST-2 has %d rows besides those that are tested on: all are taken instead of %d\n", left, n)
		n = left
	}
	return divided("SST-2", all[(seed-1)*n%(left-n+1):][:n], all[len(all)-testRows:], seed)
}

// measure adds the results of all methods that the log lacks.
func measure(ctx context.Context, log *results.Log[id, result], of id, rows func(n, seed int) (*finetune.Data, error), stderr io.Writer) error {
	done, err := log.All()
	if err != nil {
		return err
	}
	for _, method := range []string{byDefault, long, bag} {
		of.Method = method
		if _, found := done[of]; found {
			continue
		}
		d, err := rows(of.Rows, of.Seed)
		if err != nil {
			return err
		}
		if method == bag {
			err = linear(ctx, log, of, d)
		} else {
			err = tuned(ctx, log, of, d)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(stderr, "%s, %d rows, seed %d: %s\n", of.Set, of.Rows, of.Seed, method)
	}
	return nil
}

// linear adds the accuracies of the bag of words and of the majority.
func linear(ctx context.Context, log *results.Log[id, result], of id, d *finetune.Data) error {
	all, err := controls.Measure(ctx, d.Spec.Task, d.Spec.Space, d.Train, d.Dev, d.Test)
	if err != nil {
		return err
	}
	for _, r := range slices.Backward(all) { // the majority first of all, so it is added last
		if of.Method = r.Name; r.Name == bag || r.Name == majority {
			if err := log.Add(result{of, r.Test.Value}); err != nil {
				return err
			}
		}
	}
	return nil
}

// tuned adds the accuracy of a fine-tuned model, which is new: its vocabulary comes from the rows.
func tuned(ctx context.Context, log *results.Log[id, result], of id, d *finetune.Data) error {
	dir, err := os.MkdirTemp("", "recipe-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a leftover in the temporary folder
	o := finetune.Defaults()
	o.Task, o.Scratch, o.Seed, o.Out = heads.Classification, true, int64(of.Seed), filepath.Join(dir, "run")
	if of.Method == long {
		o.Epochs, o.Patience, o.Dropout = 20, 0, 0.1
	}
	r, err := finetune.Run(ctx, o, d, train.Listener{})
	if err != nil {
		return err
	}
	accuracy, _ := r.Test.Headline()
	return log.Add(result{of, accuracy})
}

// table lays out the means over the seeds, in percent.
func table(all map[id]result, sizes []int, names []string, seeds int) string {
	methods := []string{byDefault, long, bag, majority}
	lines := [][]string{append([]string{"rows", "set"}, methods...)}
	for _, n := range sizes {
		for _, name := range names {
			line := []string{strconv.Itoa(n), name}
			for _, method := range methods {
				sum := 0.0
				for seed := 1; seed <= seeds; seed++ {
					sum += all[id{name, n, method, seed}].Accuracy
				}
				line = append(line, fmt.Sprintf("%.1f", 100*sum/float64(seeds)))
			}
			lines = append(lines, line)
		}
	}
	return results.Markdown(lines)
}
