package finetune

import (
	"strings"

	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/internal/memory"
	"gorgpt/train"
)

// Options are all that decides on a run; run.json keeps them. A run never changes them.
// Options are safe for concurrent use as long as nothing changes them.
type Options struct {
	Task       heads.Kind `json:"task"`
	Regression bool       `json:"regression,omitempty"` // similarity by score
	Model      string     `json:"model,omitempty"`      // folder to start from
	Preset     string     `json:"preset,omitempty"`     // shape, when there is no folder
	Scratch    bool       `json:"scratch,omitempty"`    // start from random weights
	Dataset    string     `json:"dataset,omitempty"`    // a published one
	Data       string     `json:"data,omitempty"`       // its folder, or one that has it inside
	Train      string     `json:"train,omitempty"`      // file of rows; "": the embedded world's, for all three
	Dev        string     `json:"dev,omitempty"`
	Test       string     `json:"test,omitempty"`
	Fields     string     `json:"fields,omitempty"` // what the files call the fields: text=sentence,label=gold
	Labels     string     `json:"labels,omitempty"` // a,b: of class 0, 1; "": those of the training rows
	Strict     bool       `json:"strict,omitempty"` // no row may be broken
	Limit      int        `json:"limit,omitempty"`  // training rows; 0: all
	Warmup     float64    `json:"warmup"`           // share of the updates
	Lambda     float64    `json:"lambda"`           // weight of L1 in L3
	HeadDrop   float64    `json:"head_dropout"`     // before the head; [train.Auto]: Dropout or, if that is Auto, 0.1
	Eval       string     `json:"-"`                // no run: file of rows to score the model on
	Predict    string     `json:"-"`                // no run: file of rows to predict

	// Transfer is how many blocks of the model are taken, beside its embeddings.
	Transfer Blocks `json:"transfer,omitzero"`
	train.Options
}

// Defaults are the paper's recipe (section 4.1). What is [train.Auto] is chosen to fit
// model and data.
func Defaults() Options {
	return Options{
		Warmup: 0.002, Lambda: 0.5, HeadDrop: train.Auto,
		Options: train.Options{
			Epochs: 3, Batch: train.Auto, Micro: train.Auto, LR: train.Auto, L2: 0.01, Clip: 1, Dropout: train.Auto, Seed: 1,
			EvalEvery: train.Auto, Housekeeping: train.DefaultHousekeeping(10),
		},
	}
}

// Kind is the task that Task and Regression ask for.
func (o Options) Kind() heads.Kind {
	if o.Regression {
		return o.Task.Form()
	}
	return o.Task
}

// WithKind returns the options with Task and Regression such that Kind is k.
func (o Options) WithKind(k heads.Kind) Options {
	o.Task, o.Regression = k.Base(), k.Base() != k
	return o
}

// preset is the shape of a new model.
func (o Options) preset() string {
	if o.Preset == "" {
		return "tiny"
	}
	return o.Preset
}

// mayBeScores says that the labels of a task are scores, or may turn out to be.
func mayBeScores(t heads.Task) bool {
	_, refines := t.(heads.Refiner)
	return refines || !t.Whole()
}

