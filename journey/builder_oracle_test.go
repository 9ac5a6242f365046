package journey

import (
	"bytes"
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

// builderOracle is the specification of an unordered Builder, written to be
// obviously right: a map, a sort, and one loop for each rule.
func builderOracle(b Builder, in []touchpoint.Touchpoint) (paths []Path, r Report, errs []error) {
	var good []touchpoint.Touchpoint
	for _, t := range in {
		r.Read++
		if t.ID == uuid.Nil {
			t.ID = t.ContentID()
		}
		if t.Customer == "" || t.Time.IsZero() {
			r.Invalid++
			errs = append(errs, touchpoint.ErrMissing)
			continue
		}
		if !b.AsOf.IsZero() && b.AsOf.Before(t.Time) {
			r.AfterAsOf++
			continue
		}
		if _, touch := builderOracleRole(b, t); touch && b.Unknown == RefuseUnknown && !builderOracleKnows(b, t) {
			r.UnknownRefused++
			errs = append(errs, ErrUnknownChannel)
			continue
		}
		good = append(good, t)
	}
	asOf := b.AsOf
	r.AsOf = b.AsOf
	if asOf.IsZero() && b.LostAfter > 0 {
		for _, t := range good {
			if t.Time.After(asOf) {
				asOf = t.Time
			}
		}
		r.AsOf = asOf
	}
	byCustomer := map[string][]touchpoint.Touchpoint{}
	for _, t := range good {
		byCustomer[t.Customer] = append(byCustomer[t.Customer], t)
	}
	var names []string
	for name := range byCustomer {
		names = append(names, name)
	}
	sort.Strings(names)
	currencies := map[string]bool{}
	for _, name := range names {
		r.Customers++
		all := byCustomer[name]
		sort.SliceStable(all, func(i, j int) bool { return builderOracleLess(all[i], all[j]) })
		if !b.KeepDuplicates {
			var once []touchpoint.Touchpoint
			for _, t := range all {
				i := slices.IndexFunc(once, func(u touchpoint.Touchpoint) bool { return u.ID == t.ID })
				switch {
				case i < 0:
					once = append(once, t)
				case once[i].ContentID() == t.ContentID():
					r.Duplicates++
				default:
					r.ConflictingIDs++
				}
			}
			all = once
		}
		// Cut the customer into journeys.
		var journeys [][]touchpoint.Touchpoint
		var current []touchpoint.Touchpoint
		for _, t := range all {
			current = append(current, t)
			if converts, _ := builderOracleRole(b, t); converts && b.Split == SplitAtConversion {
				journeys = append(journeys, current)
				current = nil
			}
		}
		journeys = append(journeys, current)
		for _, events := range journeys {
			p := Path{Customer: name}
			sum := new(big.Rat)
			var valued, unvalued []string
			for _, t := range events {
				converts, touch := builderOracleRole(b, t)
				switch {
				case !touch:
					r.ConversionEvents++
				case b.Unknown == DropUnknown && !builderOracleKnows(b, t):
					r.UnknownDropped++
				default:
					p.Touchpoints = append(p.Touchpoints, t)
				}
				if !converts {
					if t.Value > 0 {
						r.UnusedValues++
					}
					continue
				}
				p.Conversions++
				p.End = t.Time
				sum.Add(sum, new(big.Rat).SetFloat64(t.Value))
				if t.Currency != "" && t.Value > 0 {
					valued = append(valued, t.Currency)
					currencies[t.Currency] = true
				} else if t.Currency != "" {
					unvalued = append(unvalued, t.Currency)
				}
			}
			if len(p.Touchpoints) == 0 && p.Conversions == 0 {
				continue
			}
			p.Value, _ = sum.Float64()
			if all := append(valued, unvalued...); len(all) > 0 {
				p.Currency = all[0]
			}
			switch {
			case p.Conversions > 0:
				p.Outcome = Converted
				r.Converted++
			default:
				p.End = p.Touchpoints[len(p.Touchpoints)-1].Time
				if b.LostAfter == 0 || asOf.Sub(p.End) >= b.LostAfter {
					p.Outcome = Lost
					r.Lost++
				} else {
					p.Outcome = Open
					r.Open++
				}
			}
			r.Conversions += p.Conversions
			var inWindow []touchpoint.Touchpoint
			for _, t := range p.Touchpoints {
				if b.Lookback > 0 && p.End.Sub(t.Time) > b.Lookback {
					r.BeforeLookback++
				} else {
					inWindow = append(inWindow, t)
				}
			}
			if b.LookbackSteps > 0 {
				for len(inWindow) > b.LookbackSteps {
					inWindow = inWindow[1:]
					r.BeyondSteps++
				}
			}
			if len(inWindow) == 0 {
				inWindow = nil
				r.EmptyPaths++
			}
			for i, t := range inWindow {
				if !builderOracleKnows(b, t) && (b.Unknown == MergeUnknown || t.Channel == "") {
					inWindow[i].Channel = "(unknown)"
				}
			}
			p.Touchpoints = inWindow
			r.Touches += int64(len(inWindow))
			paths = append(paths, p)
		}
	}
	if len(currencies) > 1 {
		return nil, Report{}, []error{ErrMixedCurrency}
	}
	return paths, r, errs
}

func builderOracleRole(b Builder, t touchpoint.Touchpoint) (converts, touch bool) {
	for _, kind := range b.ConvertOn {
		if t.Kind == kind || t.Kind == "" && string(t.Channel) == string(kind) {
			return true, false
		}
	}
	if t.Conversion {
		return true, t.Channel != ""
	}
	return false, true
}

func builderOracleKnows(b Builder, t touchpoint.Touchpoint) bool {
	if b.Known == nil {
		return t.Channel != ""
	}
	return slices.Contains(b.Known, t.Channel)
}

func builderOracleLess(a, b touchpoint.Touchpoint) bool {
	if !a.Time.Equal(b.Time) {
		return a.Time.Before(b.Time)
	}
	if a.Seq != b.Seq {
		return a.Seq < b.Seq
	}
	if a.ID != b.ID {
		return bytes.Compare(a.ID[:], b.ID[:]) < 0
	}
	if !a.Received.Equal(b.Received) {
		return !a.Received.IsZero() && (b.Received.IsZero() || a.Received.Before(b.Received))
	}
	ida, idb := a.ContentID(), b.ContentID()
	if ida != idb {
		return bytes.Compare(ida[:], idb[:]) < 0
	}
	return len(a.Properties) < len(b.Properties) // one has a property with an empty text
}

func builderPick[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }

func builderRandomTouchpoints(rng *rand.Rand) []touchpoint.Touchpoint {
	var all []touchpoint.Touchpoint
	for range rng.IntN(40) {
		t := touchpoint.Touchpoint{
			Customer:   builderPick(rng, "ann", "bob", "c", "Ann", "", "дар"),
			Time:       builderHour(float64(rng.IntN(8))),
			Seq:        int64(rng.IntN(2)),
			Channel:    builderPick[touchpoint.Channel](rng, "", "email", "search", "store", "buy"),
			Kind:       builderPick[touchpoint.Kind](rng, "", "", "visit", "buy", "renew"),
			Conversion: rng.IntN(5) == 0,
			Value:      builderPick(rng, 0, 0, 0.1, 0.2, 1e17, 3),
			Currency:   builderPick(rng, "", "EUR"),
		}
		if rng.IntN(3) > 0 {
			t.ID = uuid.UUID{15: byte(1 + rng.IntN(12))}
		}
		if rng.IntN(2) > 0 {
			t.Received = builderHour(float64(100 + rng.IntN(3)))
		}
		if rng.IntN(300) == 0 {
			t.Currency = "USD"
		}
		if rng.IntN(100) == 0 {
			t.Time = time.Time{}
		}
		if rng.IntN(4) == 0 {
			t.Properties = map[string]string{"page": builderPick(rng, "/", `"`, "")}
		}
		all = append(all, t)
		for rng.IntN(5) == 0 {
			t.Received = t.Received.Add(time.Minute)
			all = append(all, t)
		}
	}
	return all
}

func builderRandomSettings(rng *rand.Rand) Builder {
	b := Builder{
		Split:          Split(rng.IntN(2)),
		Lookback:       builderPick(rng, 0, time.Nanosecond, 2*time.Hour, 4*time.Hour),
		LookbackSteps:  builderPick(rng, 0, 0, 1, 3),
		LostAfter:      builderPick(rng, 0, time.Hour, 3*time.Hour),
		Unknown:        UnknownPolicy(rng.IntN(4)),
		KeepDuplicates: rng.IntN(3) == 0,
	}
	b.ConvertOn = builderPick(rng, nil, []touchpoint.Kind{"buy"}, []touchpoint.Kind{"buy", "renew"})
	b.Known = builderPick(rng, nil, []touchpoint.Channel{}, []touchpoint.Channel{"email", "store"})
	if rng.IntN(2) == 0 {
		b.AsOf = builderHour(float64(rng.IntN(9)))
	}
	return b
}

// builderSameErrors compares errors by class, whatever their order.
func builderSameErrors(t *testing.T, want, got []error) {
	t.Helper()
	count := func(errs []error, class error) (n int) {
		for _, err := range errs {
			if errors.Is(err, class) {
				n++
			}
		}
		return n
	}
	require.Len(t, got, len(want))
	for _, class := range []error{touchpoint.ErrMissing, ErrUnknownChannel, ErrMixedCurrency} {
		require.Equal(t, count(want, class), count(got, class), "%v", class)
	}
}

func TestBuilderAgainstOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	dir := t.TempDir()
	mixed, spilled := 0, 0
	for trial := range 3000 {
		in, b := builderRandomTouchpoints(rng), builderRandomSettings(rng)
		want, wantReport, wantErrs := builderOracle(b, in)
		if slices.Contains(wantErrs, ErrMixedCurrency) {
			mixed++
			_, _, errs := builderCollect(b, builderSeq(in...))
			require.ErrorIs(t, errs[len(errs)-1], ErrMixedCurrency, "trial %d", trial)
			continue
		}
		check := func(how string, b Builder, sorted bool) {
			got, report, errs := builderCollect(b, builderSeq(in...))
			if sorted {
				slices.SortStableFunc(got, func(p, q Path) int { return bytes.Compare([]byte(p.Customer), []byte(q.Customer)) })
			}
			builderSameErrors(t, wantErrs, errs)
			require.Equal(t, want, got, "trial %d, %s, %+v", trial, how, b)
			builderBalance(t, &report)
			if report.Spilled > 0 {
				spilled++
			}
			report.Spilled, report.SpilledBytes = 0, 0
			require.Equal(t, wantReport, report, "trial %d, %s, %+v", trial, how, b)
		}
		check("as it comes", b, false)
		rng.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
		check("shuffled", b, false)
		if trial%8 == 0 {
			small := b
			small.MaxBuffered, small.SpillDir = 1+rng.IntN(8), dir
			check("spilled", small, false)
		}
		if b.LostAfter == 0 || !b.AsOf.IsZero() {
			rank := rng.Perm(7)
			order := []string{"ann", "bob", "c", "Ann", "", "дар"}
			slices.SortStableFunc(in, func(t, u touchpoint.Touchpoint) int {
				return rank[slices.Index(order, t.Customer)] - rank[slices.Index(order, u.Customer)]
			})
			grouped := b
			grouped.Order = Grouped
			check("grouped", grouped, true)
		}
	}
	require.Greater(t, mixed, 20)
	require.Greater(t, spilled, 200)
}
