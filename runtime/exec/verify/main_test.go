package verify

import (
	"os"
	"runtime/debug"
	"testing"
)

// Hundreds of operators are compiled here, whose expressions are garbage at once: with
// more of it at a time, collecting it takes a few percent of the time and not a quarter.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
