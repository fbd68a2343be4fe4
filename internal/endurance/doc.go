// Package endurance has the tests that treat the commands as the world does: runs are killed
// at random moments, also while they save, told to stop by signals, and given full disks. Each
// time the run folder must open with nothing half-written in it, and in the end weights and
// metrics must equal those of an undisturbed run, byte for byte.
//
// Every other command that writes is killed, too, with files of others in its folders
// (tour_test.go; GORGPT_KILLS says how many times), and must start with any folder for temporary
// files, refuse to write over its inputs, and fail when its output was not written.
//
// The short form is part of the suite. "make soak" does the same for half an hour; see
// docs/reliability.md for what came out. There is no code but tests. Start reading at
// kill_test.go.
package endurance
