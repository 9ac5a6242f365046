package touchpoint

import (
	"fmt"
	"strings"
)

var (
	errPurpose      = fmt.Errorf("%w: a purpose is empty or has space around it", ErrFormat)
	errPurposeTwice = fmt.Errorf("%w: a purpose is given twice", ErrFormat)
	errNotConsent   = fmt.Errorf("%w: want purpose=yes;purpose=no, none, or a JSON object of booleans", ErrFormat)
)

// String returns the text form: the purposes in order, as in "ads=yes;analytics=no";
// "none" if a consent is given that names none; "" if none is given. The characters
// ; = { and the backslash have a backslash before them in a name.
func (c Consent) String() string { return c.text }

// MarshalText returns the text of [Consent.String]. The error is always nil.
func (c Consent) MarshalText() ([]byte, error) { return []byte(c.text), nil }

// UnmarshalText reads the form of [Consent.String], or the JSON object that
// [Consent.MarshalJSON] writes: a cell of CSV may hold either. Purposes may come in
// any order and with space around them; what follows the = is yes or no, true or
// false, granted or denied, 1 or 0, in any case. The empty text means that no
// consent is given. The error is [ErrFormat], [ErrSyntax] or [ErrEncoding]; c is then
// as it was.
func (c *Consent) UnmarshalText(text []byte) error {
	v, err := parseConsent(text)
	if err != nil {
		return fmt.Errorf("touchpoint: consent: %w", err)
	}
	*c = v
	return nil
}

// MarshalJSON returns an object of the purposes, as in {"ads":true,"analytics":false},
// or null if no consent is given.
func (c Consent) MarshalJSON() ([]byte, error) {
	if !c.Given() {
		return []byte("null"), nil
	}
	return appendConsent(nil, c), nil
}

func appendConsent(b []byte, c Consent) []byte {
	b = append(b, '{')
	for name, granted := range c.All() {
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(appendJSONText(b, name), ':')
		if granted {
			b = append(b, "true"...)
		} else {
			b = append(b, "false"...)
		}
	}
	return append(b, '}')
}

// UnmarshalJSON reads an object of booleans, or null for no consent. A purpose that
// is null counts as not named. The error is [ErrFormat], [ErrSyntax] or [ErrEncoding]; c
// is then as it was.
func (c *Consent) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*c = Consent{}
		return nil
	}
	v, err := parseConsentObject(data)
	if err != nil {
		return fmt.Errorf("touchpoint: consent: %w", err)
	}
	*c = v
	return nil
}

// parseConsent reads either form.
func parseConsent(text []byte) (Consent, error) {
	s := strings.TrimSpace(string(text))
	switch {
	case s == "":
		return Consent{}, nil
	case s[0] == '{':
		return parseConsentObject([]byte(s))
	case equalFold(s, noPurposes):
		return Consent{noPurposes}, nil
	}
	purposes := make(map[string]bool)
	for rest := s; rest != ""; {
		var pair string
		pair, rest, _ = cutRaw(rest, ';')
		name, word, found := cutRaw(pair, '=')
		granted, ok := parseGrant(strings.TrimSpace(word))
		if !found || !ok {
			return Consent{}, errNotConsent
		}
		if err := addPurpose(purposes, unescape(name), granted); err != nil {
			return Consent{}, err
		}
	}
	return consentOf(purposes), nil
}

// parseGrant reads the word behind a purpose.
func parseGrant(word string) (granted, ok bool) {
	for _, w := range [...]string{"yes", "true", "granted", "1"} {
		if equalFold(word, w) {
			return true, true
		}
	}
	for _, w := range [...]string{"no", "false", "denied", "0"} {
		if equalFold(word, w) {
			return false, true
		}
	}
	return false, false
}

func parseConsentObject(data []byte) (Consent, error) {
	var s jsonScanner
	s.reset(data)
	if s.peek() != '{' {
		return Consent{}, errNotConsent
	}
	purposes := make(map[string]bool)
	err := s.object(func(key []byte) error {
		first, start := s.peek(), s.pos
		if err := s.skip(); err != nil {
			return err
		}
		switch string(s.data[start:s.pos]) {
		case "true", "false":
			return addPurpose(purposes, string(key), first == 't')
		case "null":
			return nil
		}
		return errNotConsent
	})
	if err != nil {
		return Consent{}, err
	}
	if s.peek() != 0 || s.pos < len(s.data) {
		return Consent{}, errTrailing
	}
	return consentOf(purposes), nil
}

func addPurpose(purposes map[string]bool, name string, granted bool) error {
	name = strings.TrimSpace(name)
	if err := validPurpose(name); err != nil {
		return err
	}
	if _, twice := purposes[name]; twice {
		return errPurposeTwice
	}
	purposes[name] = granted
	return nil
}
