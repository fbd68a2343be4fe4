// Package endurance tests how the commands survive what happens in practice: runs are killed
// at random moments, also while they save, stopped by signals, and given full disks. Each
// time, the run folder must open with nothing half-written in it, and in the end weights and
// metrics must equal those of an undisturbed run, byte for byte.
//
// All other commands that write are killed, too, with other people's files in their folders
// (tour_test.go; GORGPT_KILLS says how many times). They must start with any folder for temporary
// files, refuse to write over their inputs, and fail if their output could not be written.
//
// The short form is part of the ordinary tests. "make soak" does the same for half an hour;
// docs/reliability.md has the results. There is no code but tests. Start reading at kill_test.go.
package endurance
