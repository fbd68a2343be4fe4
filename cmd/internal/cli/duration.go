package cli

import (
	"fmt"
	"math"
	"time"
)

const year = 365.25 * 24 * 60 * 60

// centuries is in seconds. It is less than the longest [time.Duration].
const centuries = 200 * year

// years formats a time of s seconds that may exceed a [time.Duration], such as "2410 years".
func years(s float64) string {
	y := s / year
	if y < 1e6 {
		return fmt.Sprintf("%.0f years", y)
	}
	return fmt.Sprintf("more than %.0f million years", math.Floor(y/1e6))
}

// seconds formats a time of s seconds with two or three digits.
func seconds(s float64) string {
	if s >= centuries {
		return years(s)
	}
	d := time.Duration(s * float64(time.Second))
	for _, unit := range []time.Duration{time.Minute, time.Second, 10 * time.Millisecond} {
		if d > 100*unit {
			return d.Round(unit).String()
		}
	}
	return d.Round(100 * time.Microsecond).String()
}
