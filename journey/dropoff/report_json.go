package dropoff

import "encoding/json"

// reportVersion is the version of the JSON form of a Report.
const reportVersion = 1

// MarshalJSON returns the report as an object with a version field. A rate that is
// not known is null, and so is a value that is not known. Times are quantiles in
// seconds.
func (r *Report) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Version int     `json:"version"`
		Level   float64 `json:"level"`
		jsonReport
	}{reportVersion, r.level, r.json()})
}

type jsonReport struct {
	Customers  int64           `json:"customers"`
	Attempts   int64           `json:"attempts"`
	NotEntered int64           `json:"not_entered"`
	Excluded   int64           `json:"excluded"`
	Completed  int64           `json:"completed"`
	Lost       int64           `json:"lost"`
	Open       int64           `json:"open"`
	ToComplete Times           `json:"to_complete"`
	Steps      []jsonStep      `json:"steps"`
	Groups     []jsonBreakdown `json:"groups,omitempty"`
	Warnings   []string        `json:"warnings,omitempty"`
}

type jsonStep struct {
	Step        int          `json:"step"`
	Name        string       `json:"name"`
	Optional    bool         `json:"optional,omitempty"`
	Entered     int64        `json:"entered"`
	Started     int64        `json:"started"`
	Reached     int64        `json:"reached"`
	Skipped     int64        `json:"skipped,omitempty"`
	Lost        int64        `json:"lost"`
	Open        int64        `json:"open"`
	StepRate    Rate         `json:"step_rate"`
	OverallRate Rate         `json:"overall_rate"`
	LostBy      []jsonReason `json:"lost_by,omitempty"`
	Between     Times        `json:"between"`
}

type jsonReason struct {
	Reason string `json:"reason"`
	Count  int64  `json:"count"`
}

type jsonBreakdown struct {
	Name   string      `json:"name"`
	Of     Which       `json:"of"`
	Values []jsonValue `json:"values"`
}

type jsonValue struct {
	Value Value `json:"value"`
	jsonReport
}

func (r *Report) json() jsonReport {
	out := jsonReport{
		Customers: r.Customers(), Attempts: r.Attempts(), NotEntered: r.NotEntered(), Excluded: r.Excluded(),
		Completed: r.Completed(), Lost: r.Lost(), Open: r.Open(), ToComplete: r.ToComplete(),
		Warnings: newJSONWarnings(r.warnings),
	}
	for row := range r.Steps() {
		step := jsonStep{
			Step: row.Step, Name: row.Name, Optional: row.Optional,
			Entered: row.Entered, Started: row.Started, Reached: row.Reached, Skipped: row.Skipped, Lost: row.Lost, Open: row.Open,
			StepRate: row.StepRate, OverallRate: row.OverallRate, Between: r.Between(row.Step),
		}
		for reason, n := range r.LostBy(row.Step) {
			step.LostBy = append(step.LostBy, jsonReason{reason.String(), n})
		}
		out.Steps = append(out.Steps, step)
	}
	for _, g := range r.groups {
		b := jsonBreakdown{Name: g.name, Of: g.of, Values: []jsonValue{}}
		for v, report := range g.All() {
			b.Values = append(b.Values, jsonValue{v, report.json()})
		}
		out.Groups = append(out.Groups, b)
	}
	return out
}

// MarshalJSON returns the rate and its interval as an object, or null if the rate is
// not known.
func (r Rate) MarshalJSON() ([]byte, error) {
	if !r.Known {
		return []byte("null"), nil
	}
	return json.Marshal(struct {
		K     int64   `json:"k"`
		N     int64   `json:"n"`
		Value float64 `json:"value"`
		Lo    float64 `json:"lo"`
		Hi    float64 `json:"hi"`
	}{r.K, r.N, r.Value, r.Lo, r.Hi})
}
