package attributiontest

import "slices"

// shrink removes rows and touches from a table that fails as long as what is left
// fails, whatever the failure. It returns the smallest table found and its
// failure.
func shrink(t table, err error, fails func(table) error) (table, error) {
	keep := func(smaller table) bool {
		if smaller.conversions() == 0 {
			return false
		}
		e := fails(smaller)
		if e != nil {
			t, err = smaller, e
		}
		return e != nil
	}
	for again := true; again; {
		again = false
		for i := len(t) - 1; i >= 0; i-- {
			if keep(slices.Delete(t.clone(), i, i+1)) {
				again = true
			}
		}
		for i := range t {
			for j := len(t[i].channels) - 1; j >= 0; j-- {
				if keep(t.without(i, j)) {
					again = true
				}
			}
		}
	}
	return t, err
}

// without returns the table without touch j of row i.
func (t table) without(i, j int) table {
	out := t.clone()
	r := &out[i]
	r.channels = slices.Delete(r.channels, j, j+1)
	if r.ages != nil {
		r.ages = slices.Delete(r.ages, j, j+1)
	}
	return out
}
