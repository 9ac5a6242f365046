package sample

import (
	"math/rand/v2"
	"time"
)

// The invented shop. All choices are by integer weights, so that the sample is the
// same on every machine.

const (
	seed      = 20260101
	customers = 1200
	days      = 181
)

var begin = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// channel is a channel of the shop, by its place in channels.
type channel int

const (
	display channel = iota
	social
	flyer
	paidSearch
	organicSearch
	email
	direct
	store
	callCentre
	numChannels
)

// channels says how people move over the channels.
var channels = [numChannels]struct {
	name    string
	offline bool
	// start is the weight of beginning a journey here, again that of coming
	// back here after an order.
	start, again int
	// next are the weights of going on to each channel, stop that of giving up.
	next [numChannels]int
	stop int
	// order is the chance of an order after a touch, in thousandths.
	order int
}{
	display: {
		name: "display", start: 26, again: 2, order: 3, stop: 60,
		next: [numChannels]int{display: 20, social: 16, paidSearch: 24, organicSearch: 26, direct: 14, store: 6},
	},
	social: {
		name: "social", start: 18, again: 6, order: 8, stop: 55,
		next: [numChannels]int{display: 14, social: 14, paidSearch: 16, organicSearch: 24, email: 8, direct: 18, store: 6},
	},
	flyer: {
		name: "flyer", offline: true, start: 12, again: 3, order: 5, stop: 50,
		next: [numChannels]int{paidSearch: 8, organicSearch: 16, direct: 14, store: 48, callCentre: 14},
	},
	paidSearch: {
		name: "paid search", start: 20, again: 4, order: 80, stop: 40,
		next: [numChannels]int{display: 14, paidSearch: 14, organicSearch: 14, email: 12, direct: 24, store: 14, callCentre: 6},
	},
	organicSearch: {
		name: "organic search", start: 14, again: 6, order: 60, stop: 40,
		next: [numChannels]int{display: 8, social: 6, paidSearch: 16, organicSearch: 14, email: 12, direct: 26, store: 14, callCentre: 5},
	},
	email: {
		name: "email", start: 1, again: 50, order: 110, stop: 35,
		next: [numChannels]int{organicSearch: 12, email: 20, direct: 34, store: 16, callCentre: 6},
	},
	direct: {
		name: "direct", start: 4, again: 22, order: 190, stop: 35,
		next: [numChannels]int{display: 6, paidSearch: 6, organicSearch: 8, email: 24, direct: 24, store: 14, callCentre: 4},
	},
	store: {
		name: "store", offline: true, start: 5, again: 14, order: 300, stop: 30,
		next: [numChannels]int{flyer: 6, organicSearch: 10, email: 22, direct: 20, store: 16, callCentre: 8},
	},
	callCentre: {
		name: "call centre", offline: true, order: 240, stop: 25,
		next: [numChannels]int{email: 18, direct: 18, store: 28, callCentre: 10},
	},
}

// gapHours are the usual hours between two touches.
var gapHours = []int{1, 2, 5, 9, 20, 26, 48, 75, 120, 170, 260}

// shop is the shop with its dice.
type shop struct{ dice *rand.Rand }

func newShop() *shop { return &shop{rand.New(rand.NewPCG(seed, customers))} }

// pick returns a place by its weight.
func (s *shop) pick(weights []int) int {
	total := 0
	for _, w := range weights {
		total += w
	}
	roll, i := s.dice.IntN(total), 0
	for roll >= weights[i] {
		roll -= weights[i]
		i++
	}
	return i
}

// first returns where a journey begins.
func (s *shop) first(returning bool) channel {
	weights := make([]int, numChannels)
	for i, c := range channels {
		weights[i] = c.start
		if returning {
			weights[i] = c.again
		}
	}
	return channel(s.pick(weights))
}

// after returns where a journey goes on, false if it does not.
func (s *shop) after(c channel) (channel, bool) {
	next := s.pick(append(channels[c].next[:], channels[c].stop))
	return channel(next), next < int(numChannels)
}

// orders reports whether a touch leads to an order. Who has been told about the
// shop before is more likely to order.
func (s *shop) orders(c channel, told bool) bool {
	chance := channels[c].order
	if told {
		chance += chance / 3
	}
	return s.dice.IntN(1000) < chance
}

// gap returns the time to the next touch.
func (s *shop) gap() time.Duration {
	hours := gapHours[s.dice.IntN(len(gapHours))]
	return time.Duration(hours)*time.Hour + time.Duration(s.dice.IntN(60))*time.Minute
}

// cents returns the value of an order.
func (s *shop) cents(c channel, returning bool) int {
	cents := 1990 + s.dice.IntN(60)*100 + s.dice.IntN(60)*100
	if s.dice.IntN(8) == 0 {
		cents *= 3
	}
	if channels[c].offline {
		cents += cents / 4
	}
	if returning {
		cents += cents / 5
	}
	return cents
}
