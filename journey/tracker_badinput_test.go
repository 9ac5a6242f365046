package journey

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// Texts that stand for a customer's data: no error may hold them.
const (
	secretName  = "ann.secret@example.org"
	secretOrder = "order-4711-secret"
)

func TestTrackerBadInput(t *testing.T) {
	huge := strings.Repeat("x", 1<<20)
	good := touchpoint.Touchpoint{
		Customer: secretName, Kind: "buy", Time: hour(0), Received: hour(0),
		Properties: map[string]string{"order": secretOrder},
	}
	for name, test := range map[string]struct {
		change func(*touchpoint.Touchpoint)
		want   error // nil if it is fine
		text   string
	}{
		"no customer":            {func(t *touchpoint.Touchpoint) { t.Customer = "" }, touchpoint.ErrMissing, "customer"},
		"no time":                {func(t *touchpoint.Touchpoint) { t.Time = time.Time{} }, touchpoint.ErrMissing, "time"},
		"customer of 1 MB":       {func(t *touchpoint.Touchpoint) { t.Customer = huge }, ErrTooLong, "customer: longer than 1024 bytes"},
		"customer just fits":     {func(t *touchpoint.Touchpoint) { t.Customer = huge[:MaxKey] }, nil, ""},
		"order of 1 MB":          {func(t *touchpoint.Touchpoint) { t.Properties["order"] = huge }, ErrTooLong, "properties.order: longer than 1024 bytes"},
		"order just fits":        {func(t *touchpoint.Touchpoint) { t.Properties["order"] = huge[:MaxKey] }, nil, ""},
		"other property of 1 MB": {func(t *touchpoint.Touchpoint) { t.Properties["note"] = huge }, nil, ""},
		"from the future":        {func(t *touchpoint.Touchpoint) { t.Time = hour(1).Add(1) }, ErrFuture, "time: in the future"},
		"a fast clock":           {func(t *touchpoint.Touchpoint) { t.Time = hour(1) }, nil, ""},
		"received unknown":       {func(t *touchpoint.Touchpoint) { t.Time, t.Received = hour(99), time.Time{} }, nil, ""},
		"50 years old":           {func(t *touchpoint.Touchpoint) { t.Time = t.Time.AddDate(-50, 0, 0) }, nil, ""},
		"year 10000":             {func(t *touchpoint.Touchpoint) { t.Time = t.Time.AddDate(8000, 0, 0) }, touchpoint.ErrRange, "time"},
		"negative value":         {func(t *touchpoint.Touchpoint) { t.Value = -12345 }, touchpoint.ErrRange, "value"},
		"infinite value":         {func(t *touchpoint.Touchpoint) { t.Value = math.Inf(1) }, touchpoint.ErrRange, "value"},
		"unknown currency":       {func(t *touchpoint.Touchpoint) { t.Value, t.Currency = 1, "XQX" }, nil, ""},
		"no currency":            {func(t *touchpoint.Touchpoint) { t.Currency = "euros" }, touchpoint.ErrFormat, "currency"},
		"not UTF-8":              {func(t *touchpoint.Touchpoint) { t.Customer += "\xff" }, touchpoint.ErrEncoding, "customer"},
		"order not UTF-8":        {func(t *touchpoint.Touchpoint) { t.Properties["order"] += "\xff" }, touchpoint.ErrEncoding, "properties"},
	} {
		tracker := newTestTracker(t, TrackerOptions{}, nil)
		touch := good
		touch.Properties = map[string]string{"order": secretOrder}
		test.change(&touch)
		change, err := tracker.Observe(context.Background(), &touch)
		if test.want == nil {
			require.NoError(t, err, name)
			assert.Len(t, change.Made, 1, name)
			continue
		}
		require.ErrorIs(t, err, test.want, name)
		var row *touchpoint.RowError
		require.ErrorAs(t, err, &row, name)
		assert.ErrorContains(t, err, test.text, name)
		for _, secret := range []string{secretName, secretOrder, "12345", "xxx", "secret"} {
			assert.NotContains(t, err.Error(), secret, name)
		}
		assert.Zero(t, change, name)
		assert.Equal(t, "{\"version\":1,\"customers\":[\n]}\n", snapshotOf(t, tracker), "%s: nothing was kept", name)
	}
}

