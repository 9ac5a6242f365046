package touchpoint

import (
	"database/sql/driver"
	"fmt"
)

// Scan implements [database/sql.Scanner] for text columns. NULL is the empty
// channel. Anything but text is an error, [ErrFormat].
func (c *Channel) Scan(src any) error { return scanText(c, "channel", src) }

// Value implements [driver.Valuer]: the name as a string. The error is always
// nil.
func (c Channel) Value() (driver.Value, error) { return string(c), nil }

// Scan implements [database/sql.Scanner] for text columns. NULL is the empty
// kind. Anything but text is an error, [ErrFormat].
func (k *Kind) Scan(src any) error { return scanText(k, "kind", src) }

// Value implements [driver.Valuer]: the name as a string. The error is always
// nil.
func (k Kind) Value() (driver.Value, error) { return string(k), nil }

func scanText[T ~string](dst *T, name string, src any) error {
	switch v := src.(type) {
	case nil:
		*dst = ""
	case string:
		*dst = T(v)
	case []byte:
		*dst = T(v)
	default:
		return fmt.Errorf("touchpoint: %s: %w: column is not text but %T", name, ErrFormat, src)
	}
	return nil
}
