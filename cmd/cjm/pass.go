package main

import (
	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/journey"
)

// pass is what cjm attribute counts in one reading of the input.
type pass struct {
	names  []string // of the models
	models *attribution.Set
	// apart takes every journey for one of a customer of its own.
	apart bool
	extent
}

// Add counts a path.
func (p *pass) Add(c *journey.Counted) error {
	if p.apart && c.Customer != 0 {
		alone := *c
		alone.Customer = 0
		c = &alone
	}
	if err := p.models.Add(c); err != nil {
		return err
	}
	p.extent.add(c)
	return nil
}

// Merge adds what other counted.
func (p *pass) Merge(other *pass) error {
	if err := p.models.Merge(other.models); err != nil {
		return err
	}
	p.extent.merge(other.extent)
	return nil
}

// extent says how much there is to read.
type extent struct {
	paths   int64
	longest int // touches of the longest path
}

func (e *extent) add(p *journey.Counted) {
	e.paths++
	e.longest = max(e.longest, len(p.Channels))
}

func (e *extent) merge(other extent) {
	e.paths += other.paths
	e.longest = max(e.longest, other.longest)
}
