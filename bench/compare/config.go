//go:build linux

package main

import (
	"regexp"
	"strconv"

	"github.com/pkg/errors"

	"gorgpt/bench"
	"gorgpt/gpt1"
)

// config says what to measure.
type config struct {
	name   string
	kind   string // "" for training, finetune, classify or generate
	preset string
	batch  string // sequences
	length string // tokens of a text to classify
	dtype  string // of the weights of a model that writes
	cores  int    // 0: all that -threads allows
	shape  gpt1.Config
}

// defaults are the configurations that are compared unless -configs names others.
const defaults = "gpt1/B1@1,gpt1/B1,gpt1/B4,mini/B8@1,mini/B8,tiny/B16@1,tiny/B16,finetune/gpt1/B32," +
	"classify/gpt1/T32,classify/gpt1/T128,classify/tiny/T32,classify/tiny/T128," +
	"generate/gpt1/B1,generate/gpt1/B1/bfloat16,generate/gpt1/B1/int8,generate/gpt1/B8"

// grammar is that of names.
var grammar = regexp.MustCompile(`^(?:(finetune|classify|generate)/)?([^/@]+)/(?:B([0-9]+)|T([0-9]+))(?:/([^/@]+))?(?:@([0-9]+))?$`)

// parseConfig parses a name such as gpt1/B4, finetune/gpt1/B32, classify/tiny/T128, generate/gpt1/B1/int8 or mini/B8@1.
func parseConfig(name string) (config, error) {
	part := grammar.FindStringSubmatch(name)
	if part == nil || (part[1] == "classify") != (part[4] != "") || part[5] != "" && part[1] != "generate" {
		return config{}, errors.Errorf("configuration %q: must be like gpt1/B4, finetune/gpt1/B32, classify/tiny/T128 or generate/gpt1/B1/int8, with @1 after it for one core", name)
	}
	c := config{name: name, kind: part[1], preset: part[2], batch: part[3], length: part[4], dtype: part[5]}
	if c.kind == "generate" && c.dtype == "" {
		c.dtype = "float32"
	}
	if part[6] != "" {
		var err error
		if c.cores, err = strconv.Atoi(part[6]); err != nil || c.cores < 1 {
			return config{}, errors.Errorf("configuration %q: the number of cores after @ must be at least 1", name)
		}
	}
	var err error
	if c.shape, err = gpt1.Preset(c.preset); err != nil {
		return config{}, errors.WithMessagef(err, "configuration %q", name)
	}
	if c.kind == "generate" {
		if _, err := bench.WritingBytes(c.shape, c.dtype); err != nil {
			return config{}, errors.WithMessagef(err, "configuration %q", name)
		}
	}
	return c, nil
}

// unit is that of the speed.
func (c config) unit() string {
	if c.kind == "classify" {
		return "texts/s"
	}
	return "tok/s"
}

// share is the part of the machine's limit that a speed is, from 0 to 1: of its memory when a text is written token by token, of
// its multiply-adds otherwise.
func (c config) share(speed float64, l limits) float64 {
	switch c.kind {
	case "generate":
		bytes, _ := bench.WritingBytes(c.shape, c.dtype) // parseConfig has checked the type
		batch, _ := strconv.Atoi(c.batch)
		return speed / float64(batch) * bytes / l.bytes
	case "classify":
		length, _ := strconv.Atoi(c.length)
		return speed * bench.ClassifyingWork(c.shape, length) / l.operations
	case "finetune":
		return speed * c.shape.Operations(1, 1) / l.operations // attention to so few tokens is next to nothing
	}
	return speed * c.shape.Operations(1, c.shape.NCtx) / float64(c.shape.NCtx) / l.operations
}
