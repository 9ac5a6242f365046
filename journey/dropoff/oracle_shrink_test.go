package dropoff_test

import (
	"slices"

	"github.com/cjm-go/cjm/journey"
)

// clone returns a copy that shares no slices.
func (c oracleCase) clone() oracleCase {
	c.f.steps = slices.Clone(c.f.steps)
	c.f.exclusions = slices.Clone(c.f.exclusions)
	c.paths = slices.Clone(c.paths)
	for i := range c.paths {
		c.paths[i].touches = slices.Clone(c.paths[i].touches)
	}
	return c
}

// shrink makes the case smaller, greedily, as long as it fails.
func (c oracleCase) shrink(fails func(oracleCase) bool) oracleCase {
	for again := true; again; {
		again = false
		for _, d := range c.smaller() {
			if !d.f.refused() && fails(d) {
				c, again = d, true
				break
			}
		}
	}
	return c
}

// smaller lists the cases that have one thing less.
func (c oracleCase) smaller() (all []oracleCase) {
	add := func(change func(*oracleCase)) {
		d := c.clone()
		change(&d)
		all = append(all, d)
	}
	zero := func(n int, field func(*oracleCase) *int) {
		if n != 0 {
			add(func(d *oracleCase) { *field(d) = 0 })
		}
	}
	off := func(is bool, field func(*oracleCase) *bool) {
		if is {
			add(func(d *oracleCase) { *field(d) = false })
		}
	}
	for i, p := range c.paths {
		if len(c.paths) > 1 {
			add(func(d *oracleCase) { d.paths = slices.Delete(d.paths, i, i+1) })
		}
		for j := range p.touches {
			add(func(d *oracleCase) { d.paths[i].touches = slices.Delete(d.paths[i].touches, j, j+1) })
		}
		off(p.ended, func(d *oracleCase) *bool { return &d.paths[i].ended })
		if p.outcome != journey.Lost {
			add(func(d *oracleCase) { d.paths[i].outcome = journey.Lost })
		}
	}
	for i := range c.f.steps {
		if len(c.f.steps) > 2 {
			add(func(d *oracleCase) {
				d.f.steps = slices.Delete(d.f.steps, i, i+1)
				for j := range d.f.exclusions {
					x := &d.f.exclusions[j]
					x.from, x.to = min(x.from, len(d.f.steps)-1), min(x.to, len(d.f.steps))
				}
			})
		}
	}
	for i := range c.f.exclusions {
		add(func(d *oracleCase) { d.f.exclusions = slices.Delete(d.f.exclusions, i, i+1) })
	}
	for i, s := range c.f.steps {
		zero(s.within, func(d *oracleCase) *int { return &d.f.steps[i].within })
		off(s.optional, func(d *oracleCase) *bool { return &d.f.steps[i].optional })
		off(s.directly, func(d *oracleCase) *bool { return &d.f.steps[i].directly })
		for _, part := range []func(*oracleCase) *string{
			func(d *oracleCase) *string { return &d.f.steps[i].channels },
			func(d *oracleCase) *string { return &d.f.steps[i].stages },
		} {
			if s.kinds != "" && *part(&c) != "" {
				add(func(d *oracleCase) { *part(d) = "" })
			}
		}
		for j := range s.kinds {
			if len(s.kinds) > 1 {
				add(func(d *oracleCase) { d.f.steps[i].kinds = s.kinds[:j] + s.kinds[j+1:] })
			}
		}
	}
	for i, x := range c.f.exclusions {
		off(x.drop, func(d *oracleCase) *bool { return &d.f.exclusions[i].drop })
		zero(x.from, func(d *oracleCase) *int { return &d.f.exclusions[i].from })
		zero(x.to, func(d *oracleCase) *int { return &d.f.exclusions[i].to })
	}
	f := &c.f
	zero(f.window, func(d *oracleCase) *int { return &d.f.window })
	zero(f.stepWindow, func(d *oracleCase) *int { return &d.f.stepWindow })
	zero(f.tolerance, func(d *oracleCase) *int { return &d.f.tolerance })
	zero(f.lostAfter, func(d *oracleCase) *int { return &d.f.lostAfter })
	off(f.open, func(d *oracleCase) *bool { return &d.f.open })
	off(f.constant, func(d *oracleCase) *bool { return &d.f.constant })
	off(f.cut, func(d *oracleCase) *bool { return &d.f.cut })
	if f.ties != 0 {
		add(func(d *oracleCase) { d.f.ties = 0 })
	}
	if f.entry != 0 {
		add(func(d *oracleCase) { d.f.entry = 0 })
	}
	if f.order != 0 {
		add(func(d *oracleCase) { d.f.order = 0 })
	}
	return all
}
