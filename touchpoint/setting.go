package touchpoint

import (
	"fmt"
	"strconv"
)

// Setting tells where an interaction took place.
type Setting uint8

const (
	// UnknownSetting: the source does not say. It is the zero value.
	UnknownSetting Setting = iota
	// Online: on a site, in an app, by e-mail, in an advertisement on a screen.
	Online
	// Offline: in a store, on the telephone, on paper, at a fair.
	Offline
)

// String returns "", "online" or "offline", and "Setting(7)" for a value that
// is none of the constants.
func (s Setting) String() string {
	switch s {
	case UnknownSetting:
		return ""
	case Online:
		return "online"
	case Offline:
		return "offline"
	}
	return "Setting(" + strconv.Itoa(int(s)) + ")"
}

// MarshalText returns the text of [Setting.String]. A value that is none of the
// constants is an error, [ErrRange].
func (s Setting) MarshalText() ([]byte, error) {
	if s > Offline {
		return nil, fmt.Errorf("touchpoint: setting: %w", ErrRange)
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads "", "online" or "offline" in any case. Any other text is
// an error, [ErrFormat].
func (s *Setting) UnmarshalText(text []byte) error {
	v, ok := parseSetting(text)
	if !ok {
		return fmt.Errorf("touchpoint: setting: %w", errNotSetting)
	}
	*s = v
	return nil
}

func parseSetting(text []byte) (Setting, bool) {
	switch {
	case len(text) == 0:
		return UnknownSetting, true
	case equalFold(text, "online"):
		return Online, true
	case equalFold(text, "offline"):
		return Offline, true
	}
	return 0, false
}

// equalFold reports whether text is the lower-case ASCII word, in any case.
func equalFold[T string | []byte](text T, word string) bool {
	if len(text) != len(word) {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}
