package journeytest_test

import (
	"testing"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
)

// In a test file: func TestMyStore(t *testing.T) with this body.
func ExampleTestStore() {
	_ = func(t *testing.T) {
		journeytest.TestStore(t, func(t *testing.T) journey.Store {
			store := new(journey.MemoryStore) // your own, empty
			t.Cleanup(func() { /* close it */ })
			return store
		})
	}
	// Output:
}
