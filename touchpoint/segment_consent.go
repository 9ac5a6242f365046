package touchpoint

import (
	"fmt"
	"strings"
)

// consentPath is where a call holds the consent of its customer.
const (
	consentPath       = "context.consent"
	consentPreference = consentPath + ".categoryPreferences"
)

var errNotPreferences = fmt.Errorf("%w: want an object of purposes that are true or false", ErrFormat)

// setConsent sets the consent to the member at path: an object of booleans, or a
// text that holds a consent. No such member is no consent; an empty object is one
// that grants nothing. Unless they are kept, the members are no properties then.
func (a *assembler) setConsent(t *Touchpoint, members []flatMember, path string, keep bool) *RowError {
	var purposes map[string]bool
	for i := range members {
		m := &members[i]
		rest, found := strings.CutPrefix(m.path, path)
		switch {
		case !found || rest != "" && rest[0] != '.':
			continue
		case rest == "" && m.scalar():
			return a.setFrom(t, fieldConsent, m, keep)
		case rest == "" && string(m.text) != "{}":
			return &RowError{Field: path, Err: errNotPreferences}
		}
		if purposes == nil {
			purposes = make(map[string]bool)
		}
		if m.used = m.used || !keep; rest == "" {
			continue
		}
		purpose := rest[1:]
		_, twice := purposes[purpose]
		if m.first != 't' && m.first != 'f' || twice {
			return &RowError{Field: path, Err: errNotPreferences}
		}
		purposes[purpose] = m.first == 't'
	}
	if purposes == nil {
		return nil
	}
	var err error
	if t.Consent, err = NewConsent(purposes); err != nil {
		return &RowError{Field: path, Err: errNotPreferences}
	}
	return nil
}

// inConsent reports whether a member is the consent or a part of it.
func inConsent(path string) bool {
	rest, ok := strings.CutPrefix(path, consentPath)
	return ok && (rest == "" || rest[0] == '.')
}
