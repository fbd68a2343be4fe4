// Package figure draws plots as SVG or PNG: a [Sheet] of plots below one legend, and a [Picture], the sheet
// that experiments fill with accuracies.
//
// The caller gives the figures their meaning. Start reading at plot.go.
package figure
