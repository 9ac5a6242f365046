package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/cjm-go/cjm/journey/dropoff"
)

// chainChange is what cjm compare prints of a chain.
type chainChange struct {
	before, after *account
	explained     *dropoff.ChainExplanation
}

// compareChain counts the journeys of both groups and prints what explains the
// change of P(convert).
func (c *compareCommand) compareChain(env *environment, before, after *compareSide) error {
	if err := before.customerFlags.check(before.LostAfter != silence{}); err != nil {
		return err
	}
	done, err := openBoth(env, before, after)
	if err != nil {
		return err
	}
	defer done()
	on := before.chainOn(env.given)
	for _, s := range []*compareSide{before, after} {
		if s.in.kind == pathTable && on != "channel" {
			return usagef("--on %s does not apply to a path table, such as %s: its paths are of channels", on, s.in.sources[0].name)
		}
	}
	if c.LostAfter.auto {
		if err := chooseBoth(env, before, after); err != nil {
			return err
		}
		for _, s := range []*compareSide{before, after} {
			s.in.reader.builder.LostAfter = s.LostAfter.after
		}
	}
	r := new(chainChange)
	earlier, err := before.countChain(env, on, &r.before)
	if err != nil {
		return before.named(err)
	}
	later, err := after.countChain(env, on, &r.after)
	if err != nil {
		return after.named(err)
	}
	if r.explained, err = dropoff.ExplainChain(earlier.chain, later.chain); err != nil {
		return err
	}
	printOdd(env.stderr, r.explained.Warnings())
	return c.writeChain(env, r)
}

// countChain counts the journeys of the group, of which there must be one, and says
// what was read.
func (s *compareSide) countChain(env *environment, on string, a **account) (*leakCounts, error) {
	counts := newLeakCounts()
	var err error
	if on == "channel" {
		counts, *a, err = countJourneys(env, s.in, newLeakCounts)
	} else {
		*a, err = s.in.countOn(env, onKeys[on], counts)
	}
	if err != nil {
		return nil, err
	}
	s.say(env.stderr, func(w io.Writer) {
		(*a).print(w)
		if counts.without > 0 {
			fmt.Fprintf(w, "cjm: left out %s without a %s\n", counted(counts.without, "touch", "touches"), on)
		}
		if s.in.kind == pathTable && counts.chain.Journeys() > 0 && counts.chain.Conversions() == 0 {
			printOdd(w, []error{dropoff.ErrNoConversions})
		}
		s.in.hint(w, on, counts.chain)
	})
	if counts.chain.Journeys() == 0 {
		return nil, errors.New("no journeys: the input has no rows that can be used")
	}
	return counts, nil
}
