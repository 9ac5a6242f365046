package touchpoint

import (
	"encoding/json"
	"errors"
	"iter"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func consentOfText(t *testing.T, text string) Consent {
	t.Helper()
	var c Consent
	require.NoError(t, c.UnmarshalText([]byte(text)))
	return c
}

// consentStream yields touchpoints with the consents, and an error before each.
func consentStream(err error, consents ...Consent) iter.Seq2[Touchpoint, error] {
	return func(yield func(Touchpoint, error) bool) {
		for _, c := range consents {
			if err != nil && !yield(Touchpoint{}, err) {
				return
			}
			if !yield(Touchpoint{Customer: c.String(), Consent: c}, nil) {
				return
			}
		}
	}
}

// What Segment documents: without a consent object data flows, an empty one denies
// all, and of several purposes all must be granted.
func TestConsentFilter(t *testing.T) {
	consents := []string{"", "none", "ads=yes", "ads=no", "ads=yes;mail=no", "ads=yes;mail=yes", "mail=yes"}
	for _, test := range []struct {
		filter ConsentFilter
		want   []string
		report ConsentReport
	}{
		{
			ConsentFilter{Purposes: []string{"ads"}},
			[]string{"ads=yes", "ads=yes;mail=no", "ads=yes;mail=yes"},
			ConsentReport{7, 3, 3, 1, []PurposeReport{{"ads", 3, 3, 1}}},
		},
		{
			ConsentFilter{Purposes: []string{"ads"}, Absent: AllowAbsent},
			[]string{"", "ads=yes", "ads=yes;mail=no", "ads=yes;mail=yes"},
			ConsentReport{7, 4, 3, 0, []PurposeReport{{"ads", 3, 3, 1}}},
		},
		{
			ConsentFilter{Purposes: []string{"mail", "ads"}, Absent: AllowAbsent},
			[]string{"", "ads=yes;mail=yes"},
			ConsentReport{7, 2, 5, 0, []PurposeReport{{"mail", 2, 4, 1}, {"ads", 3, 3, 1}}},
		},
		{
			ConsentFilter{Purposes: []string{"else"}},
			nil,
			ConsentReport{7, 0, 6, 1, []PurposeReport{{"else", 0, 6, 1}}},
		},
	} {
		var in []Consent
		for _, text := range consents {
			in = append(in, consentOfText(t, text))
		}
		var report ConsentReport
		var got []string
		broken, errs := errors.New("broken"), 0
		for row, err := range test.filter.Filter(consentStream(broken, in...), &report) {
			if err != nil {
				require.Equal(t, broken, err)
				errs++
				continue
			}
			got = append(got, row.Customer)
			assert.True(t, test.filter.Allows(row.Consent))
		}
		assert.Equal(t, test.want, got)
		assert.Equal(t, test.report, report)
		assert.Equal(t, len(in), errs, "errors pass through")
	}
}

// Every touchpoint is kept exactly if the filter allows it, the counts add up, and shards
// merge to the report on the whole.
func TestConsentFilterProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	purposes := []string{"ads", "mail", "x"}
	for range 200 {
		f := ConsentFilter{Purposes: purposes[:1+rng.IntN(3)], Absent: AbsentConsent(rng.IntN(2))}
		var whole, merged ConsentReport
		var all []Consent
		kept := 0
		for range 3 {
			var shard []Consent
			for range rng.IntN(10) {
				c := Consent{}
				if rng.IntN(4) > 0 {
					named := make(map[string]bool)
					for _, p := range purposes {
						if rng.IntN(4) > 0 {
							named[p] = rng.IntN(4) > 0
						}
					}
					c, _ = NewConsent(named)
				}
				shard = append(shard, c)
				if f.Allows(c) {
					kept++
				}
			}
			all = append(all, shard...)
			var report ConsentReport
			for _, err := range f.Filter(consentStream(nil, shard...), &report) {
				require.NoError(t, err)
			}
			require.NoError(t, merged.Merge(&report))
		}
		n := 0
		for range f.Filter(consentStream(nil, all...), &whole) {
			n++
		}
		require.Equal(t, kept, n)
		require.Equal(t, whole, merged)
		require.EqualValues(t, len(all), whole.Read)
		require.Equal(t, whole.Read, whole.Kept+whole.Denied+whole.Absent)
		for _, p := range whole.Purposes {
			require.Equal(t, whole.Read, p.Granted+p.Denied+p.Absent)
		}
	}
}

func TestConsentFilterIsChecked(t *testing.T) {
	for _, test := range []struct {
		filter ConsentFilter
		errs   int
	}{
		{ConsentFilter{}, 1},
		{ConsentFilter{Absent: 2}, 2},
		{ConsentFilter{Purposes: []string{"", "ads", "ads", "\xff"}}, 3},
	} {
		err := test.filter.Validate()
		require.ErrorIs(t, err, ErrConsentFilter)
		assert.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), test.errs)
		n := 0
		for row, err := range test.filter.Filter(consentStream(nil, consentOfText(t, "ads=yes")), nil) {
			n++
			require.ErrorIs(t, err, ErrConsentFilter)
			assert.Equal(t, Touchpoint{}, row)
		}
		assert.Equal(t, 1, n)
	}
	assert.False(t, ConsentFilter{}.Allows(consentOfText(t, "ads=yes")), "without a purpose nothing is allowed")
	assert.False(t, ConsentFilter{Absent: AllowAbsent}.Allows(Consent{}))
}

func TestConsentFilterConsumerMayStop(t *testing.T) {
	yes := consentOfText(t, "ads=yes")
	f, n := ConsentFilter{Purposes: []string{"ads"}}, 0
	for range f.Filter(consentStream(nil, yes, yes, yes), nil) {
		if n++; n == 2 {
			break
		}
	}
	assert.Equal(t, 2, n)
}

func TestConsentReport(t *testing.T) {
	a := ConsentReport{Read: 1, Kept: 1, Purposes: []PurposeReport{{Purpose: "ads", Granted: 1}}}
	b := ConsentReport{Read: 1, Denied: 1, Purposes: []PurposeReport{{Purpose: "mail", Denied: 1}}}
	before := ConsentReport{Read: 1, Kept: 1, Purposes: []PurposeReport{{Purpose: "ads", Granted: 1}}}
	require.ErrorIs(t, a.Merge(&b), ErrConsentFilter)
	assert.Equal(t, before, a, "unchanged on error")
	require.NoError(t, a.Merge(&a))
	assert.Equal(t, ConsentReport{Read: 2, Kept: 2, Purposes: []PurposeReport{{Purpose: "ads", Granted: 2}}}, a)
	data, err := json.Marshal(a)
	require.NoError(t, err)
	assert.Equal(t, `{"read":2,"kept":2,"denied":0,"absent":0,"purposes":[{"purpose":"ads","granted":2,"denied":0,"absent":0}]}`, string(data))
}

func TestAbsentConsentText(t *testing.T) {
	for _, a := range []AbsentConsent{DenyAbsent, AllowAbsent} {
		text, err := a.MarshalText()
		require.NoError(t, err)
		var back AbsentConsent
		require.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, a, back)
	}
	_, err := AbsentConsent(2).MarshalText()
	require.ErrorIs(t, err, ErrRange)
	assert.Equal(t, "AbsentConsent(2)", AbsentConsent(2).String())
	a := AllowAbsent
	require.ErrorIs(t, a.UnmarshalText([]byte("secret")), ErrFormat)
	assert.Equal(t, AllowAbsent, a)
}
