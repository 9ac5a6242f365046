package markov

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// row is a counted path: names separated by a space.
type row struct {
	path               string
	conversions, nulls int64
	opens              int64
	value              float64
}

func (r row) names() []touchpoint.Channel {
	var names []touchpoint.Channel
	for name := range strings.FieldsSeq(r.path) {
		names = append(names, touchpoint.Channel(name))
	}
	return names
}

func (r row) counted(d *journey.Dictionary) *journey.Counted {
	p := &journey.Counted{Dictionary: d, Conversions: r.conversions, Nulls: r.nulls, Opens: r.opens, Value: r.value}
	for _, name := range r.names() {
		p.Channels = append(p.Channels, d.Code(name))
	}
	return p
}

func countRows(t testing.TB, o Options, rows ...row) *Counts {
	t.Helper()
	c, err := NewCounts(o)
	require.NoError(t, err)
	var d journey.Dictionary
	for _, r := range rows {
		require.NoError(t, c.Add(r.counted(&d)))
	}
	return c
}

func fitRows(t testing.TB, rows ...row) *Chain {
	t.Helper()
	chain, err := countRows(t, Options{}, rows...).Fit()
	require.NoError(t, err)
	return chain
}

// randomRows returns paths over at most channels names, with repeats, empty
// paths and channels that never convert. Every journey has ended unless open is
// true.
func randomRows(r *rand.Rand, channels int, open bool) []row {
	rows := make([]row, 1+r.IntN(8))
	for i := range rows {
		names := make([]string, r.IntN(6))
		for j := range names {
			names[j] = fmt.Sprintf("c%d", r.IntN(channels))
			if j > 0 && r.IntN(4) == 0 {
				names[j] = names[j-1]
			}
		}
		rows[i].path = strings.Join(names, " ")
		if r.IntN(3) > 0 {
			rows[i].nulls = r.Int64N(50)
		}
		if r.IntN(2) == 0 {
			rows[i].conversions = 1 + r.Int64N(20)
			rows[i].value = math.Round(r.Float64()*1e5) / 100
		}
		if open && r.IntN(2) == 0 {
			rows[i].opens = r.Int64N(10)
		}
	}
	return rows
}

func marshal(t testing.TB, c *Counts) []byte {
	t.Helper()
	b, err := c.MarshalBinary()
	require.NoError(t, err)
	return b
}