func TestTrackerMaxAhead(t *testing.T) {
	touch := touchpoint.Touchpoint{Customer: "ann", Kind: "cart", Time: hour(5)}
	now := func() time.Time { return hour(2) }
	for _, test := range []struct {
		options  TrackerOptions
		received time.Time
		refused  bool
	}{
		{TrackerOptions{}, time.Time{}, false},
		{TrackerOptions{Now: now}, time.Time{}, true},
		{TrackerOptions{Now: now}, hour(4), false},
		{TrackerOptions{Now: now, MaxAhead: 3 * time.Hour}, time.Time{}, false},
		{TrackerOptions{Now: now, MaxAhead: 3*time.Hour - 1}, time.Time{}, true},
		{TrackerOptions{MaxAhead: 3*time.Hour - 1}, hour(2), true},
		{TrackerOptions{Now: now, MaxAhead: AnyAhead}, hour(2), false},
	} {
		tracker := newTestTracker(t, test.options, nil)
		touch.Received = test.received
		_, err := tracker.Observe(context.Background(), &touch)
		assert.Equal(t, test.refused, errors.Is(err, ErrFuture), "%+v", test.options)
	}
}

// What the rules say nothing of leaves no trace, but it is checked all the same.
func TestTrackerUnmatched(t *testing.T) {
	tracker := newTestTracker(t, TrackerOptions{}, nil)
	touch := touchpoint.Touchpoint{Customer: secretName, Kind: "other", Time: hour(0)}
	change, err := tracker.Observe(context.Background(), &touch)
	require.NoError(t, err)
	assert.Zero(t, change)
	assert.NotContains(t, snapshotOf(t, tracker), secretName)
	touch.Value = -1
	_, err = tracker.Observe(context.Background(), &touch)
	require.ErrorIs(t, err, touchpoint.ErrRange)
}

// No error of a question holds what was asked for.
func TestTrackerErrorsHoldNoData(t *testing.T) {
	ctx := context.Background()
	tracker := newTestTracker(t, TrackerOptions{DormantAfter: time.Hour}, nil)
	_, err := tracker.Current(ctx, secretName, hour(0))
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "secret")
	for _, text := range []string{
		`{"version":1,"customers":[{"customer":"` + secretName + `","evidence":"secret"}]}`,
		`{"version":1,"customers":[{"customer":"` + secretName + `","secret":1}]}`,
		`{"version":1,"customers":[{"customer":"x","evidence":[{"id":"secret"}]}]}`,
		`{"version":1,"customers":[{"customer":"x","evidence":[{"time":"secret"}]}]}`,
		`{"version":1,"customers":[{"customer":"x","evidence":[{"effect":"secret"}]}]}`,
		`{"version":1,"customers":[{"customer":"x","evidence":[{"id":"00000000-0000-0000-0000-000000000001","time":"2026-05-01T00:00:00Z","rule":"secret","stage":"secret","effect":"enters"}]}]}`,
		`{"version":1,"customers":["secret"]}`,
		`{"version":"secret","customers":[]}`,
		`{"secret":1}`,
		`secret`,
	} {
		err := tracker.Restore(ctx, strings.NewReader(text))
		require.Error(t, err, text)
		assert.NotContains(t, err.Error(), "secret")
	}
}

// The stages of an erroneous configuration are named: they are no customer's.
func TestRulesNameTheStage(t *testing.T) {
	rules := SegmentRules()
	rules.Rules[3].To = "purchse"
	_, err := NewTracker(TrackerOptions{Rules: rules}, nil)
	require.ErrorIs(t, err, ErrUnknownStage)
	require.EqualError(t, err, `journey: unknown stage "purchse": Rules.Rules[3], "Product List Viewed"`)
	rules.Rules[3].To = stage.Purchase
	require.NoError(t, rules.Validate())
}
