// Package figure draws the plots of experiments: a [Picture] of panels with lines over one
// axis, and the empty [Canvas], SVG or PNG, that any plot is drawn on.
//
// What the figures mean is for the caller to say. Start reading at picture.go.
package figure
