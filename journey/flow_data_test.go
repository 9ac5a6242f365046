package journey_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/journey/journeytest"
	"github.com/cjm-go/cjm/touchpoint"
)

// flowData opens a file beside the checkout.
func flowData(t *testing.T, name string) io.Reader {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", name))
	if os.IsNotExist(err) {
		t.Skip("SKIPPED: the shared data is not beside the checkout")
	}
	require.NoError(t, err)
	if !strings.HasSuffix(name, ".gz") {
		return bytes.NewReader(data)
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	require.NoError(t, err)
	return r
}

// flowExpected returns the counts that expected.csv lists for a data set and
// check, by key.
func flowExpected(t *testing.T, dataset, check string) map[string]int64 {
	t.Helper()
	rows, err := csv.NewReader(flowData(t, "expected.csv")).ReadAll()
	require.NoError(t, err)
	numbers := make(map[string]int64)
	for _, row := range rows {
		if row[0] != dataset || row[1] != check {
			continue
		}
		n, err := strconv.ParseInt(row[4], 10, 64)
		require.NoError(t, err)
		numbers[row[3]] = n
	}
	require.NotEmpty(t, numbers)
	return numbers
}

// flowLog reads an event log, with the rows of the same time in the order of the
// file.
func flowLog(t *testing.T, name string, columns touchpoint.Columns) iter.Seq2[touchpoint.Touchpoint, error] {
	file := flowData(t, name)
	return func(yield func(touchpoint.Touchpoint, error) bool) {
		row := int64(0)
		for touch, err := range (touchpoint.CSV{Columns: columns, Source: name}).Decode(context.Background(), file) {
			row++
			touch.Seq = row
			if !yield(touch, err) {
				return
			}
		}
	}
}

// flowLogPaths returns a path for each customer of the log. Rows are not compared
// with one another: each is an event.
func flowLogPaths(t *testing.T, name string, columns touchpoint.Columns) []journey.Path {
	t.Helper()
	var paths []journey.Path
	for p, err := range (journey.Builder{KeepDuplicates: true}).Build(context.Background(), flowLog(t, name, columns), nil) {
		require.NoError(t, err)
		paths = append(paths, p)
	}
	return paths
}

func flowOfPaths(t *testing.T, label journey.Key, paths []journey.Path) *journey.FlowResult {
	t.Helper()
	f := journey.NewFlow(journey.FlowOptions{Label: label})
	for i := range paths {
		require.NoError(t, f.Add(&paths[i]))
	}
	return f.Result()
}

// Cases, events, activities and variants of the event logs of process mining.
// TestFlowByHand covers the counting where the files are absent.
func TestFlowEventLogs(t *testing.T) {
	xes := touchpoint.Columns{
		Customer: "case:concept:name", Time: "time:timestamp", Kind: "concept:name",
		Cost: touchpoint.NoColumn, Channel: touchpoint.NoColumn, Value: touchpoint.NoColumn,
	}
	for check, c := range map[string]struct {
		file    string
		columns touchpoint.Columns
		// complete says that each event is two rows, of which that of its
		// completion makes the variants.
		complete bool
	}{
		"running-example":      {file: "running-example.csv", columns: xes},
		"receipt":              {file: "receipt.csv.gz", columns: xes},
		"roadtraffic100traces": {file: "roadtraffic100traces.csv", columns: xes},
		"eventdataR patients": {file: "patients.csv.gz", complete: true, columns: touchpoint.Columns{
			Customer: "case_id", Time: "timestamp", Kind: "activity",
		}},
	} {
		t.Run(check, func(t *testing.T) {
			want := flowExpected(t, "D05", check)
			paths := flowLogPaths(t, "eventlogs/"+c.file, c.columns)
			r := flowOfPaths(t, nil, paths)
			require.Equal(t, want["cases"], r.Paths())
			require.Equal(t, want["events"], r.Touches())
			require.Len(t, r.Names(), int(want["activities"]))
			if c.complete {
				r = flowOfPaths(t, func(t *touchpoint.Touchpoint) string {
					if t.Properties["lifecycle"] != "complete" {
						return ""
					}
					return journey.ByEvent(t)
				}, paths)
				require.Equal(t, want["events"], r.Touches()+r.Unlabelled())
				require.Equal(t, r.Touches(), r.Unlabelled())
			}
			require.EqualValues(t, want["variants"], r.NumVariants())
		})
	}
}

// The most frequent variants of two logs, counted from the files.
func TestFlowTopVariants(t *testing.T) {
	columns := touchpoint.Columns{
		Customer: "case:concept:name", Time: "time:timestamp", Kind: "concept:name",
		Cost: touchpoint.NoColumn, Channel: touchpoint.NoColumn, Value: touchpoint.NoColumn,
	}
	r := flowOfPaths(t, nil, flowLogPaths(t, "eventlogs/roadtraffic100traces.csv", columns))
	var top []journey.Variant
	for v := range r.Variants() {
		if top = append(top, v); len(top) == 3 {
			break
		}
	}
	require.Equal(t, []journey.Variant{
		{
			Labels: []string{"Create Fine", "Send Fine", "Insert Fine Notification", "Add penalty", "Send for Credit Collection"},
			Count:  36, Lost: 36, Share: .36, Cover: .36,
		},
		{Labels: []string{"Create Fine", "Payment"}, Count: 22, Lost: 22, Share: .22, Cover: .58},
		{Labels: []string{"Create Fine", "Send Fine"}, Count: 16, Lost: 16, Share: .16, Cover: .74},
	}, top)

	p, err := journey.ParsePattern("^ -> Create Fine -> Send Fine -> $")
	require.NoError(t, err)
	kept := 0
	for range p.Keep(journeytest.Stream(flowLogPaths(t, "eventlogs/roadtraffic100traces.csv", columns)), nil, nil) {
		kept++
	}
	require.Equal(t, 16, kept)
}

// The events, the users and the sessions of retentioneering's shop.
func TestFlowRetentioneering(t *testing.T) {
	events, descriptives := flowExpected(t, "D06b", "event counts"), flowExpected(t, "D06b", "descriptives")
	const file = "funnels/retentioneering_ecom.csv.gz"
	columns := touchpoint.Columns{Customer: "user_id", Time: "timestamp", Kind: "event", Channel: touchpoint.NoColumn}
	r := flowOfPaths(t, nil, flowLogPaths(t, file, columns))
	got := make(map[string]int64)
	for l := range r.Labels() {
		got[l.Label] = l.Touches
	}
	require.Equal(t, events, got)
	require.Equal(t, descriptives["rows"], r.Touches())
	require.Equal(t, descriptives["users"], r.Paths())
	require.Len(t, r.Names(), int(descriptives["unique events"]))
	var lengths []int64
	for length, n := range r.Lengths() {
		lengths = append(lengths, slices.Repeat([]int64{int64(length)}, int(n))...)
	}
	require.Equal(t, descriptives["path length max"], lengths[len(lengths)-1])
	require.Equal(t, 2*descriptives["path length median"], lengths[len(lengths)/2-1]+lengths[len(lengths)/2])

	columns.Customer = "session_id"
	sessions := flowLogPaths(t, file, columns)
	p, err := journey.ParsePattern("checkout_bug")
	require.NoError(t, err)
	var report journey.KeepReport
	for path, err := range p.Keep(journeytest.Stream(sessions), nil, &report) {
		require.NoError(t, err)
		require.True(t, slices.ContainsFunc(path.Touchpoints, func(t touchpoint.Touchpoint) bool { return t.Kind == "checkout_bug" }))
	}
	require.Equal(t, descriptives["sessions with checkout_bug"], report.Kept)
	require.EqualValues(t, len(sessions), report.Paths)
	require.Empty(t, report.Unseen)
	for l := range flowOfPaths(t, nil, sessions).Labels() {
		if l.Label == "checkout_bug" {
			require.Equal(t, report.Kept, l.Paths)
		}
	}
}
