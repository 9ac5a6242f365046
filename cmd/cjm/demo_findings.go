package main

import (
	"fmt"
	"strings"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// findings say in plain words what the numbers of the demonstration show.
func (d *demo) findings() []string {
	last, markov := d.results[1], d.markov()
	up, down := furthest(last, markov)
	sentences := []string{
		fmt.Sprintf("%s gets %s conversions by last touch, but %s by markov: it begins journeys that end elsewhere.",
			quoted(up), credited(last, up), credited(markov, up)),
		fmt.Sprintf("%s gets %s conversions by last touch, but %s by markov: it ends journeys that others began.",
			quoted(down), credited(last, down), credited(markov, down)),
	}
	if top, effect := largestRemoval(markov); effect > 0 {
		sentences = append(sentences, fmt.Sprintf("%s has the largest removal effect: if everyone who comes to it were lost there, the chain would lose %s of the conversions.",
			quoted(top), percent(effect)))
	}
	return sentences
}

func quoted(c touchpoint.Channel) string { return `"` + printable(string(c)) + `"` }

func credited(r *attribution.Result, channel touchpoint.Channel) string {
	c, _ := r.Credit(channel)
	return amount(c.Conversions, 1)
}

// furthest returns the channels whose credit by b is the most above and the most
// below that by a.
func furthest(a, b *attribution.Result) (up, down touchpoint.Channel) {
	var most, least float64
	for channel, c := range b.All() {
		if channel == journey.None {
			continue
		}
		from, _ := a.Credit(channel)
		change := c.Conversions - from.Conversions
		if up == "" || change > most {
			up, most = channel, change
		}
		if down == "" || change < least {
			down, least = channel, change
		}
	}
	return up, down
}

func largestRemoval(r *attribution.Result) (top touchpoint.Channel, effect float64) {
	for channel, c := range r.All() {
		if c.Removal != nil && c.Removal.Effect > effect {
			top, effect = channel, c.Removal.Effect
		}
	}
	return top, effect
}

// lineWidth is the width of text for people.
const lineWidth = 96

// wrap breaks a sentence into lines. The first begins with one prefix, the others
// with another.
func wrap(sentence, first, others string) string {
	var b strings.Builder
	line := first
	empty := true
	for word := range strings.FieldsSeq(sentence) {
		if !empty && len(line)+1+len(word) > lineWidth {
			b.WriteString(line + "\n")
			line, empty = others, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	b.WriteString(line + "\n")
	return b.String()
}
