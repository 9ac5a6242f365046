package dropoff_test

import "testing"

// trials returns how many of n random cases to try: a tenth with -short, which CI uses
// together with the slow race detector.
func trials(n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}
