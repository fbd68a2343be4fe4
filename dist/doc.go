// Package dist spreads a run over ranks: processes, on one machine or many, that were started
// together with the same command and train one model. Each computes its share of every batch;
// the gradients are added up, and then every rank makes the same update.
//
// A [Comm] carries the messages. Without build tags there is one rank and nothing to carry.
// With -tags mpi, [Start] makes the process a rank of Open MPI: mpirun, Slurm or Kubernetes'
// MPI operator start them. [Group] is what the rest of the program uses; a nil one is a
// process on its own.
//
// Ranks agree on one thing only while they compute, that they were asked to stop. Whatever
// else goes wrong on one of them ends the job at once, by [Group.Abort]; the last checkpoint is
// what remains. Start reading at comm.go and group.go. How to run such jobs, and what they
// gain: docs/distributed.md.
package dist
