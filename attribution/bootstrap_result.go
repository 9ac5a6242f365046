package attribution

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/cjm-go/cjm/journey"
)

// uncertainty makes intervals of the results of the replicates.
func (b *bootstrap) uncertainty(ctx context.Context) (*Uncertainty, error) {
	r, err := b.base.Result()
	if err != nil {
		return nil, err
	}
	customers := b.customers.len()
	units := b.tally.all.journeys() - b.journeys + customers
	if units < 2 {
		return nil, ErrUnits
	}
	if b.overflows() {
		return nil, fmt.Errorf("%w in a replicate", journey.ErrOverflow)
	}
	all, err := b.replicates(ctx, r)
	if err != nil {
		return nil, err
	}
	u := beginUncertainty(r, ByBootstrap, b.config.level, units, customers)
	u.seed = b.config.seed
	all = slices.DeleteFunc(all, func(s *sample) bool { return s == nil })
	u.replicates, u.skipped = len(all), b.config.replicates-len(all)
	if u.skipped > 0 {
		u.warnings = append(u.warnings, ErrSkipped)
	}
	if u.replicates < leastReplicates(u.level) {
		return nil, ErrReplicates
	}
	b.touched.grow(b.tally)
	var ranked []bool
	column := make([]float64, len(all))
	at := 0
	of := func(number func(*sample) []float64) Estimate {
		for i, s := range all {
			column[i] = number(s)[at]
		}
		return percentiles(column, u.level)
	}
	for channel, c := range r.All() {
		_, touching := b.tally.line(&b.touched, channel)
		line := ChannelUncertainty{
			Conversions: of(func(s *sample) []float64 { return s.conversions }),
			Share:       of(func(s *sample) []float64 { return s.share }),
			Value:       of(func(s *sample) []float64 { return s.value }),
			Touching:    touching, Few: touching < FewConversions,
		}
		if c.Removal != nil {
			line.Removal = &RemovalUncertainty{
				Effect:        of(func(s *sample) []float64 { return s.effect }),
				ValueEffect:   of(func(s *sample) []float64 { return s.valueEffect }),
				TouchingShare: of(func(s *sample) []float64 { return s.touching }),
			}
		}
		u.channels = append(u.channels, channel)
		u.lines = append(u.lines, line)
		ranked = append(ranked, channel != journey.None)
		at++
	}
	ranks := newRankCounts(ranked)
	for _, s := range all {
		ranks.add(s.conversions)
	}
	u.ranks = ranks.probabilities(len(all))
	return u, nil
}

// sample is the result of a replicate, a number for each line of the base.
type sample struct {
	conversions, share, value     []float64
	effect, valueEffect, touching []float64
}

// replicates returns the samples, nil for replicates in which nothing converted.
func (b *bootstrap) replicates(ctx context.Context, base *Result) ([]*sample, error) {
	samples := make([]*sample, len(b.streams))
	errs := make([]error, len(b.streams))
	draws := make([]stream, len(b.alone.list))
	order := b.alone.sorted(b.tally.dict().Ranks())
	for i := range b.alone.list {
		draws[i] = pathStream(b.config.seed, b.tally.dict(), &b.alone.list[i])
	}
	workers := b.parallelism
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, len(samples))
	work := func(first int) {
		for i := first; i < len(samples); i += workers {
			if errs[i] = ctx.Err(); errs[i] != nil {
				return
			}
			samples[i], errs[i] = b.sample(i, base, order, draws)
			if errs[i] != nil {
				return
			}
		}
	}
	var group sync.WaitGroup
	for first := 1; first < workers; first++ {
		group.Go(func() { work(first) })
	}
	work(0)
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return samples, nil
}

// sample returns the result of replicate i.
func (b *bootstrap) sample(i int, base *Result, order []int, draws []stream) (*sample, error) {
	counts, journeys := b.streams[i].counts, b.streams[i].journeys
	if len(order) > 0 {
		counts = b.model.NewAccumulator()
		if err := counts.Merge(b.streams[i].counts); err != nil {
			return nil, err
		}
	}
	for _, at := range order {
		p := b.alone.list[at].weighed(b.tally.dict(), draws[at], i)
		n, err := p.Journeys()
		if err != nil {
			return nil, err
		}
		if err := counts.Add(&p); err != nil {
			return nil, err
		}
		journeys += n
	}
	r, err := counts.Result()
	if errors.Is(err, ErrNoJourneys) || errors.Is(err, ErrNoConversions) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return newSample(r, base, float64(b.tally.all.journeys())/float64(journeys)), nil
}

// weighed returns the path with the counts that it has in a replicate. W of its n
// conversions, drawn with replacement, are worth W times the mean, with the variance
// of W times that among the n; a normal draw stands for them.
func (d *distinctPath) weighed(dict *journey.Dictionary, draws stream, replicate int) journey.Counted {
	p := journey.Counted{Dictionary: dict, Channels: d.codes, Ages: d.ages}
	for kind, n := range [...]struct {
		from int64
		to   *int64
	}{conversionDraw: {d.conversions, &p.Conversions}, nullDraw: {d.nulls, &p.Nulls}, openDraw: {d.opens, &p.Opens}} {
		if n.from > 0 {
			*n.to = poisson(n.from, draws.of(kind).uniform(replicate))
		}
	}
	if p.Conversions > 0 && !d.value.IsZero() {
		n, w := float64(d.conversions), float64(p.Conversions)
		mean := d.value.Float64() / n
		spread := max(d.squares.Float64()/n-mean*mean, 0)
		z := distuv.UnitNormal.Quantile(draws.of(valueDraw).uniform(replicate))
		p.Value = max(w*mean+z*math.Sqrt(w*spread), 0)
	}
	return p
}

// newSample lines the result of a replicate up with the base. Credits are scaled to
// the journeys of the base.
func newSample(r, base *Result, scale float64) *sample {
	n := len(base.channels)
	s := &sample{
		conversions: make([]float64, n), share: make([]float64, n), value: make([]float64, n),
		effect: make([]float64, n), valueEffect: make([]float64, n), touching: make([]float64, n),
	}
	for i, channel := range base.channels {
		c, _ := r.Credit(channel)
		s.conversions[i], s.share[i], s.value[i] = c.Conversions*scale, c.Share, c.Value*scale
		if c.Removal != nil {
			s.effect[i], s.valueEffect[i], s.touching[i] = c.Removal.Effect, c.Removal.ValueEffect, c.Removal.TouchingShare
		}
	}
	return s
}

// percentiles returns the standard deviation of the numbers and their quantiles, the
// j-th of n numbers being the quantile j/(n+1). It sorts the numbers.
func percentiles(x []float64, level float64) Estimate {
	slices.Sort(x)
	quantile := func(p float64) float64 {
		at := p*float64(len(x)+1) - 1
		i := int(min(max(math.Floor(at), 0), float64(len(x)-1)))
		j := min(i+1, len(x)-1)
		return x[i] + min(max(at-float64(i), 0), 1)*(x[j]-x[i])
	}
	return Estimate{SE: stat.StdDev(x, nil), Lo: quantile((1 - level) / 2), Hi: quantile((1 + level) / 2)}
}
