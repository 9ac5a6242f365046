package stage

import (
	"database/sql/driver"
	"errors"
	"fmt"
)

// Stage is the name of a step that a customer goes through, such as
// "awareness". It is an ordinary comparable string: a [Model] gives it order
// and meaning.
type Stage string

// ErrScan means that a database column holds something that is not text.
var ErrScan = errors.New("stage: column is not text")

// Scan implements [database/sql.Scanner] for text columns. NULL is the empty
// stage. Anything but text is an error, [ErrScan].
func (s *Stage) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*s = ""
	case string:
		*s = Stage(v)
	case []byte:
		*s = Stage(v)
	default:
		return fmt.Errorf("%w: %T", ErrScan, src)
	}
	return nil
}

// Value implements [driver.Valuer]: the name as a string. The error is always
// nil.
func (s Stage) Value() (driver.Value, error) { return string(s), nil }
