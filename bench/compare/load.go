//go:build linux

package main

import "fmt"

// tooBusy is the load from which a comparison is not fair: other work slows down PyTorch more, because its threads
// busy-wait.
const tooBusy = 0.5

// loadWarning returns a warning if the load in the text of /proc/loadavg is too high, and "" otherwise or if it is unknown.
func loadWarning(loadavg string) string {
	var load float64
	if _, err := fmt.Sscan(loadavg, &load); err != nil || load < tooBusy {
		return ""
	}
	return fmt.Sprintf("the load is %.2f; other programs slow down PyTorch more, so the ratios favour gorgpt. Compare at a load below %g", load, tooBusy)
}
