package main

import (
	"strings"
	"unicode"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// rules are those for Segment's e-commerce events. A visit says nothing of the
// stage, but keeps the customer awake.
func rules() journey.Rules {
	r := journey.SegmentRules()
	r.Rules = append(r.Rules, journey.Rule{
		Name: "Visit", Kinds: []touchpoint.Kind{"page", "screen"}, Effect: journey.Activity,
	})
	return r
}

// cloudKinds has the kind of touchpoint for each type of CloudEvent, in the letters
// that [letters] keeps.
var cloudKinds = func() map[string]touchpoint.Kind {
	kinds := make(map[string]touchpoint.Kind)
	for _, rule := range rules().Rules {
		for _, kind := range rule.Kinds {
			kinds[letters(string(kind))] = kind
		}
	}
	return kinds
}()

// fitCloud makes a CloudEvent fit the rules: the type com.example.order_completed is
// an Order Completed, and its number is the order_id of its data.
func fitCloud(t *touchpoint.Touchpoint) {
	name := string(t.Kind)
	if kind, ok := cloudKinds[letters(name[strings.LastIndexByte(name, '.')+1:])]; ok {
		t.Kind = kind
	}
	if id, ok := t.Properties["data.order_id"]; ok {
		t.Properties["order_id"] = id
	}
}

// letters returns the letters of a name, all small.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}
