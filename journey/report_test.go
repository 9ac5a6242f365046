package journey

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

// reportNumbered is a report whose counts are all different.
func reportNumbered() Report {
	r := Report{AsOf: builderHour(5)}
	v := reflect.ValueOf(&r).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.CanInt() {
			f.SetInt(int64(i + 1))
		}
	}
	return r
}

func TestReportString(t *testing.T) {
	full := reportNumbered()
	require.Equal(t, `bad rows                                   1
touchpoints                                2
  touches                                 12
  conversion events                       11
  invalid                                  3
  after the as-of time                     4
  unknown channel, refused                 5
  unknown channel, dropped                 8
  redelivered                              6
  same id, other content                   7
  before the lookback window               9
  beyond the lookback steps               10
values without a conversion               13
customers                                 14
paths                                     48
  converted                               15
  lost                                    16
  open                                    17
converted without a touch                 18
conversions                               19
touchpoints spilled to disk               20
bytes spilled to disk                     21
as of                   2024-03-01T05:00:00Z
`, full.String())
	require.Equal(t, `touchpoints                                0
  touches                                  0
customers                                  0
paths                                      0
  converted                                0
  lost                                     0
`, new(Report).String())
}

func TestReportJSON(t *testing.T) {
	full := reportNumbered()
	data, err := json.Marshal(&full)
	require.NoError(t, err)
	require.JSONEq(t, `{"version":1,"bad_rows":1,"read":2,"invalid":3,"after_as_of":4,"unknown_refused":5,"duplicates":6,
		"conflicting_ids":7,"unknown_dropped":8,"before_lookback":9,"beyond_steps":10,"conversion_events":11,"touches":12,
		"unused_values":13,"customers":14,"converted":15,"lost":16,"open":17,"empty_paths":18,"conversions":19,
		"spilled":20,"spilled_bytes":21,"as_of":"2024-03-01T05:00:00Z"}`, string(data))
	var back Report
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, full, back)

	// By value, too: a caller may embed a Report in a struct of their own.
	byValue, err := json.Marshal(full)
	require.NoError(t, err)
	require.Equal(t, data, byValue)

	for _, bad := range []string{`{}`, `{"version":2}`, `{"version":1,"read":"x"}`} {
		require.ErrorContains(t, json.Unmarshal([]byte(bad), &back), "journey: report: ")
	}
	require.Equal(t, full, back, "a failed read changes nothing")
}
