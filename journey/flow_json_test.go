package journey_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/journey"
)

// The parts are halves, so that the text is the same on every machine.
func TestFlowJSON(t *testing.T) {
	r := flowOf(t, journey.FlowOptions{Name: "kinds"}, "a > +1m b > buy", "a > +2m b > buy").Result()
	require.JSONEq(t, `{
		"version": 1, "name": "kinds",
		"paths": 2, "converted": 2, "lost": 0, "open": 0, "touches": 4,
		"entropy": 1, "complexity": 1, "variant_entropy": 0,
		"span": {"n": 2, "min_seconds": 60, "p50_seconds": 60, "mean_seconds": 90, "max_seconds": 120},
		"labels": [
			{"label": "a", "touches": 2, "paths": 2, "starts": 2, "ends": 0, "self_loops": 0, "repetitions": 0, "reworked": 0},
			{"label": "b", "touches": 2, "paths": 2, "starts": 0, "ends": 2, "self_loops": 0, "repetitions": 0, "reworked": 0}
		],
		"edges": [
			{"from": {"start": true}, "to": {"label": "a"}, "count": 2, "paths": 2},
			{"from": {"label": "a"}, "to": {"label": "b"}, "count": 2, "paths": 2,
				"times": {"n": 2, "min_seconds": 60, "p50_seconds": 60, "mean_seconds": 90, "max_seconds": 120}},
			{"from": {"label": "b"}, "to": {"end": "converted"}, "count": 2, "paths": 2}
		],
		"variants": [{"labels": ["a", "b"], "count": 2, "converted": 2, "lost": 0, "open": 0, "share": 1, "cover": 1}]
	}`, flowJSON(t, r))

	var empty journey.Flow
	require.JSONEq(t, `{"version": 1, "paths": 0, "converted": 0, "lost": 0, "open": 0, "touches": 0,
		"labels": [], "edges": [], "variants": []}`, flowJSON(t, empty.Result()))
}
