package optim

import "math"

// Schedule returns the learning rate of update t = 1, 2, …
// A Schedule is safe for concurrent use.
type Schedule interface{ Rate(t int) float64 }

// WarmupCosine is the schedule of pre-training (section 4.1): it rises linearly from 0 to Peak over
// Warmup updates, then follows a cosine to 0 at update Total.
// A WarmupCosine is safe for concurrent use as long as nothing changes it.
type WarmupCosine struct {
	Peak          float64
	Warmup, Total int
}

// Rate returns the learning rate of update t.
func (s WarmupCosine) Rate(t int) float64 {
	if t <= s.Warmup {
		return s.Peak * float64(t) / float64(s.Warmup)
	}
	return s.Peak / 2 * (1 + math.Cos(math.Pi*float64(t-s.Warmup)/float64(s.Total-s.Warmup)))
}

// WarmupStable rises linearly from 0 to Peak over Warmup updates, stays there, and falls linearly to 0
// over the last Decay updates, at update Total. Without Decay it stays at Peak.
// A WarmupStable is safe for concurrent use as long as nothing changes it.
type WarmupStable struct {
	Peak                 float64
	Warmup, Decay, Total int
}

// Rate returns the learning rate of update t.
func (s WarmupStable) Rate(t int) float64 {
	switch {
	case t <= s.Warmup:
		return s.Peak * float64(t) / float64(s.Warmup)
	case s.Decay > 0 && t > s.Total-s.Decay:
		return s.Peak * float64(s.Total-t) / float64(s.Decay)
	}
	return s.Peak
}

// Extended is the schedule of a run that was extended: First until update From, then Then, whose updates
// count from 1 again.
// An Extended is safe for concurrent use as long as nothing changes it.
type Extended struct {
	First Schedule
	From  int
	Then  Schedule
}

// Rate returns the learning rate of update t.
func (s Extended) Rate(t int) float64 {
	if t <= s.From {
		return s.First.Rate(t)
	}
	return s.Then.Rate(t - s.From)
}

// WarmupLinear is the schedule of fine-tuning (section 4.1): it rises linearly from 0 to Peak over
// the share Warmup of the updates, then falls linearly to 0.
//
// GPT-1: the 2018 code counts updates from 0 here, so the first has rate 0.
// A WarmupLinear is safe for concurrent use as long as nothing changes it.
type WarmupLinear struct {
	Peak   float64
	Warmup float64 // share of Total
	Total  int
}

// Rate returns the learning rate of update t.
func (s WarmupLinear) Rate(t int) float64 {
	x := float64(t-1) / float64(s.Total)
	warm := 1.0
	if s.Warmup > 0 && x <= s.Warmup {
		warm = x / s.Warmup
	}
	return s.Peak * warm * (1 - x)
}
