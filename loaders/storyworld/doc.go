// Package storyworld generates text and labelled rows from a seed: short books about people,
// places and things, what people do and how they feel, for pre-training; rows of the paper's
// tasks about the same kind of world, for fine-tuning; and correct and corrupted sentences,
// to be told apart without fine-tuning. Commands use it when they are given no data.
//
// Everything is told by templates with words of a lexicon (text/lexicon.txt). A template is
// a core, one way to tell an event or a fact (text/*.txt), and an opening, how it begins.
// [Books] and each split of [Rows] have their own templates and names of people, and
// every book and every row is a world of its own. So a model has met no template and no person
// of the test rows before, but it can know each word, core and opening from books.
//
// The labels follow from the events that a row is made of. They are drawn before the
// parts that a partial input shows, so that a hypothesis without its premise, or an answer
// without its story, says nothing about the label; package controls measures that.
//
// Books are not only told but talked about: people in them ask who did what, where things
// are and why somebody is sad, and deny or confirm what others say. That is where a
// language model learns to keep track of a story.
//
// Start reading at text/deeds.txt, then scene.go, book.go and rows.go.
package storyworld
