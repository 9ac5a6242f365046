package touchpoint

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Consent says for which purposes, such as "ads" or "analytics", a customer allowed
// the use of a record. The zero value is absent: the source says nothing. That is
// not the same as a consent that is given and grants nothing, the result of
// NewConsent(nil).
//
// A Consent is a value: it never changes, and two can be compared with ==.
type Consent struct {
	// text is the canonical form, that of [Consent.String]; "" if absent.
	text string
}

// noPurposes is the text of a consent that is given and names no purpose.
const noPurposes = "none"

// NewConsent returns the consent that says of each purpose whether it is granted.
// A purpose that is not in the map is not granted. The names of purposes are not
// empty, valid UTF-8 and have no Unicode space around them: otherwise the error is
// [ErrFormat] or [ErrEncoding].
func NewConsent(purposes map[string]bool) (Consent, error) {
	for _, name := range slices.Sorted(maps.Keys(purposes)) {
		if err := validPurpose(name); err != nil {
			return Consent{}, fmt.Errorf("touchpoint: consent: %w", err)
		}
	}
	return consentOf(purposes), nil
}

// consentOf writes the canonical form of purposes with valid names.
func consentOf(purposes map[string]bool) Consent {
	if len(purposes) == 0 {
		return Consent{noPurposes}
	}
	var b []byte
	for i, name := range slices.Sorted(maps.Keys(purposes)) {
		if i > 0 {
			b = append(b, ';')
		}
		for k := range len(name) {
			if strings.IndexByte(`;=\{`, name[k]) >= 0 {
				b = append(b, '\\')
			}
			b = append(b, name[k])
		}
		b = append(b, '=')
		if purposes[name] {
			b = append(b, "yes"...)
		} else {
			b = append(b, "no"...)
		}
	}
	return Consent{string(b)}
}

func validPurpose(name string) error {
	switch {
	case !utf8.ValidString(name):
		return ErrEncoding
	case name == "" || strings.TrimSpace(name) != name:
		return errPurpose
	}
	return nil
}

// Given reports whether the source says anything about consent.
func (c Consent) Given() bool { return c.text != "" }

// Granted reports whether the purpose is granted. It is not where no consent is
// given, or where one is given that does not name the purpose.
func (c Consent) Granted(purpose string) bool {
	for name, granted := range c.All() {
		if name == purpose {
			return granted
		}
	}
	return false
}

// All yields the purposes that are named, in the order of their bytes, and whether
// each is granted.
func (c Consent) All() iter.Seq2[string, bool] {
	return func(yield func(string, bool) bool) {
		rest := c.text
		if rest == noPurposes {
			return
		}
		for rest != "" {
			var name, word string
			name, rest, _ = cutRaw(rest, '=')
			word, rest, _ = strings.Cut(rest, ";")
			if !yield(unescape(name), word == "yes") {
				return
			}
		}
	}
}

// cutRaw cuts s around the first separator that has no backslash before it.
func cutRaw(s string, separator byte) (before, after string, found bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case separator:
			return s[:i], s[i+1:], true
		case '\\':
			i++
		}
	}
	return s, "", false
}

// unescape takes the backslashes away: each gives way to what stands behind it.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b = append(b, s[i])
	}
	return string(b)
}
