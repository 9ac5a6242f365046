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

func BenchmarkFunnel(b *testing.B) {
	paths := benchPaths(10_000)
	touches := 0
	for i := range paths {
		touches += len(paths[i].Touchpoints)
	}
	last := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, bench := range []struct {
		name  string
		steps int
		set   func(*Funnel)
	}{
		{"window", 5, func(f *Funnel) { f.Window = 7 * 24 * time.Hour }},
		{"no window", 5, func(*Funnel) {}},
		{"both windows", 5, func(f *Funnel) { f.Window, f.StepWindow = 7*24*time.Hour, 48*time.Hour }},
		{"both windows, optional", 5, func(f *Funnel) {
			f.Window, f.StepWindow, f.Steps[2].Optional = 7*24*time.Hour, 48*time.Hour, true
		}},
		{"as of", 5, func(f *Funnel) { f.Window, f.AsOf, f.LostAfter = 7*24*time.Hour, last, 240*time.Hour }},
		{"exclusion", 5, func(f *Funnel) {
			f.Window, f.Exclusions = 7*24*time.Hour, []Exclusion{{Name: "x", Kinds: []touchpoint.Kind{"remove_from_cart"}}}
		}},
		{"consecutive", 5, func(f *Funnel) { f.Order = Consecutive }},
		{"any order", 5, func(f *Funnel) { f.Order, f.Window = AnyOrder, 7*24*time.Hour }},
		{"every entry", 5, func(f *Funnel) { f.Entry, f.Window = EveryEntry, 7*24*time.Hour }},
		{"open", 5, func(f *Funnel) { f.Open, f.Window = true, 7*24*time.Hour }},
		{"ties in any order", 5, func(f *Funnel) { f.Ties, f.Window = TiesInAnyOrder, 7*24*time.Hour }},
		{"tolerance", 5, func(f *Funnel) { f.Ties, f.Tolerance, f.Window = TiesInAnyOrder, time.Hour, 7*24*time.Hour }},
		{"constant", 5, func(f *Funnel) {
			f.Window, f.Constant = 7*24*time.Hour, func(t *touchpoint.Touchpoint) string { return string(t.Channel) }
		}},
		{"64 steps", 64, func(f *Funnel) { f.Window = 7 * 24 * time.Hour }},
		{"like clickhouse", 5, func(f *Funnel) { f.Like, f.Window = LikeClickHouse, 7*24*time.Hour }},
		{"like posthog", 5, func(f *Funnel) { f.Like, f.Window = LikePostHog, 7*24*time.Hour }},
		{"like mixpanel", 5, func(f *Funnel) { f.Like, f.Window = LikeMixpanel, 7*24*time.Hour }},
		{"like ga4", 5, func(f *Funnel) { f.Like, f.StepWindow = LikeGA4, 48*time.Hour }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			f := shopFunnel(bench.steps)
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
