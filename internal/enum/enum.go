// Package enum has the text forms of enumerations, whose values count from 0 and have
// a name each.
package enum

import (
	"fmt"
	"slices"
	"strings"
)

// String returns the name of the value, or that of its type with the number, such as
// Order(7), for one that has none.
func String[E ~uint8](typeName string, names []string, v E) string {
	if int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprintf("%s(%d)", typeName, uint8(v))
}

// Text returns the name of the value. The error says which package has no such value,
// and of what.
func Text[E ~uint8](pkg, what string, names []string, v E) ([]byte, error) {
	if int(v) < len(names) {
		return []byte(names[v]), nil
	}
	return nil, fmt.Errorf("%s: no such %s: %d", pkg, what, uint8(v))
}

// Parse sets dst to the value with the name. The error lists the names that there
// are.
func Parse[E ~uint8](pkg, what string, names []string, text []byte, dst *E) error {
	i := slices.Index(names, string(text))
	if i < 0 {
		return fmt.Errorf("%s: no such %s: %q, want %s", pkg, what, text, strings.Join(names, ", "))
	}
	*dst = E(i)
	return nil
}
