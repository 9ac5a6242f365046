package dropoff_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey/dropoff"
)

// oracleVector is a trace such as "A1 AB2", touches of the steps A, and A and B,
// in seconds 1 and 2, and the number of steps done of "ABC".
type oracleVector struct {
	Name, Trace, Steps string
	Window             int
	AnyEntry           int `json:"exact_any_entry"`
	StrictTime         int `json:"exact_strict_time"`
	Strict             int `json:"exact_consecutive"`
	Consecutive        int `json:"exact_consecutive_repeats_ok"`
}

func (v oracleVector) test(t *testing.T) {
	t.Helper()
	c := oracleCase{paths: make([]oraclePath, 1)}
	c.f.window = v.Window
	for _, step := range v.Steps {
		c.f.steps = append(c.f.steps, oracleStep{oracleCondition: oracleCondition{match: string(step)}})
	}
	for touch := range strings.FieldsSeq(v.Trace) {
		kind := strings.TrimRight(touch, "0123456789")
		at, err := strconv.Atoi(touch[len(kind):])
		require.NoError(t, err)
		c.paths[0].touches = append(c.paths[0].touches, oracleTouch{at: at, kind: kind})
	}
	for _, mode := range []struct {
		name  string
		order dropoff.Order
		ties  dropoff.Ties
		want  int
	}{
		{"any entry", dropoff.Ordered, dropoff.TiesInOrder, v.AnyEntry},
		{"strict time", dropoff.Ordered, dropoff.TiesApart, v.StrictTime},
		{"strict", dropoff.Strict, dropoff.TiesInOrder, v.Strict},
		{"consecutive", dropoff.Consecutive, dropoff.TiesInOrder, v.Consecutive},
	} {
		c.f.order, c.f.ties = mode.order, mode.ties
		o := newOracle(&c.f, &c.paths[0])
		assert.Equal(t, mode.want, o.attempts()[0].reached, "oracle, %s", mode.name)
		e, err := dropoff.NewEvaluator(c.f.build())
		require.NoError(t, err)
		got := e.Evaluate(c.paths[0].build(), nil)
		require.Len(t, got, 1)
		assert.Equal(t, mode.want, got[0].Reached, mode.name)
		diff, _ := c.differs(nil)
		assert.Empty(t, diff, mode.name)
	}
}

// TestOracleTraces is a choice of the shared traces.
func TestOracleTraces(t *testing.T) {
	for _, v := range []oracleVector{
		{"interleaved", "A1 X2 B3 X4 C5", "ABC", 10, 3, 3, 1, 1},
		{"repetition in the middle", "A1 B2 B3 C4", "ABC", 10, 3, 3, 2, 3},
		{"later step early", "A1 C2 B3 C4", "ABC", 10, 3, 3, 1, 1},
		{"the second entry converts", "A1 A4 B5 C8", "ABC", 5, 3, 3, 3, 3},
		{"one time, in order", "A1 B1 C1", "ABC", 10, 3, 1, 3, 3},
		{"one time, reversed", "C1 B1 A1", "ABC", 10, 1, 1, 1, 1},
		{"one touch, two steps", "AB1", "AB", 10, 1, 1, 1, 1},
		{"one touch, two steps, then another", "AB1 B2", "AB", 10, 2, 2, 2, 2},
		{"exactly the window", "A1 B11", "AB", 10, 2, 2, 2, 2},
		{"past the window", "A1 B12", "AB", 10, 1, 1, 1, 1},
		{"step done again later", "A1 B2 C3 B4 D5", "ABCD", 10, 4, 4, 3, 3},
		{"earlier step inside", "A1 B2 A3 C4", "ABC", 100, 3, 3, 2, 2},
		{"latest entry in the window", "A4 A8 B8", "AB", 5, 2, 2, 2, 2},
	} {
		t.Run(v.Name, v.test)
	}
}

// TestOracleVectors needs the shared data; TestOracleTraces covers the same
// behaviour without.
func TestOracleVectors(t *testing.T) {
	name := filepath.Join("..", "..", "..", "shared", "data", "vectors", "funnel_vectors.json")
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("SKIPPED: no shared data beside the checkout: ", name)
	}
	require.NoError(t, err)
	var vectors []oracleVector
	require.NoError(t, json.Unmarshal(data, &vectors))
	require.Len(t, vectors, 24)
	for _, v := range vectors {
		t.Run(v.Name, v.test)
	}
}
