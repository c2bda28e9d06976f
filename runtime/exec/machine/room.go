package machine

import "fmt"

// Room is an error when that many bytes cannot be taken without swapping. What
// is about to take as much as a file says must ask first: Go's runtime ends a
// process that finds no memory, without a word to its user. A few MiB are
// always there.
func Room(bytes float64) error {
	if bytes <= 64<<20 {
		return nil
	}
	have := float64(Describe().Available)
	if have == 0 {
		have = 1 << 46 // the system does not tell; no machine has more
	}
	if bytes <= have {
		return nil
	}
	return fmt.Errorf("%.1f GiB of memory are needed, and %.1f GiB are available", bytes/(1<<30), have/(1<<30))
}
