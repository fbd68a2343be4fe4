package finetune

import (
	"strconv"
	"strings"

	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/heads"
	"gorgpt/internal/memory"
	"gorgpt/internal/plural"
	"gorgpt/train"
)

// Options determine a run, which never changes them. They are stored in run.json.
// Options are safe for concurrent use as long as nothing changes them.
type Options struct {
	Task        heads.Kind `json:"task"`
	Regression  bool       `json:"regression,omitempty"` // similarity as a score
	Model       string     `json:"model,omitempty"`      // folder to start from
	Preset      string     `json:"preset,omitempty"`     // shape of the model if no folder is named
	Scratch     bool       `json:"scratch,omitempty"`    // start from random weights
	Dataset     string     `json:"dataset,omitempty"`    // name of a published dataset
	Data        string     `json:"data,omitempty"`       // folder of the dataset, or its parent
	Train       string     `json:"train,omitempty"`      // file of rows; "": all splits come from the embedded world
	Dev         string     `json:"dev,omitempty"`
	Test        string     `json:"test,omitempty"`
	Fields      string     `json:"fields,omitempty"`     // column names in the files: text=sentence,label=gold
	Labels      string     `json:"labels,omitempty"`     // labels of class 0, 1, …: a,b; "": learned from the training rows
	Join        string     `json:"join,omitempty"`       // stands between columns that make up one text; "": a space
	Table       string     `json:"table,omitempty"`      // layout of text tables: delimiter=tab,header=no; the rest is recognised
	Split       string     `json:"split,omitempty"`      // parts of the training file, in percent: 80/10/10; "" or none: it is not divided
	Strict      bool       `json:"strict,omitempty"`     // no row may be unusable
	MaxBroken   string     `json:"max_broken,omitempty"` // share of a file's rows that may be unusable: 5%; "": 1%, or 50% of rows to predict
	KeepColumns string     `json:"keep,omitempty"`       // columns that predictions have, too: id,subject
	Limit       int        `json:"limit,omitempty"`      // number of training rows; 0: all
	Warmup      float64    `json:"warmup"`               // share of the updates
	Lambda      float64    `json:"lambda"`               // weight of L1 in L3
	HeadDrop    float64    `json:"head_dropout"`         // dropout before the head; [train.Auto]: Dropout or, if that is Auto, its default
	Eval        string     `json:"-"`                    // file of rows to score the model on, instead of training
	Predict     string     `json:"-"`                    // file of rows to predict, instead of training
	Explain     string     `json:"-"`                    // text, or file of rows, to explain the predictions of, instead of training
	Calibrate   bool       `json:"calibrate,omitempty"`  // fit a temperature to the development rows

	// Local says what stands for a name such as hf:org/name on this machine: one folder for Model and Data, files for Train, Dev,
	// Test, Eval and Predict. Names that it lacks are paths.
	Local *Places `json:"-"`

	// Dtype is the type of weights that Eval and Predict compute with; "": what the folder holds.
	Dtype graph.Dtype `json:"-"`

	// AutoSplit divides the training file by [DefaultSplit] if Split is empty and the rows allow it.
	AutoSplit bool `json:"-"`

	// Transfer says how many blocks of the model are copied in addition to its embeddings.
	Transfer Blocks `json:"transfer,omitzero"`

	// Long says what is done with texts that are too long for the model.
	Long heads.Long `json:"long,omitempty"`

	// ClassWeights say how much each class counts in L2.
	ClassWeights ClassWeights `json:"class_weights,omitempty"`
	train.Options
}

// Defaults returns the paper's recipe (section 4.1). Fields set to [train.Auto] are chosen to fit
// the model and the data.
func Defaults() Options {
	keeping := train.DefaultHousekeeping(10)
	keeping.Checkpoints = train.KeepBest
	return Options{
		Warmup: train.Auto, Lambda: 0.5, HeadDrop: train.Auto,
		Options: train.Options{
			Epochs: train.Auto, Batch: train.Auto, Micro: train.Auto, LR: train.Auto, L2: 0.01, Clip: 1, Dropout: train.Auto, Seed: 1,
			EvalEvery: train.Auto, Patience: train.Auto, Housekeeping: keeping,
		},
	}
}

// Places are the paths of what stands for a name. Places are safe for concurrent use as long as nothing changes them.
type Places map[string][]string

// Folder returns the path of the folder that Model or Data names.
func (o Options) Folder(name string) string { return o.Files(name)[0] }

// Files returns the paths of the files that Train, Dev, Test, Eval or Predict names; there is at least one.
func (o Options) Files(name string) []string {
	if o.Local != nil && len((*o.Local)[name]) > 0 {
		return (*o.Local)[name]
	}
	return []string{name}
}

// Kind returns the task that Task and Regression select.
func (o Options) Kind() heads.Kind {
	if o.Regression {
		return o.Task.Form()
	}
	return o.Task
}

// WithKind returns the options with Task and Regression set so that Kind returns k.
func (o Options) WithKind(k heads.Kind) Options {
	o.Task, o.Regression = k.Base(), k.Base() != k
	return o
}

