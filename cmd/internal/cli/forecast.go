package cli

import (
	"fmt"
	"io"

	"gorgpt/train"
)

// PrintForecast writes the output of -dry-run. It measures the speed of the machine.
func PrintForecast(w io.Writer, f train.Forecast) {
	each := f.Seconds()
	fmt.Fprintf(w, "%d parameters; %d updates of %d tokens\n", f.Parameters, f.Steps, f.Tokens)
	for _, part := range f.Memory.Parts() {
		fmt.Fprintf(w, "  %-24s %10s\n", part.Name, megabytes(part.Bytes))
	}
	fmt.Fprintf(w, "  %-24s %10s\n", "a checkpoint on disk", megabytes(f.Memory.Parameters+f.Memory.Moments))
	fmt.Fprintf(w, "about %s per update, %s in total, without evaluations\n", seconds(each), seconds(each*float64(f.Steps)))
	fmt.Fprintln(w, "-dry-run, so nothing is trained")
}

func megabytes(n int) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
