// Package figure makes the empty pictures that plots are drawn on, as SVG or PNG.
package figure
