package journey

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cjm-go/cjm/touchpoint"
)

// ErrTable says that a path table is configured or laid out in a way that makes no sense.
var ErrTable = errors.New("journey: path table")

// PathColumns names the columns of a path table. An empty name stands for the
// usual ones, see [PathTable].
type PathColumns struct {
	Path, Conversions, Conversion, Value, Nulls, Opens string
}

// usualColumns are the headers under which a column is found by itself, compared
// without regard to case.
var usualColumns = map[string][]string{
	"path":        {"path"},
	"conversions": {"conversions", "total_conversions", "conv"},
	"conversion":  {"conversion"},
	"value":       {"value", "total_conversion_value", "conversion_value", "revenue"},
	"nulls":       {"nulls", "total_null", "null", "non_conversions"},
	"opens":       {"opens"},
}

// layout says which field of a row holds what; -1 for what the table lacks.
type layout struct {
	path, conversions, conversion, value, nulls, opens int
	width                                              int
}

// layout finds the columns in the header.
func (t PathTable) layout(header []string) (layout, error) {
	var errs []error
	find := func(what, name string) int {
		names := usualColumns[what]
		if name != "" {
			names = []string{strings.ToLower(strings.TrimSpace(name))}
		}
		at := -1
		for i, h := range header {
			if !slices.Contains(names, strings.ToLower(strings.TrimSpace(h))) {
				continue
			}
			if at >= 0 {
				errs = append(errs, fmt.Errorf("%w: columns %q and %q both hold the %s; name one of them", ErrTable, header[at], h, what))
				return -1
			}
			at = i
		}
		if at < 0 && name != "" {
			errs = append(errs, missingColumn(name, header))
		}
		return at
	}
	c := t.Columns
	l := layout{
		path:        find("path", c.Path),
		conversions: find("conversions", c.Conversions),
		conversion:  find("conversion", c.Conversion),
		value:       find("value", c.Value),
		nulls:       find("nulls", c.Nulls),
		opens:       find("opens", c.Opens),
		width:       len(header),
	}
	if len(errs) > 0 {
		return l, errors.Join(errs...)
	}
	switch {
	case l.path < 0:
		return l, missingColumn("path", header)
	case l.conversions < 0 && l.conversion < 0:
		return l, missingColumn("conversions", header)
	case l.conversion >= 0 && (l.conversions >= 0 || l.nulls >= 0 || l.opens >= 0):
		return l, fmt.Errorf("%w: the column %q makes a row one journey, so there can be no column of counts; name the one that is meant", ErrTable, header[l.conversion])
	}
	return l, nil
}

func missingColumn(name string, header []string) error {
	return fmt.Errorf("%w: column %q; the header has %s", touchpoint.ErrMissing, name, strings.Join(header, ", "))
}

// pathColumnFields are the names of the fields in the text form.
var pathColumnFields = [...]string{"path", "conversions", "conversion", "value", "nulls", "opens"}

// field returns the field of the i-th name.
func (c *PathColumns) field(i int) *string {
	return [...]*string{&c.Path, &c.Conversions, &c.Conversion, &c.Value, &c.Nulls, &c.Opens}[i]
}

// MarshalText returns the names that are set, as in "path=journey,value=revenue".
func (c PathColumns) MarshalText() ([]byte, error) {
	var b []byte
	for i, f := range pathColumnFields {
		if name := *c.field(i); name != "" {
			if len(b) > 0 {
				b = append(b, ',')
			}
			b = append(append(append(b, f...), '='), name...)
		}
	}
	return b, nil
}

// UnmarshalText is the inverse of [PathColumns.MarshalText].
func (c *PathColumns) UnmarshalText(text []byte) error {
	var n PathColumns
	for pair := range strings.SplitSeq(string(text), ",") {
		field, name, ok := strings.Cut(pair, "=")
		field, name = strings.TrimSpace(field), strings.TrimSpace(name)
		i := slices.Index(pathColumnFields[:], field)
		switch {
		case pair == "":
			continue
		case i < 0:
			return fmt.Errorf("%w: no field %q, only %s", ErrTable, field, strings.Join(pathColumnFields[:], ", "))
		case !ok || name == "":
			return fmt.Errorf("%w: field %q names no column", ErrTable, field)
		}
		*n.field(i) = name
	}
	*c = n
	return nil
}
