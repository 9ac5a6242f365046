package touchpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// DefaultMaxRow is the longest row in bytes that a decoder accepts where no other
// limit is set.
const DefaultMaxRow = 64 << 20

var errNegativeMaxRow = errors.New("touchpoint: MaxRow is negative")

func maxRow(n int) int {
	if n == 0 {
		return DefaultMaxRow
	}
	return n
}

// validateInput checks what the decoders have in common.
func validateInput(c Columns, layouts []string, maxRow int) []error {
	errs := []error{c.Validate()}
	if err := validateLayouts(layouts); err != nil {
		errs = append(errs, err)
	}
	if maxRow < 0 {
		errs = append(errs, errNegativeMaxRow)
	}
	return errs
}

// contextReader stops reading when its context is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// done reports whether the channel of a context is closed.
func done(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// fieldCount says that a row has not as many fields as the header.
func fieldCount(got, want int) error {
	return fmt.Errorf("%w: %d fields where the header has %d", ErrSyntax, got, want)
}
