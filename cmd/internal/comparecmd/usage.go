package comparecmd

const usage = `usage: gorgpt compare RUN RUN... [-svg FILE]

Compares training runs by their folders: losses, speed, the settings in which
they differ, and the results of fine-tunings, of each class, too. It reads what
gorgpt train and finetune write, also while they run. The page of gorgpt serve
-runs shows the same, live.

Examples
  gorgpt compare runs/tiny runs/mini
  gorgpt compare runs/tickets runs/tickets-2 -svg losses.svg
  gorgpt compare runs/tiny

  -svg FILE        draw the losses of all runs over each other in this file,
                   those of held-out text or rows with marks
`
