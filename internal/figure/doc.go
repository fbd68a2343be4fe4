// Package figure draws the plots of experiments: a [Picture] of panels with lines over one
// axis, and the empty [Canvas], SVG or PNG, that any plot is drawn on.
//
// The caller gives the figures their meaning. Start reading at picture.go.
package figure
