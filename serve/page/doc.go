// Package page holds the page that gorgpt serve shows to people: HTML, CSS and ES modules, as they are sent.
// There is no build step, and the page asks no other host for anything. All it knows comes from the routes of
// package serve, which serves it.
//
// Start reading at files/main.js. Each tab is a module of its own; they share dom.js, api.js and sampling.js.
// graphview.js and graphlayout.js draw a graph, attention.js draws attention, in their tabs and in the files of [WriteGraph]
// and [WriteAttention].
package page
