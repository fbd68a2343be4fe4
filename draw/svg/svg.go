// Package svg draws what is written in Graphviz's language, without Graphviz being installed:
// it wraps github.com/goccy/go-graphviz, which is Graphviz as WebAssembly.
//
// The library compiles its WebAssembly when a program starts that imports it, half a second
// of work, and keeps the result in the folder go-graphviz of the system's temporary files.
package svg

import (
	"bytes"
	"context"

	"github.com/goccy/go-graphviz"
	"github.com/pkg/errors"
)

// Render turns a DOT file into an SVG file with tooltips.
func Render(ctx context.Context, dot []byte) (_ []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("drawing the graph: %v", r)
		}
	}()
	g, err := graphviz.New(ctx)
	if err != nil {
		return nil, errors.Wrap(err, "starting Graphviz")
	}
	defer func() { _ = g.Close() }() // its error would be the last that any graph had
	parsed, err := graphviz.ParseBytes(dot)
	if err != nil {
		return nil, errors.Wrap(err, "reading the graph")
	}
	var out bytes.Buffer
	if err := g.Render(ctx, parsed, graphviz.SVG, &out); err != nil {
		return nil, errors.Wrap(err, "drawing the graph")
	}
	return out.Bytes(), nil
}
