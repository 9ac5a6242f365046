package attribution

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
)

// orderSampling estimates Shapley values from random orders of the players. Each
// order is used together with its reverse: what a player adds late in one comes
// early in the other, so their mean varies less (antithetic sampling). Every pair
// shares out the whole game, so the estimates add up as exact values do.
type orderSampling struct {
	orders      int
	seed        uint64
	parallelism int
}

const (
	defaultOrders = 1024
	// fewestOrders make two pairs, without which there is no standard error.
	fewestOrders = 4
	// sampleShards is among how many streams of random numbers the orders are
	// divided, whatever the number of goroutines.
	sampleShards = 64
)

// pairs returns how many pairs of orders are sampled.
func (o orderSampling) pairs() int {
	if o.orders == 0 {
		return defaultOrders / 2
	}
	return (o.orders + 1) / 2
}

func (o orderSampling) validate(model string) (errs []error) {
	if o.orders < 0 || o.orders > 0 && o.orders < fewestOrders {
		errs = append(errs, configError(model, "Permutations is neither 0 nor at least 4"))
	}
	if o.parallelism < 0 {
		errs = append(errs, configError(model, "Parallelism is negative"))
	}
	return errs
}

// orderPair sets conversion and value to what each player adds: the mean over
// the players joining in the order and in its reverse.
type orderPair func(order []int, conversion, value []float64) error

// run returns the estimates for n players. NewPair is called once for each
// goroutine.
func (o orderSampling) run(n int, newPair func() orderPair) ([]GameValue, error) {
	pairs := o.pairs()
	shards := make([]orderMoments, min(sampleShards, pairs))
	errs := make([]error, len(shards))
	gameGoroutines(len(shards), o.parallelism, func() func(int) {
		pair := newPair()
		return func(i int) {
			many := pairs / len(shards)
			if i < pairs%len(shards) {
				many++
			}
			errs[i] = shards[i].sample(n, many, rand.New(rand.NewPCG(o.seed, uint64(i))), pair)
		}
	})
	all := orderMoments{}
	for i := range shards {
		if errs[i] != nil {
			return nil, errs[i]
		}
		all.merge(&shards[i])
	}
	values := make([]GameValue, n)
	for i := range values {
		c, v := all.of[2*i], all.of[2*i+1]
		values[i] = GameValue{Conversion: c.mean, Value: v.mean, ConversionSE: c.se(all.n), ValueSE: v.se(all.n)}
	}
	return values, nil
}

// orderMoments are the means of what players add, and the sums of the squares of
// the deviations from them.
type orderMoments struct {
	n  float64      // pairs of orders
	of []meanSquare // conversion and value, by player
}

type meanSquare struct{ mean, squares float64 }

// se returns the standard error of the mean of n numbers.
func (m meanSquare) se(n float64) float64 { return math.Sqrt(m.squares / (n - 1) / n) }

// sample adds pairs of orders.
func (m *orderMoments) sample(n, pairs int, rng *rand.Rand, pair orderPair) error {
	m.of = make([]meanSquare, 2*n)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	conversion, value := make([]float64, n), make([]float64, n)
	for range pairs {
		rng.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
		if err := pair(order, conversion, value); err != nil {
			return err
		}
		m.n++
		for i := range n {
			m.of[2*i].add(conversion[i], m.n)
			m.of[2*i+1].add(value[i], m.n)
		}
	}
	return nil
}

// add adds x as the n-th number (Welford 1962).
func (m *meanSquare) add(x, n float64) {
	d := x - m.mean
	m.mean += d / n
	m.squares += d * (x - m.mean)
}

// merge adds the pairs of other (Chan, Golub and LeVeque 1979).
func (m *orderMoments) merge(other *orderMoments) {
	if m.n == 0 {
		*m = *other
		return
	}
	n := m.n + other.n
	for i, o := range other.of {
		a := &m.of[i]
		d := o.mean - a.mean
		a.mean += d * (other.n / n)
		a.squares += o.squares + d*d*(m.n*other.n/n)
	}
	m.n = n
}

// gameGoroutines does the jobs 0 to n-1 on as many goroutines as parallelism says,
// 0 meaning GOMAXPROCS. Each goroutine calls newWorker once.
func gameGoroutines(n, parallelism int, newWorker func() (do func(job int))) {
	if parallelism == 0 {
		parallelism = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	work := func() {
		do := newWorker()
		for job := next.Add(1) - 1; job < int64(n); job = next.Add(1) - 1 {
			do(int(job))
		}
	}
	var wg sync.WaitGroup
	for range min(parallelism, n) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}
