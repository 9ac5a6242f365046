package attributiontest_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/attribution"
	"github.com/cjm-go/cjm/attribution/attributiontest"
	"github.com/cjm-go/cjm/journey"
)

func TestRun(t *testing.T) {
	attributiontest.Run(t, RateWeighted{}, attributiontest.Options{Seed: 2, Tables: 20})
}

// failing says that the test below is to run what it checks.
const failing = "ATTRIBUTIONTEST_FAILING"

// TestRunFails runs this test in another process, where Run of a model with a fault
// must fail in one subtest and go on with the others.
func TestRunFails(t *testing.T) {
	if os.Getenv(failing) != "" {
		attributiontest.Run(t, faulty{sound: attribution.TimeDecay{}, fault: func(*faultyAccumulator) {}}, attributiontest.Options{Tables: 2})
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestRunFails$", "-test.v", "-test.short")
	cmd.Env = append(os.Environ(), failing+"=1")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "%s", out)
	assert.Contains(t, string(out), "--- FAIL: TestRunFails/totals")
	assert.Contains(t, string(out), "is refused: attribution: the path has no times")
	assert.Contains(t, string(out), "cut down to\n")
	assert.Contains(t, string(out), "  row 1: ")
	assert.Contains(t, string(out), "--- PASS: TestRunFails/degenerate_input")

	cmd = exec.Command(os.Args[0], "-test.run=^TestModels$/^markov$/null", "-test.v", "-test.short")
	out, err = cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "SKIP: TestModels/markov/null_player")
	assert.Contains(t, string(out), "Options.NullsEarn")
}

// TestCheck: the error names each check that failed, and nothing else does.
func TestCheck(t *testing.T) {
	m := faulty{fault: func(a *faultyAccumulator) {
		a.rule = func(_ *journey.Counted, _, value []float64) { clear(value) }
	}}
	err := attributiontest.Check(m, attributiontest.Options{Tables: 10})
	var all interface{ Unwrap() []error }
	require.ErrorAs(t, err, &all)
	require.Len(t, all.Unwrap(), 1)
	assert.ErrorContains(t, err, "attributiontest: credit per path: ")
	assert.Equal(t, err.Error(), attributiontest.Check(m, attributiontest.Options{Tables: 10}).Error(), "deterministic")

	broken := errors.New("no disk")
	err = attributiontest.Check(faulty{fault: func(a *faultyAccumulator) {
		a.marshal = func() ([]byte, error) { return nil, broken }
	}}, attributiontest.Options{Tables: 3})
	assert.ErrorIs(t, err, broken, "the error of the model can be told")
}

// TestCutDown: what is reported of a table is what matters.
func TestCutDown(t *testing.T) {
	m := faulty{fault: func(a *faultyAccumulator) {
		a.add = func(p *journey.Counted) error {
			if len(p.Channels) > 2 && p.Conversions > 0 {
				return errors.New("three touches")
			}
			return a.Accumulator.Add(p)
		}
	}}
	err := attributiontest.CheckOnly("totals", m, attributiontest.Options{Seed: 5})
	require.Error(t, err)
	assert.Regexp(t, `^row 1 is refused: three touches
table \d+ of seed 5, cut down to
  row 1: "[^>]*" > "[^>]*" > "[^>]*": [^>]*$`, err.Error())
}

// TestOptions: what is waived for a model is needed by it, and is enough.
func TestOptions(t *testing.T) {
	silent := func(a *faultyAccumulator) { a.noRule = true }
	for name, c := range map[string]struct {
		model attribution.Model
		opts  attributiontest.Options
		check string // that fails without the options
	}{
		"NullsEarn": {attribution.Markov{}, attributiontest.Options{NullsEarn: true}, "null player"},
		"Times":     {attribution.TimeDecay{}, attributiontest.Options{Times: true}, "totals"},
		"NameOrder": {faulty{fault: func(a *faultyAccumulator) {
			silent(a)
			a.result = edited(a, favourFirst)
		}}, attributiontest.Options{NameOrder: true}, "symmetry"},
		"Channels": {faulty{fault: func(a *faultyAccumulator) {
			silent(a)
			a.result = edited(a, func(totals *attribution.Totals, c credits) {
				if c["email"].Conversions > 0 {
					favourFirst(totals, c)
				}
			})
		}}, attributiontest.Options{Channels: []channel{"email"}, NameOrder: true}, "symmetry"},
		"Undefined": {faulty{fault: func(a *faultyAccumulator) {
			silent(a)
			a.result = func() (*attribution.Result, error) {
				r, err := a.Accumulator.Result()
				if err == nil {
					if _, ok := r.Credit("email"); ok {
						return nil, fmt.Errorf("wrapped: %w", errUndefined)
					}
				}
				return r, err
			}
		}}, attributiontest.Options{Undefined: []error{journey.ErrAges, errUndefined}}, "totals"},
		"Rounded": {roundedModel{}, attributiontest.Options{Rounded: true}, "order of rows"},
	} {
		t.Run(name, func(t *testing.T) {
			opts := c.opts
			opts.Tables = 25
			assert.NoError(t, attributiontest.Check(c.model, opts))
			assert.Error(t, attributiontest.CheckOnly(c.check, c.model, attributiontest.Options{}))
		})
	}
}

var errUndefined = errors.New("undefined")

// TestUndefinedEverywhere: a model cannot pass by having no result.
func TestUndefinedEverywhere(t *testing.T) {
	m := faulty{fault: func(a *faultyAccumulator) {
		a.result = func() (*attribution.Result, error) { return nil, errUndefined }
	}}
	err := attributiontest.CheckOnly("efficiency", m, attributiontest.Options{Undefined: []error{errUndefined}, Tables: 3})
	require.EqualError(t, err, "the model has no result for any of 3 tables: each has an error of Options.Undefined")
	require.Error(t, attributiontest.CheckOnly("unknown channels", m, attributiontest.Options{Undefined: []error{errUndefined}}))
	require.Error(t, attributiontest.CheckOnly("degenerate input", m, attributiontest.Options{Undefined: []error{errUndefined}}))
}
