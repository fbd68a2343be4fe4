// Package runs reads the run folders of training for people who watch or compare them: settings, metrics as columns, results.
// It never writes, and nothing in training waits for it. It opens nothing outside the folder that it is given, follows no
// link that leads out of it, and reads bounded amounts, so that it is safe to look at other people's folders.
//
// Start reading at folder.go. Package train writes the folders.
package runs
