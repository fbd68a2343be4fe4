// Package dist distributes a run over ranks: processes, on one machine or many, that are started
// together with the same command and train one model. Each rank computes its share of every batch,
// the gradients are summed, and every rank makes the same update.
//
// A [Comm] carries the messages. Without build tags there is one rank and nothing to carry.
// With -tags mpi, [Start] makes the process a rank of Open MPI. mpirun, Slurm or Kubernetes'
// MPI operator start the ranks. The rest of the program uses [Group]; a nil Group is a
// single process.
//
// While computing, ranks agree only on whether to stop. An error of one rank ends the job at
// once, by [Group.Abort]; the last checkpoint remains. docs/distributed.md explains how to run
// such jobs, and what they gain. Start reading at comm.go and group.go.
package dist
