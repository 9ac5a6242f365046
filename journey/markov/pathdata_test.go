package markov

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// sharedCSV returns the rows of a CSV file of the shared data, without header.
func sharedCSV(t *testing.T, name string) [][]string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "attribution", name)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("SKIPPED: no %s: PathData is not checked here", path)
	}
	require.NoError(t, err)
	defer f.Close()
	in := io.Reader(f)
	if strings.HasSuffix(name, ".gz") {
		in, err = gzip.NewReader(f)
		require.NoError(t, err)
	}
	rows, err := csv.NewReader(in).ReadAll()
	require.NoError(t, err)
	return rows[1:]
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err)
	return x
}

func pathDataChain(t *testing.T) (*Counts, *Chain) {
	t.Helper()
	var counts Counts
	var d journey.Dictionary
	for _, r := range sharedCSV(t, "pathdata.csv.gz") {
		p := &journey.Counted{
			Dictionary:  &d,
			Conversions: int64(number(t, r[1])), Value: number(t, r[2]), Nulls: int64(number(t, r[3])),
		}
		for name := range strings.SplitSeq(r[0], " > ") {
			p.Channels = append(p.Channels, d.Code(touchpoint.Channel(name)))
		}
		require.NoError(t, counts.Add(p))
	}
	chain, err := counts.Fit()
	require.NoError(t, err)
	return &counts, chain
}

// PathData of ChannelAttribution: 10,000 paths over 12 channels. The effects are
// those of the closed form, on which three independent computations agree.
func TestPathDataRemoval(t *testing.T) {
	counts, chain := pathDataChain(t)
	assert.Equal(t, int64(19785), counts.Conversions())
	assert.Equal(t, int64(68602), counts.Nulls())
	p, err := chain.PConvert(Start)
	require.NoError(t, err)
	assert.Equal(t, 19785./88387, p)
	residual, ok := chain.FlowResidual()
	require.True(t, ok)
	assert.LessOrEqual(t, residual, 1e-13)
	t.Logf("flow residual %.1e", residual)

	removal, err := chain.Removal()
	require.NoError(t, err)
	sum := removal.Sum()
	rows := sharedCSV(t, "pathdata_markov_order1_exact.csv")
	require.Len(t, rows, 12)
	for _, r := range rows {
		e := removal.Effect(touchpoint.Channel(r[0]))
		assert.InEpsilon(t, number(t, r[1]), e.Conversion, 1e-12, r[0])
		assert.InEpsilon(t, number(t, r[2]), e.Value, 1e-12, r[0])
		assert.InEpsilon(t, number(t, r[3]), e.Conversion/sum.Conversion*19785, 1e-12, r[0])
		assert.InEpsilon(t, number(t, r[4]), e.Value/sum.Value*counts.Value(), 1e-12, r[0])
	}
}

// ChannelAttribution deletes steps from a channel to itself and prints 15
// digits. It numbers the channels in the order of its heuristics table.
func TestPathDataTransitions(t *testing.T) {
	_, chain := pathDataChain(t)
	states := map[string]State{"(start)": Start, "(conversion)": Converted, "(null)": Lost}
	for i, r := range sharedCSV(t, "pathdata_heuristics.csv") {
		states[strconv.Itoa(i+1)] = At(touchpoint.Channel(r[0]))
	}
	index := map[State]int{}
	for i, s := range chain.States() {
		index[s] = i
	}
	rows := sharedCSV(t, "pathdata_transitions_order1.csv")
	require.Greater(t, len(rows), 100)
	for _, r := range rows {
		from, to := states[r[0]], states[r[1]]
		i := index[from]
		var p float64
		switch to {
		case Converted:
			p = chain.Absorption().At(i, 0)
		case Lost:
			p = chain.Absorption().At(i, 1)
		default:
			p = chain.Transition().At(i, index[to])
		}
		p /= 1 - chain.Transition().At(i, i)
		assert.InEpsilon(t, number(t, r[2]), p, 1e-13, "%v to %v", from, to)
	}
}
