package attributiontest

import "github.com/cjm-go/cjm/attribution"

// CheckOnly runs the check with the name. It panics if there is none.
func CheckOnly(name string, model attribution.Model, opts Options) error {
	for _, c := range checks() {
		if c.name == name {
			return c.run(model, opts)
		}
	}
	panic("no check " + name)
}

// CheckNames returns the names of all checks.
func CheckNames() []string {
	var names []string
	for _, c := range checks() {
		names = append(names, c.name)
	}
	return names
}
