package dropoff

import (
	"encoding"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// text is what all enums can.
type text[E any] interface {
	*E
	encoding.TextUnmarshaler
}

// testEnum checks that the names are those of the values from 0 on, and no others.
func testEnum[E interface {
	~uint8
	fmt.Stringer
	encoding.TextMarshaler
}, P text[E]](t *testing.T, typeName string, names ...string) {
	t.Helper()
	for i, name := range names {
		v := E(i)
		assert.Equal(t, name, v.String())
		b, err := v.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, name, string(b))
		var back E
		require.NoError(t, P(&back).UnmarshalText(b))
		assert.Equal(t, v, back)
	}
	beyond := E(len(names))
	assert.Equal(t, fmt.Sprintf("%s(%d)", typeName, len(names)), beyond.String())
	_, err := beyond.MarshalText()
	require.ErrorContains(t, err, "dropoff: no such ")
	last := E(len(names) - 1)
	require.ErrorContains(t, P(&last).UnmarshalText([]byte("Nothing")), `"Nothing", want `+strings.Join(names, ", "))
	assert.Equal(t, E(len(names)-1), last, "unchanged after an error")
}

func TestEnums(t *testing.T) {
	testEnum[Order](t, "Order", "ordered", "consecutive", "strict", "any")
	testEnum[Entry](t, "Entry", "any", "first", "every")
	testEnum[Ties](t, "Ties", "in-order", "any-order", "apart")
	testEnum[Like](t, "Like", "exact", "clickhouse", "clickhouse-strict-order", "clickhouse-strict-dedup",
		"clickhouse-strict-increase", "clickhouse-strict-once", "posthog", "posthog-strict", "posthog-any",
		"mixpanel", "mixpanel-reentry", "retentioneering", "ga4")
	testEnum[Status](t, "Status", "absent", "completed", "lost", "open", "timed-out", "excluded")
	testEnum[Reason](t, "Reason", "absent", "completed", "inactive", "ended", "open", "window", "step-window", "excluded", "interrupted")
	testEnum[Which](t, "Which", "entry", "first", "last")
	testEnum[Adjustment](t, "Adjustment", "holm", "benjamini-hochberg")
	testEnum[Test](t, "Test", "none", "chi-square", "fisher")
	testEnum[Side](t, "Side", "before", "after")
	testEnum[SplitMethod](t, "SplitMethod", "log-mean", "shapley")
}

func FuzzEnumText(f *testing.F) {
	for _, names := range [][]string{orderNames, entryNames, tiesNames, likeNames, statusNames, reasonNames} {
		for _, name := range names {
			f.Add([]byte(name))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var (
			order  Order
			entry  Entry
			ties   Ties
			like   Like
			status Status
			reason Reason
		)
		for _, v := range []interface {
			encoding.TextUnmarshaler
			fmt.Stringer
		}{&order, &entry, &ties, &like, &status, &reason} {
			if v.UnmarshalText(b) == nil {
				require.Equal(t, string(b), v.String())
			}
		}
	})
}
