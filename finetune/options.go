package finetune

import (
	"strings"

	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/heads"
	"gorgpt/internal/memory"
	"gorgpt/internal/plural"
	"gorgpt/train"
)

// Options determine a run, which never changes them. They are stored in run.json. A run never changes them.
// Options are safe for concurrent use as long as nothing changes them.
type Options struct {
	Task       heads.Kind `json:"task"`
	Regression bool       `json:"regression,omitempty"` // similarity as a score
	Model      string     `json:"model,omitempty"`      // folder to start from
	Preset     string     `json:"preset,omitempty"`     // shape of the model if no folder is named
	Scratch    bool       `json:"scratch,omitempty"`    // start from random weights
	Dataset    string     `json:"dataset,omitempty"`    // name of a published dataset
	Data       string     `json:"data,omitempty"`       // folder of the dataset, or its parent
	Train      string     `json:"train,omitempty"`      // file of rows; "": all splits come from the embedded world
	Dev        string     `json:"dev,omitempty"`
	Test       string     `json:"test,omitempty"`
	Fields     string     `json:"fields,omitempty"`    // column names in the files: text=sentence,label=gold
	Labels     string     `json:"labels,omitempty"`    // labels of class 0, 1, …: a,b; "": learned from the training rows
	Strict     bool       `json:"strict,omitempty"`    // no row may be unusable
	Limit      int        `json:"limit,omitempty"`     // number of training rows; 0: all
	Warmup     float64    `json:"warmup"`              // share of the updates
	Lambda     float64    `json:"lambda"`              // weight of L1 in L3
	HeadDrop   float64    `json:"head_dropout"`        // dropout before the head; [train.Auto]: Dropout or, if that is Auto, 0.1
	Eval       string     `json:"-"`                   // file of rows to score the model on, instead of training
	Predict    string     `json:"-"`                   // file of rows to predict, instead of training
	Explain    string     `json:"-"`                   // text, or file of rows, to explain the predictions of, instead of training
	Calibrate  bool       `json:"calibrate,omitempty"` // fit a temperature to the development rows

	// Dtype is the type of weights that Eval and Predict compute with; "": what the folder holds.
	Dtype graph.Dtype `json:"-"`

	// Transfer says how many blocks of the model are copied in addition to its embeddings.
	Transfer Blocks `json:"transfer,omitzero"`
	train.Options
}

// Defaults returns the paper's recipe (section 4.1). Fields set to [train.Auto] are chosen to fit
// the model and the data.
func Defaults() Options {
	return Options{
		Warmup: 0.002, Lambda: 0.5, HeadDrop: train.Auto,
		Options: train.Options{
			Epochs: 3, Batch: train.Auto, Micro: train.Auto, LR: train.Auto, L2: 0.01, Clip: 1, Dropout: train.Auto, Seed: 1,
			EvalEvery: train.Auto, Housekeeping: train.DefaultHousekeeping(10),
		},
	}
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
	case o.Regression && !mayBeScores(o.Task.Task()):
		return train.BadOption("{Regression} is for {Task} similarity, not %s", o.Task)
	case o.Train == "" && o.Dataset == "" && (o.Fields != "" || o.Labels != ""):
		return train.BadOption("{Fields} and {Labels} describe your own files: name them with {Train}, {Dev} and {Test}")
	case o.Train == "" && (o.Dev != "" || o.Test != ""):
		return train.BadOption("{Dev} and {Test} need {Train}: name a file of training rows, or omit all three to use the embedded world")
	case o.Preset != "" && !o.Scratch:
		return train.BadOption("{Preset} sets the shape of a new model: add {Scratch} or omit {Preset}")
	case o.Preset != "" && o.Model != "":
		return train.BadOption("{Preset} and {Model} both set the shape: use only one of them")
	case o.Scratch && o.Transfer != Blocks{}:
		return train.BadOption("{Transfer} cannot be combined with {Scratch}, which starts without a pre-trained model")
	case o.Preset != "":
		_, err := gpt1.Preset(o.Preset)
		return train.InOption("Preset", err)
	}
	return nil
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
	case o.Task != "" || o.Dataset != "" || o.Train != "" || o.Dev != "" || o.Test != "" || o.Scratch:
		return train.BadOption("{Eval} and {Predict} use the task of the fine-tuned model: omit {Task}, {Dataset}, {Train}, {Dev}, {Test} and {Scratch}")
	}
	return nil
}

// Resolve returns the options with all values that depend on the model and the data filled in. It
// is an error if epochs and updates are both given and disagree.
func (o Options) Resolve(d *Data, b *Base) (Options, error) {
	if _, err := o.Transfer.of(b.Model.Config); err != nil {
		return o, err
	}
	o.Regression = d.Spec.Task.Base() != d.Spec.Task
	lr, batch := 6.25e-5, 32
	if b.Model.NEmbd < fullWidth { // models smaller than GPT-1 need more and larger steps
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
		o.Micro = microOf(d.Spec)
	}
	o.Micro = min(o.Micro, o.Batch)
	if err := memory.Room(o.inputBytes(d, b)); err != nil {
		return o, train.BadOption("{Batch} is %d and {Micro} is %d: %v", o.Batch, o.Micro, err)
	}
	if o.Epochs > 0 {
		steps := updates(o.Epochs, len(d.Train), o.Batch)
		if o.Steps > 0 && o.Steps != steps {
			return o, train.BadOption("%s of %s make %s, but {Steps} is %d: use only one of {Epochs} and {Steps}",
				plural.Of(o.Epochs, "epoch"), plural.Of(len(d.Train), "row"), plural.Of(steps, "update"), o.Steps)
		}
		o.Steps = steps
	}
	if o.EvalEvery == train.Auto {
		o.EvalEvery = max(updates(1, len(d.Train), o.Batch), o.Steps/10)
	}
	return o, nil
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
