package cli

// SettingsUsage is the end of the help text of commands that train. It describes those flags of
// [SettingsFlags] that mean the same in all of them.
const SettingsUsage = `  -allow-unknown   accept a text even if half of its tokens or more are <unk>,
                   because the vocabulary cannot spell it. Smaller shares are
                   printed, with a warning from 1 % on
  -dot FILE        draw a graph in Graphviz's language; with -steps 0, then stop
  -svg FILE        draw the graph as a picture with tooltips
  -html FILE       write the graph as a page that needs no other files: zoom,
                   search, folded parts, and the cost of each operation
  -dot-level LEVEL how much to draw. model: repeated blocks once; block: the
                   parts of each block; op: every operation; paper: not the
                   graph, but figure 1 of the paper with this model's sizes
                   (model)
  -dot-graph NAME  forward, step (with the gradients) or update (step)
  -dot-profile N   measure N runs of the graph, colour the picture by time,
                   write profile.csv beside it, and stop
  -summary         print the parts of the graph: shapes, parameters, operations,
                   memory
  -profile DIR     write cpu.pprof and heap.pprof for go tool pprof into DIR

Checkpoints and resuming
  -save-every X    save a checkpoint every X updates (500) or every X of time
                   (10m, the default), and always after the best evaluation, at
                   the end, on Ctrl-C and on SIGTERM; 0: only then
  -checkpoints N   keep the newest N checkpoints and the best one (2);
                   0: save none, so that the run cannot be resumed; best: like
                   2, but when the run has ended, only the best one remains,
                   without what resuming needs (the default of finetune)
  -resume DIR      resume the run in DIR. The result has the same bits as a run
                   that was never stopped. DIR is the run folder, not one of its
                   checkpoints. -resume latest takes this command's newest run
                   under runs/

Several ranks
  Built with -tags mpi and started by mpirun, the same command computes on many
  cores or machines: docs/distributed.md
`