// taskNames lists the tasks that settings may have, for an error.
func taskNames() string {
	kinds := heads.Kinds()
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// Check refuses a task, files and models that cannot work.
func (o Options) Check() error {
	if o.Eval != "" || o.Predict != "" {
		return o.checkApply()
	}
	switch {
	case o.Task == "":
		return train.BadOption("{Task} is missing: it must be %s", taskNames())
	case o.Task.Task() == nil:
		return train.BadOption("{Task} must be %s, not %q", taskNames(), o.Task)
	case o.Regression && !mayBeScores(o.Task.Task()):
		return train.BadOption("{Regression} is for {Task} similarity, not %s", o.Task)
	case o.Train == "" && o.Dataset == "" && (o.Fields != "" || o.Labels != ""):
		return train.BadOption("{Fields} and {Labels} are about files of your own: name them with {Train}, {Dev} and {Test}")
	case o.Train == "" && (o.Dev != "" || o.Test != ""):
		return train.BadOption("{Dev} and {Test} go with {Train}: name a file of training rows, or leave all three out for the embedded world")
	case o.Preset != "" && !o.Scratch:
		return train.BadOption("{Preset} is the shape of a new model: add {Scratch}, or leave it out")
	case o.Preset != "" && o.Model != "":
		return train.BadOption("{Preset} and {Model} both set the shape: give only one")
	case o.Scratch && o.Transfer != Blocks{}:
		return train.BadOption("{Transfer} is of a pre-trained model, and {Scratch} wants none: give only one")
	case o.Preset != "":
		_, err := gpt1.Preset(o.Preset)
		return train.InOption("Preset", err)
	}
	return nil
}

// checkApply refuses what does not go with a model that is only applied.
func (o Options) checkApply() error {
	switch {
	case o.Eval != "" && o.Predict != "":
		return train.BadOption("{Eval} and {Predict} are two things to do with a file: give only one")
	case o.Model == "":
		return train.BadOption("{Model} is missing: want the run folder of a fine-tuned model")
	case o.Task != "" || o.Dataset != "" || o.Train != "" || o.Dev != "" || o.Test != "" || o.Scratch:
		return train.BadOption("{Eval} and {Predict} apply a model to a file as it was trained: leave out {Task}, {Dataset}, {Train}, {Dev}, {Test} and {Scratch}")
	}
	return nil
}

// Resolve returns the options with what depends on model and data filled in. It is an error if epochs and updates
// are both given and disagree.
func (o Options) Resolve(d *Data, b *Base) (Options, error) {
	if _, err := o.Transfer.of(b.Model.Config); err != nil {
		return o, err
	}
	o.Regression = d.Spec.Task.Base() != d.Spec.Task
	lr, batch := 6.25e-5, 32
	if b.Model.NEmbd < fullWidth { // GPT-1: small models need larger steps, and more of them
		lr, batch = 5e-4, 8
	}
	if o.Batch == train.Auto {
		o.Batch = batch
	}
	if o.HeadDrop == train.Auto {
		if o.HeadDrop = o.Dropout; o.Dropout == train.Auto {
			o.HeadDrop = 0.1
		}
	}
	if o.Dropout == train.Auto {
		o.Dropout = float64(b.Model.ResidPDrop)
	}
	if o.LR == train.Auto {
		o.LR = lr
	}
	if o.Micro == train.Auto {
		o.Micro = microOf(b.Model.NEmbd, d.Spec)
	}
	o.Micro = min(o.Micro, o.Batch)
	if err := memory.Room(o.inputBytes(d, b)); err != nil {
		return o, train.BadOption("{Batch} %d with {Micro} %d: %v", o.Batch, o.Micro, err)
	}
	if o.Epochs > 0 {
		steps := updates(o.Epochs, len(d.Train), o.Batch)
		if o.Steps > 0 && o.Steps != steps {
			return o, train.BadOption("%d epochs of %d rows are %d updates, but {Steps} is %d: give only one of {Epochs} and {Steps}", o.Epochs, len(d.Train), steps, o.Steps)
		}
		o.Steps = steps
	}
	if o.EvalEvery == train.Auto {
		o.EvalEvery = max(updates(1, len(d.Train), o.Batch), o.Steps/10)
	}
	return o, nil
}

// inputBytes is what the rows of a batch take in memory, and the ids and targets of a micro-batch.
func (o Options) inputBytes(d *Data, b *Base) int64 {
	return 32*int64(o.Batch) + 2*4*int64(o.Micro)*int64(d.Spec.Sequences()*b.Model.NCtx)
}

// fullWidth is that of the paper's model.
const fullWidth = 768

// microOf is how many examples are computed at a time: 4 sequences, or 16 of a small model.
func microOf(width int, spec Spec) int {
	sequences := 4
	if width < fullWidth {
		sequences = 16
	}
	return max(sequences/spec.Sequences(), 1)
}

// updates is how many updates show each of n examples so many times or, as the last
// batch is filled up, a few once more.
func updates(epochs, n, batch int) int { return (epochs*n + batch - 1) / batch }
