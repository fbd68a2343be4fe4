package comparecmd

const usage = `usage: gorgpt compare RUN [RUN...] [-svg FILE]

Compares training runs by what is in their folders: losses, speed, the settings
in which they differ, and the results of fine-tuning, also of each class. The
runs may still be going on. The page of gorgpt serve -runs shows the same, live.

Examples
  gorgpt compare runs/tiny runs/mini
  gorgpt compare runs/tickets runs/tickets-2 -svg losses.svg
  gorgpt compare runs/tiny

  -svg FILE        draw the losses of all runs in one plot in this file; those
                   of held-out text or rows have marks
`
