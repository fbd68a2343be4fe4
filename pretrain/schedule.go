package pretrain

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/plural"
	"gorgpt/optim"
	"gorgpt/train"
)

// The schedules of the learning rate. All begin with a linear warm-up.
const (
	Cosine   = "cosine"   // falls along half a cosine to 0, as in the paper
	Constant = "constant" // stays at its peak
	WSD      = "wsd"      // warm-up, stable, decay: stays at its peak, then falls linearly to 0 over the last fifth
)

// schedules lists the schedules.
var schedules = []string{Cosine, Constant, WSD}

// stage is a part of a run with a schedule of its own. A run that was never extended is one stage.
type stage struct {
	schedule string
	steps    int // updates of the run at its end
	lr       float64
	warmup   int
}

// String returns the text form of a stage, as Options.Stages has it: cosine:3000:0.0006:300.
func (s stage) String() string {
	return strings.Join([]string{s.schedule, strconv.Itoa(s.steps), strconv.FormatFloat(s.lr, 'g', -1, 64), strconv.Itoa(s.warmup)}, ":")
}

// parseStage parses the text form of a stage.
func parseStage(text string) (s stage, err error) {
	parts := strings.Split(text, ":")
	if len(parts) == 4 {
		s.schedule = parts[0]
		s.steps, err = strconv.Atoi(parts[1])
		if err == nil {
			s.lr, err = strconv.ParseFloat(parts[2], 64)
		}
		if err == nil {
			s.warmup, err = strconv.Atoi(parts[3])
		}
	}
	if err != nil || !slices.Contains(schedules, s.schedule) || s.warmup < 0 || s.warmup > s.steps || !(s.lr >= 0 && s.lr < 1e6) {
		return s, errors.Errorf("%q must be a schedule, a number of updates, a rate and a warm-up, such as cosine:3000:0.0006:300", text)
	}
	return s, nil
}

// earlier returns the stages before the last one.
func (o Options) earlier() (all []stage, err error) {
	for _, text := range o.Stages {
		s, err := parseStage(text)
		if err != nil {
			return nil, train.InOption("Stages", err)
		}
		all = append(all, s)
	}
	return all, nil
}

// stages returns the stages of the run, the last of which the options describe themselves.
func (o Options) stages() ([]stage, error) {
	all, err := o.earlier()
	if err != nil {
		return nil, err
	}
	all = append(all, o.last())
	for i := range all[1:] {
		if before, after := all[i].steps, all[i+1].steps; after <= before {
			return nil, train.BadOption("the run has done %s, so an extension needs more than that, and this makes %d: set {Steps} to a larger number, or {Epochs}", plural.Of(before, "update"), after)
		}
	}
	return all, nil
}

// last returns the last stage.
func (o Options) last() stage { return stage{o.Schedule, o.Steps, o.LR, o.Warmup} }

// begins returns the updates that were done before the last stage.
func (o Options) begins() (int, error) {
	all, err := o.stages()
	if err != nil || len(all) == 1 {
		return 0, err
	}
	return all[len(all)-2].steps, nil
}

// schedule returns the learning rates of the whole run.
func (o Options) schedule() (rates optim.Schedule, err error) {
	all, err := o.stages()
	if err != nil {
		return nil, err
	}
	from := 0
	for _, s := range all {
		if next := s.rates(s.steps - from); rates == nil {
			rates = next
		} else {
			rates = optim.Extended{First: rates, From: from, Then: next}
		}
		from = s.steps
	}
	return rates, nil
}

// rates returns the learning rates of a stage of so many updates.
func (s stage) rates(updates int) optim.Schedule {
	switch s.schedule {
	case Constant:
		return optim.WarmupStable{Peak: s.lr, Warmup: s.warmup, Total: updates}
	case WSD:
		return optim.WarmupStable{Peak: s.lr, Warmup: s.warmup, Decay: min(max(updates/5, 1), updates-s.warmup), Total: updates}
	}
	return optim.WarmupCosine{Peak: s.lr, Warmup: s.warmup, Total: updates}
}

// Extended returns the options that continue a run with these options after it is complete: until more
// updates or epochs are done, with a schedule of its own. more has Steps or Epochs, the other is 0, and
// the schedule, the peak rate and the warm-up of the extension.
func (o Options) Extended(more Options) (Options, error) {
	o.Stages = append(slices.Clone(o.Stages), o.last().String())
	o.Steps, o.Epochs, o.LR, o.Warmup, o.Schedule = more.Steps, more.Epochs, more.LR, more.Warmup, more.Schedule
	o.Extend, o.Derived = true, ""
	if o.Epochs > 0 {
		return o, nil // how many updates these are depends on the text
	}
	_, err := o.stages()
	return o, err
}
