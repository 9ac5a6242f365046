package touchpoint

import (
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRowErrorText(t *testing.T) {
	for _, test := range []struct {
		err  RowError
		want string
	}{
		{RowError{Source: "orders.csv", Line: 17, Field: "value", Err: errNegative}, "orders.csv:17: value: out of range: negative"},
		{RowError{Line: 17, Err: ErrSyntax}, "line 17: malformed row"},
		{RowError{Source: "a", Err: ErrSyntax}, "a: malformed row"},
		{RowError{Field: "time", Err: ErrMissing}, "time: missing"},
		{RowError{Err: ErrMissing}, "missing"},
	} {
		assert.Equal(t, test.want, test.err.Error())
	}
}

func TestInputErrorText(t *testing.T) {
	err := &InputError{Source: "orders.csv", Line: 1, Field: "header", Err: ErrMissing}
	assert.Equal(t, "touchpoint: orders.csv:1: header: missing", err.Error())
	assert.Equal(t, "touchpoint: missing", (&InputError{Err: ErrMissing}).Error())
}

func TestErrorsUnwrap(t *testing.T) {
	assert.ErrorIs(t, &RowError{Err: errNegative}, ErrRange)
	assert.ErrorIs(t, &InputError{Err: io.ErrUnexpectedEOF}, io.ErrUnexpectedEOF)
	var row *RowError
	assert.False(t, errors.As(error(&InputError{Err: ErrSyntax}), &row), "what ends an input is no bad row")
}
