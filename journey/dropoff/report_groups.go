package dropoff

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Value is a value of a [journey.Key], or that it is not known, which is the zero Value.
type Value struct{ text string }

// ValueOf returns the value with the text; empty text is the value not known.
func ValueOf(text string) Value { return Value{text} }

// Text returns the text of the value, and whether it is known.
func (v Value) Text() (string, bool) { return v.text, v.text != "" }

// String returns the text of the value, for people: "(unknown)" if it is not known.
func (v Value) String() string {
	if v.text == "" {
		return "(unknown)"
	}
	return v.text
}

// MarshalJSON returns the text, or null if the value is not known.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.text == "" {
		return []byte("null"), nil
	}
	return json.Marshal(v.text)
}

// UnmarshalJSON is the inverse of [Value.MarshalJSON].
func (v *Value) UnmarshalJSON(data []byte) error {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*v = Value{}
	if text != nil {
		v.text = *text
	}
	return nil
}

// Compare orders values by their text, byte by byte; the one not known is the last.
func (v Value) Compare(w Value) int {
	switch {
	case v == w:
		return 0
	case v.text == "":
		return 1
	case w.text == "":
		return -1
	}
	return strings.Compare(v.text, w.text)
}

// Breakdown is a [Report] by the values of a [Group].
type Breakdown struct {
	name    string
	of      Which
	values  []Value
	reports []*Report
}

// breakdown returns the reports of the i-th group.
func (c *Counts) breakdown(i int) *Breakdown {
	b := &Breakdown{name: c.groups[i].Name, of: c.groups[i].Of}
	for text := range maps.Keys(c.tables[i]) {
		b.values = append(b.values, Value{text})
	}
	slices.SortFunc(b.values, Value.Compare)
	for _, v := range b.values {
		b.reports = append(b.reports, c.reportOf(c.tables[i][v.text].clone()))
	}
	return b
}

func (b *Breakdown) withLevel(level float64) *Breakdown {
	n := *b
	n.reports = make([]*Report, len(b.reports))
	for i, r := range b.reports {
		n.reports[i] = r.withLevel(level)
	}
	return &n
}

// Name returns the name of the group.
func (b *Breakdown) Name() string { return b.name }

// Of returns which touch of a path gives the value.
func (b *Breakdown) Of() Which { return b.of }

// Len returns the number of values.
func (b *Breakdown) Len() int { return len(b.values) }

// All returns the values in the order of [Value.Compare] and what became of the
// attempts of each. Their reports have no groups and no warnings.
func (b *Breakdown) All() iter.Seq2[Value, *Report] {
	return func(yield func(Value, *Report) bool) {
		for i, v := range b.values {
			if !yield(v, b.reports[i]) {
				return
			}
		}
	}
}

// Find returns the report of the value, and whether there is one.
func (b *Breakdown) Find(v Value) (*Report, bool) {
	i, ok := slices.BinarySearchFunc(b.values, v, Value.Compare)
	if !ok {
		return nil, false
	}
	return b.reports[i], true
}
