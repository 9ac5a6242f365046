package dropoff

import (
	"encoding/json"

	"github.com/cjm-go/cjm/stage"
)

// stagesJSONVersion is the version of the JSON form of a StageReport.
const stagesJSONVersion = 1

// MarshalJSON returns the report as an object with a version field. Times are
// quantiles in seconds; the funnels are in the form of [Report.MarshalJSON].
func (r *StageReport) MarshalJSON() ([]byte, error) {
	out := jsonStages{
		Version: stagesJSONVersion, Level: r.level,
		Paths: r.Paths(), Unstaged: r.Unstaged(), Buyers: r.Buyers(), Customers: r.Customers(),
		Touches: r.Touches(), WithoutStage: r.WithoutStage(), InOtherStages: r.InOtherStages(),
		Moves:  []jsonMove{},
		Funnel: r.funnel, Buyer: r.buyer, Customer: r.customer,
		Warnings: newJSONWarnings(r.Warnings()),
	}
	for row := range r.Stages() {
		out.Stages = append(out.Stages, jsonStage(row))
	}
	for m := range r.Moves() {
		out.Moves = append(out.Moves, jsonMove(m))
	}
	return json.Marshal(out)
}

type jsonStages struct {
	Version       int         `json:"version"`
	Level         float64     `json:"level"`
	Paths         int64       `json:"paths"`
	Unstaged      int64       `json:"unstaged"`
	Buyers        int64       `json:"buyers"`
	Customers     int64       `json:"customers"`
	Touches       int64       `json:"touches"`
	WithoutStage  int64       `json:"without_stage"`
	InOtherStages int64       `json:"in_other_stages"`
	Stages        []jsonStage `json:"stages"`
	Moves         []jsonMove  `json:"moves"`
	Funnel        *Report     `json:"funnel"`
	Buyer         *Report     `json:"buyer,omitempty"`
	Customer      *Report     `json:"customer,omitempty"`
	Warnings      []string    `json:"warnings,omitempty"`
}

type jsonStage struct {
	Stage          stage.Stage `json:"stage"`
	Phase          stage.Phase `json:"phase,omitzero"`
	Reached        int64       `json:"reached"`
	Online         int64       `json:"online"`
	Offline        int64       `json:"offline"`
	UnknownSetting int64       `json:"unknown_setting"`
	ReachedRate    Rate        `json:"reached_rate"`
	Skipped        int64       `json:"skipped"`
	Furthest       int64       `json:"furthest"`
	FellFrom       int64       `json:"fell_from"`
	FellTo         int64       `json:"fell_to"`
	LastOpen       int64       `json:"last_open"`
	LastConverted  int64       `json:"last_converted"`
	LastLost       int64       `json:"last_lost"`
	Stays          Times       `json:"stays"`
	Open           Times       `json:"open"`
}

type jsonMove struct {
	From  stage.Stage `json:"from"`
	To    stage.Stage `json:"to"`
	Back  bool        `json:"back"`
	Count int64       `json:"count"`
}
