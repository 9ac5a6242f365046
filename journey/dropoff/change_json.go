package dropoff

import "encoding/json"

// changeVersion is the version of the JSON form.
const changeVersion = 1

// MarshalJSON returns the change as an object with a version field. A rate that is
// not known is null, and other things that are not known are left out.
func (c *Change) MarshalJSON() ([]byte, error) {
	out := jsonChange{
		Version: changeVersion, Level: c.level, Adjustment: c.adjustment,
		Entered: jsonChangeEntered{c.entered[Before], c.entered[After]}, Steps: []jsonChangeStep{},
	}
	for i := range c.steps {
		s := &c.steps[i]
		out.Steps = append(out.Steps, jsonChangeStep{
			Step: s.Step, Name: s.Name, Optional: s.Optional,
			StepRate: s.StepRate.json(), OverallRate: s.OverallRate.json(),
		})
	}
	if c.logRank != nil {
		out.LogRank = &jsonChangeLogRank{ChiSquare: c.logRank.ChiSquare(), DF: c.logRank.DF(), P: c.logRank.P()}
	}
	return json.Marshal(out)
}

type jsonChange struct {
	Version    int                `json:"version"`
	Level      float64            `json:"level"`
	Adjustment Adjustment         `json:"adjustment"`
	Entered    jsonChangeEntered  `json:"entered"`
	Steps      []jsonChangeStep   `json:"steps"`
	LogRank    *jsonChangeLogRank `json:"log_rank,omitempty"`
}

type jsonChangeEntered struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

type jsonChangeStep struct {
	Step        int            `json:"step"`
	Name        string         `json:"name"`
	Optional    bool           `json:"optional,omitempty"`
	StepRate    jsonChangeRate `json:"step_rate"`
	OverallRate jsonChangeRate `json:"overall_rate"`
}

type jsonChangeRate struct {
	Before     Rate                  `json:"before"`
	After      Rate                  `json:"after"`
	Difference *jsonChangeDifference `json:"difference,omitempty"`
	Test       *jsonChangeTest       `json:"test,omitempty"`
}

type jsonChangeDifference struct {
	Value float64 `json:"value"`
	Lo    float64 `json:"lo"`
	Hi    float64 `json:"hi"`
}

type jsonChangeTest struct {
	Test      Test     `json:"name"`
	Statistic *float64 `json:"statistic,omitempty"`
	P         float64  `json:"p"`
	Adjusted  float64  `json:"adjusted"`
}

type jsonChangeLogRank struct {
	ChiSquare float64 `json:"chi_square"`
	DF        int     `json:"df"`
	P         float64 `json:"p"`
}

func (c *RateChange) json() jsonChangeRate {
	out := jsonChangeRate{Before: c.Before, After: c.After}
	if c.Known {
		out.Difference = &jsonChangeDifference{Value: c.Difference, Lo: c.Lo, Hi: c.Hi}
	}
	if c.Test != NoTest {
		out.Test = &jsonChangeTest{Test: c.Test, P: c.P, Adjusted: c.Adjusted}
		if c.Test == ChiSquare {
			out.Test.Statistic = &c.Statistic
		}
	}
	return out
}
