package dropoff

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// shopKinds are what happens in the shop of the benchmarks, the steps of its
// funnel first, and how often.
var shopKinds = []struct {
	kind   touchpoint.Kind
	weight int
}{
	{"product_view", 30},
	{"add_to_cart", 12},
	{"begin_checkout", 7},
	{"add_payment_info", 5},
	{"purchase", 4},
	{"page_view", 20},
	{"search", 8},
	{"email_open", 6},
	{"filter", 3},
	{"remove_from_cart", 2},
	{"login", 2},
	{"coupon_error", 1},
}

// benchPaths returns paths of 1 to 19 touches with hours or days between.
func benchPaths(paths int) []journey.Path {
	r := rand.New(rand.NewPCG(1, 1))
	var wheel []touchpoint.Kind
	for _, k := range shopKinds {
		for range k.weight {
			wheel = append(wheel, k.kind)
		}
	}
	all := make([]journey.Path, paths)
	for i := range all {
		p := &all[i]
		p.Customer = fmt.Sprintf("customer-%d", i)
		at := time.Date(2024, 1, 1, 0, 0, r.IntN(1e7), 0, time.UTC)
		for range 1 + r.IntN(19) {
			at = at.Add(time.Duration(r.ExpFloat64() * float64(20*time.Hour)))
			kind := wheel[r.IntN(len(wheel))]
			p.Touchpoints = append(p.Touchpoints, touchpoint.Touchpoint{Customer: p.Customer, Time: at, Channel: "web", Kind: kind})
		}
		p.End = at
	}
	return all
}

// shopFunnel returns a funnel of the first n kinds, again from the beginning if
// there are more.
func shopFunnel(n int) Funnel {
	var f Funnel
	for i := range n {
		kind := shopKinds[i%5].kind
		f.Steps = append(f.Steps, Step{Name: fmt.Sprint(i+1, " ", kind), Kinds: []touchpoint.Kind{kind}})
	}
	return f
}

// BenchmarkFunnel evaluates 10,000 touches again and again, which a cache holds;
// "out of memory" a hundred times as many, so that it waits for the memory.
func BenchmarkFunnel(b *testing.B) {
	const day = 24 * time.Hour
	last := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, bench := range []struct {
		name  string
		steps int
		set   func(*Funnel)
	}{
		{"window", 5, func(*Funnel) {}},
		{"out of memory", 5, func(*Funnel) {}},
		{"no window", 5, func(f *Funnel) { f.Window = 0 }},
		{"both windows", 5, func(f *Funnel) { f.StepWindow = 2 * day }},
		{"optional", 5, func(f *Funnel) { f.StepWindow, f.Steps[2].Optional = 2*day, true }},
		{"as of", 5, func(f *Funnel) { f.AsOf, f.LostAfter = last, 10*day }},
		{"exclusion", 5, func(f *Funnel) {
			f.Exclusions = []Exclusion{{Name: "x", Kinds: []touchpoint.Kind{"remove_from_cart"}}}
		}},
		{"consecutive", 5, func(f *Funnel) { f.Order = Consecutive }},
		{"any order", 5, func(f *Funnel) { f.Order = AnyOrder }},
		{"every entry", 5, func(f *Funnel) { f.Entry = EveryEntry }},
		{"open", 5, func(f *Funnel) { f.Open = true }},
		{"ties in any order", 5, func(f *Funnel) { f.Ties = TiesInAnyOrder }},
		{"tolerance", 5, func(f *Funnel) { f.Ties, f.Tolerance = TiesInAnyOrder, time.Hour }},
		{"constant", 5, func(f *Funnel) {
			f.Constant = func(t *touchpoint.Touchpoint) string { return string(t.Channel) }
		}},
		{"64 steps", 64, func(*Funnel) {}},
		{"like clickhouse", 5, func(f *Funnel) { f.Like = LikeClickHouse }},
		{"like posthog", 5, func(f *Funnel) { f.Like = LikePostHog }},
		{"like mixpanel", 5, func(f *Funnel) { f.Like = LikeMixpanel }},
		{"like ga4", 5, func(f *Funnel) { f.Like, f.Window, f.StepWindow = LikeGA4, 0, 2*day }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			n := 1000
			if bench.name == "out of memory" {
				n *= 100
			}
			paths := benchPaths(n)
			touches := 0
			for i := range paths {
				touches += len(paths[i].Touchpoints)
			}
			f := shopFunnel(bench.steps)
			f.Window = 7 * day
			bench.set(&f)
			e, err := NewEvaluator(f)
			require.NoError(b, err)
			var attempts []Attempt
			for i := range paths { // the memory of the steady state
				attempts = e.Evaluate(&paths[i], attempts[:0])
			}
			b.ReportAllocs()
			for b.Loop() {
				for i := range paths {
					attempts = e.Evaluate(&paths[i], attempts[:0])
				}
			}
			b.ReportMetric(float64(touches)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mtouches/s")
		})
	}
}
