package touchpoint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// column is one column of a CSV file.
type column struct {
	name   string  // as in the header; "#3" for the third if it has none
	fields []field // which take its text; none if it is a property
}

// bind finds out what each column of the header holds.
func (c *Columns) bind(header []string) ([]column, error) {
	columns := make([]column, len(header))
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.TrimSpace(name)
		if names[i] == "" {
			names[i] = "#" + strconv.Itoa(i+1)
		}
		columns[i].name = names[i]
	}
	has := func(err error, format string, args ...any) error {
		reason := fmt.Sprintf(format, args...)
		if looksLikeData(names) {
			return fmt.Errorf("%w: %s; the first row looks like data, not like a header", err, reason)
		}
		return fmt.Errorf("%w: %s; the header has %s", err, reason, list(names))
	}

	var bound [numFields]bool
	named := make([]bool, len(header))
	for f := range numFields {
		name := c.named(f)
		if name == "" || name == NoColumn {
			continue
		}
		i := slices.Index(names, name)
		switch {
		case i < 0:
			return nil, has(ErrMissing, "no column %q, named for %v", name, f)
		case slices.Contains(names[i+1:], name):
			return nil, has(ErrSyntax, "column %q, named for %v, occurs twice", name, f)
		}
		columns[i].fields = append(columns[i].fields, f)
		named[i], bound[f] = true, true
	}
	for f := range numFields {
		if c.named(f) != "" {
			continue
		}
		best, twice := findUsual(f, names, named)
		if twice >= 0 {
			return nil, has(ErrSyntax, "columns %q and %q both fit %v", names[best], names[twice], f)
		}
		if best >= 0 {
			columns[best].fields = append(columns[best].fields, f)
			bound[f] = true
		}
	}
	switch {
	case !bound[fieldCustomer]:
		return nil, has(ErrMissing, "no column for customer")
	case !bound[fieldTime]:
		return nil, has(ErrMissing, "no column for time")
	case !bound[fieldChannel] && !bound[fieldKind]:
		return nil, has(ErrMissing, "no column for channel or kind")
	}
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if seen[name] {
			return nil, has(ErrSyntax, "column %q occurs twice", name)
		}
		seen[name] = true
	}
	return columns, nil
}

// findUsual returns the column that has the first of the field's usual names,
// and a second one that has it; -1 if there is none. Columns that are named for
// a field are left out.
func findUsual(f field, names []string, named []bool) (best, twice int) {
	for _, usual := range fields[f].usual {
		best, twice = -1, -1
		for i, name := range names {
			switch {
			case named[i] || !equalFold(name, usual):
			case best < 0:
				best = i
			case twice < 0:
				twice = i
			}
		}
		if best >= 0 {
			break
		}
	}
	return best, twice
}

// looksLikeData reports whether a text of the first row is a number, a time or an
// e-mail address: then it is probably no header, and may hold a customer's data.
func looksLikeData(names []string) bool {
	for _, name := range names {
		_, notNumber := parseNumber([]byte(name))
		_, isTime := parseISO([]byte(name), time.UTC)
		if notNumber == nil || isTime || strings.Contains(name, "@") {
			return true
		}
	}
	return false
}

// list joins the names, not too many of them.
func list(names []string) string {
	const most = 50
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}
