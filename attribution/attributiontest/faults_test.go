package attributiontest_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution/attributiontest"
)

// faults are all mistakes that a check is there to find.
func faults() map[string]faulty {
	all := make(map[string]faulty)
	for _, some := range []map[string]faulty{resultFaults(), rowFaults(), mergeFaults(), byteFaults(), edgeFaults()} {
		maps.Copy(all, some)
	}
	return all
}

// TestFaults: each mistake is found by the check that is there for it, which says
// what is wrong.
func TestFaults(t *testing.T) {
	var checked []string
	for name, m := range faults() {
		t.Run(name, func(t *testing.T) {
			err := attributiontest.CheckOnly(m.check, m, attributiontest.Options{Tables: 30})
			require.ErrorContains(t, err, m.says)
		})
		checked = append(checked, m.check)
	}
	for _, name := range attributiontest.CheckNames() {
		assert.Contains(t, checked, name, "no fault shows that this check can fail")
	}
}
