package cli

// SettingsUsage is the end of the help text of commands that train: those of the flags of
// [SettingsFlags] that mean the same everywhere.
const SettingsUsage = `  -allow-unknown   accept a text of which half the tokens or more are <unk>, as
                   the vocabulary cannot spell it. Smaller shares are printed,
                   with a warning from 1 % on
  -dot FILE        draw a graph in Graphviz's language; with -steps 0, and stop
  -svg FILE        the same as a picture with tooltips
  -dot-level LEVEL model: blocks that repeat once, block: the parts of each
                   block, op: every operation (model)
  -dot-graph NAME  forward, step (with the gradients) or update (step)
  -dot-profile N   measure N runs of the graph, colour the picture by time,
                   write profile.csv beside it, and stop
  -summary         print the parts of the graph: shapes, parameters, operations,
                   memory
  -profile DIR     write cpu.pprof and heap.pprof for go tool pprof into DIR

Stopping and going on
  -save-every X    checkpoints every so many updates (500) or so often (10m,
                   the default); 0: not from time to time. They are also saved
                   after the best evaluation, at the end, on Ctrl-C and SIGTERM
  -keep N          the newest N checkpoints are kept, and the best (2);
                   0: none is written, and the run cannot be resumed
  -resume DIR      go on with the run in DIR, as if it had never stopped (DIR is
                   the run folder, not one of its checkpoints);
                   -resume latest takes the newest of this command under runs/

Several ranks
  Built with -tags mpi and started by mpirun, the same command computes on many
  cores or machines: docs/distributed.md
`
