package journeysql

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOptionsValidate(t *testing.T) {
	for _, o := range []Options{
		{}, {Prefix: "a"}, {Prefix: "_9z_"}, {Prefix: strings.Repeat("p", 32)}, {MaxWait: NoWait}, {MaxWait: time.Hour},
	} {
		require.NoError(t, o.Validate(), o)
	}
	for _, o := range []Options{
		{Prefix: "9"},
		{Prefix: "A"},
		{Prefix: "a b"},
		{Prefix: `a"`},
		{Prefix: "a;"},
		{Prefix: "ü"},
		{Prefix: "a.b"},
		{Prefix: strings.Repeat("p", 33)},
		{MaxWait: -2},
	} {
		require.ErrorIs(t, o.Validate(), ErrOptions, o)
		_, err := o.Open(ctx, nil, SQLite)
		require.ErrorIs(t, err, ErrOptions)
	}
	require.Equal(t, Options{DefaultPrefix, DefaultMaxWait}, Options{}.filled())
	require.Equal(t, Options{"x", 0}, Options{"x", NoWait}.filled())
	require.Equal(t, Options{"x", 7}, Options{"x", 7}.filled())
}
