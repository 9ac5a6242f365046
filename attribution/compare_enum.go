package attribution

import (
	"fmt"
	"slices"
	"strings"
)

// marshalEnum returns the name of a constant.
func marshalEnum(c uint8, names []string, typ string) ([]byte, error) {
	if int(c) >= len(names) {
		return nil, fmt.Errorf("%w: no such %s", ErrConfig, typ)
	}
	return []byte(names[c]), nil
}

// unmarshalEnum sets the constant to the one with the name.
func unmarshalEnum(c *uint8, text []byte, names []string, typ string) error {
	i := slices.Index(names, string(text))
	if i < 0 {
		return fmt.Errorf("%w: no such %s, want %s", ErrConfig, typ, strings.Join(names, ", "))
	}
	*c = uint8(i)
	return nil
}