// preset returns the preset of a new model.
func (o Options) preset() string {
	if o.Preset == "" {
		return "tiny"
	}
	return o.Preset
}

// mayBeScores reports whether the labels of a task are scores or may become scores.
func mayBeScores(t heads.Task) bool {
	_, refines := t.(heads.Refiner)
	return refines || !t.Whole()
}

// taskNames lists all tasks for an error message.
func taskNames() string {
	kinds := heads.Kinds()
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// Check returns an error for options that contradict one another or name no task.
func (o Options) Check() error {
	if o.Applies() {
		return o.checkApply()
	}
	switch {
	case o.Dtype != "":
		return train.BadOption("{Dtype} is for {Eval} and {Predict}: omit it, as training computes in float32")
	case o.Task == "":
		return train.BadOption("{Task} is missing: it must be %s", taskNames())
	case o.Task.Task() == nil:
		return train.BadOption("{Task} must be %s, not %q", taskNames(), o.Task)
	case o.checkLong() != nil:
		return o.checkLong()
	case o.ClassWeights.check() != nil:
		return o.ClassWeights.check()
	case o.Regression && !mayBeScores(o.Task.Task()):
		return train.BadOption("{Regression} is for {Task} similarity, not %s", o.Task)
	case o.Train == "" && o.Dataset == "" && (o.Fields != "" || o.Labels != ""):
		return train.BadOption("{Fields} and {Labels} describe your own files: name them with {Train}, {Dev} and {Test}")
	case o.Train == "" && o.Dataset == "" && (o.Join != "" || o.Table != "" || o.KeepColumns != ""):
		return train.BadOption("{Join}, {Table} and {KeepColumns} describe your own files: name them with {Train}, {Dev} and {Test}")
	case o.Train == "" && (o.Dev != "" || o.Test != ""):
		return train.BadOption("{Dev} and {Test} need {Train}: name a file of training rows, or omit all three to use the embedded world")
	case o.Preset != "" && !o.Scratch:
		return train.BadOption("{Preset} sets the shape of a new model: add {Scratch} or omit {Preset}")
	case o.Preset != "" && o.Model != "":
		return train.BadOption("{Preset} and {Model} both set the shape: use only one of them")
	case o.Scratch && o.Transfer != Blocks{}:
		return train.BadOption("{Transfer} cannot be combined with {Scratch}, which starts without a pre-trained model")
	case o.checkPreset() != nil:
		return o.checkPreset()
	}
	if err := o.checkSplit(); err != nil {
		return err
	}
	if err := o.CheckPatience(); err != nil {
		return err
	}
	return o.checkReading()
}

// checkPreset returns an error for an unknown preset.
func (o Options) checkPreset() error {
	if o.Preset == "" {
		return nil
	}
	_, err := gpt1.Preset(o.Preset)
	return train.InOption("Preset", err)
}

// checkReading returns an error for options that cannot be read.
func (o Options) checkReading() error {
	if _, err := o.maxBroken(); err != nil {
		return err
	}
	stdin := 0
	for _, path := range []string{o.Train, o.Dev, o.Test} {
		if path == Stdin {
			stdin++
		}
	}
	switch {
	case stdin > 1:
		return train.BadOption("only one of {Train}, {Dev} and {Test} can be standard input")
	case o.Strict && o.MaxBroken != "":
		return train.BadOption("{Strict} allows no unusable row and {MaxBroken} allows some: omit one of them")
	case o.Out == Stdin && o.Predict == "":
		return train.BadOption("{Out} must name a folder or a file: only predictions can be written to standard output")
	}
	return nil
}

// Stdin is the name of a file that stands for standard input or standard output.
const Stdin = "-"

// Kept returns the columns of KeepColumns.
func (o Options) Kept() (names []string) {
	for _, name := range strings.Split(o.KeepColumns, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// maxBroken returns the share that MaxBroken names, or a negative number if it names none.
func (o Options) maxBroken() (float64, error) {
	if o.MaxBroken == "" {
		return -1, nil
	}
	number, percent := strings.CutSuffix(strings.TrimSpace(o.MaxBroken), "%")
	x, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if !percent || err != nil || !(x >= 0 && x <= 100) {
		return 0, train.BadOption("{MaxBroken} must be a share of the rows from 0%% to 100%%, such as 5%%, not %q", o.MaxBroken)
	}
	return x / 100, nil
}

// Applies reports whether a fine-tuned model is applied instead of trained.
func (o Options) Applies() bool { return o.Eval != "" || o.Predict != "" || o.Explain != "" }

// checkApply returns an error for options that cannot be combined with Eval, Predict or Explain.
func (o Options) checkApply() error {
	switch {
	case o.Eval != "" && o.Predict != "":
		return train.BadOption("{Eval} cannot be combined with {Predict}")
	case o.Explain != "" && (o.Eval != "" || o.Predict != ""):
		return train.BadOption("{Explain} cannot be combined with {Eval} and {Predict}")
	case o.Explain != "" && o.Dtype != "" && o.Dtype != graph.Float32:
		return train.BadOption("{Explain} computes gradients, in float32: omit {Dtype}")
	case o.Model == "":
		return train.BadOption("{Model} is missing: name the run folder of a fine-tuned model")
	case o.Calibrate:
		return train.BadOption("{Calibrate} is for training: the model keeps its temperature, which {Eval} and {Predict} use")
	case o.Task != "" || o.Dataset != "" || o.Train != "" || o.Dev != "" || o.Test != "" || o.Scratch || o.Long != "":
		return train.BadOption("{Eval} and {Predict} use the task of the fine-tuned model: omit {Task}, {Dataset}, {Train}, {Dev}, {Test}, {Scratch} and {Long}")
	case o.Labels != "" || o.Regression || o.Preset != "" || o.Transfer != Blocks{} || o.ClassWeights != "":
		return train.BadOption("{Labels}, {Regression}, {Preset}, {Transfer} and {ClassWeights} are for training: omit them with {Eval}, {Predict} and {Explain}")
	case o.Split != "":
		return train.BadOption("{Split} divides training rows: omit it with {Eval} and {Predict}")
	case o.Limit != 0 && o.Explain == "":
		return train.BadOption("{Limit} is for training and {Explain}: omit it, as {Eval} and {Predict} take all rows")
	case o.KeepColumns != "" && o.Predict == "" && (o.Eval == "" || o.Out == ""):
		return train.BadOption("{KeepColumns} goes with predictions: use {Predict}, or {Eval} with a folder {Out}")
	}
	return o.checkReading()
}

// Resolve returns the options with all values that depend on the model and the data filled in. It
// is an error if epochs and updates are both given and disagree.
func (o Options) Resolve(d *Data, b *Base) (Options, error) {
	if err := o.Options.Check(); err != nil {
		return o, err
	}
	if _, err := o.Transfer.of(b.Model.Config); err != nil {
		return o, err
	}
	o.Regression = d.Spec.Task.Base() != d.Spec.Task
	o.Split, o.AutoSplit = d.SplitBy, false
	before := o // the split stays for a run with other settings
	lr, batch, warmup, long := 6.25e-5, 32, 0.002, tuning
	dropout, headDropout := float64(b.Model.ResidPDrop), 0.1
	if b.Model.NEmbd < fullWidth { // models smaller than GPT-1 need more and larger steps
		lr, batch = 5e-4, 8
		if b.preset != "" {
			lr, warmup, long = 1e-3, 0.1, learning
			if d.Spec.Task == heads.Classification && len(d.Train) > fewRows {
				dropout, headDropout, long = heavyDropout, heavyDropout, learningMore
			}
		}
	}
	if o.Batch == train.Auto {
		o.Batch = batch
	}
	if o.HeadDrop == train.Auto {
		if o.HeadDrop = o.Dropout; o.Dropout == train.Auto {
			o.HeadDrop = headDropout
		}
	}
	if o.Dropout == train.Auto {
		o.Dropout = dropout
	}
	if o.LR == train.Auto {
		o.LR = lr
	}
	if o.Warmup == train.Auto {
		o.Warmup = warmup
	}
	if o.Micro == train.Auto {
		o.Micro = microOf(d.Spec)
	}
	o.Micro = min(o.Micro, o.Batch)
	if err := memory.Room(o.inputBytes(d, b)); err != nil {
		return o, train.BadOption("{Batch} is %d and {Micro} is %d: %v", o.Batch, o.Micro, err)
	}
	o = long.over(len(d.Train), o)
	if o.Epochs > 0 {
		steps := updates(o.Epochs, len(d.Train), o.Batch)
		if o.Steps > 0 && o.Steps != steps {
			return o, train.BadOption("%s of %s make %s, but {Steps} is %d: use only one of {Epochs} and {Steps}",
				plural.Of(o.Epochs, "epoch"), plural.Of(len(d.Train), "row"), plural.Of(steps, "update"), o.Steps)
		}
		o.Steps = steps
	}
	o = o.evaluations(len(d.Train), d.Dev != nil)
	var err error
	o.Derived, err = train.Derive(o.Derived, before, o)
	return o, err
}

// inputBytes returns the memory of the rows of a batch and of the ids and targets of a micro-batch.
func (o Options) inputBytes(d *Data, b *Base) int64 {
	return 32*int64(o.Batch) + 2*4*int64(o.Micro)*int64(d.Spec.Sequences()*b.Model.NCtx)
}

// fullWidth is the width of the paper's model.
const fullWidth = 768

// microOf returns how many examples are computed at a time: those of 4 sequences.
func microOf(spec Spec) int { return max(4/spec.Sequences(), 1) }

// updates returns the number of updates that make at least the given number of passes over n
// examples. The last batch is filled with examples of the next epoch.
func updates(epochs, n, batch int) int { return (epochs*n + batch - 1) / batch }
