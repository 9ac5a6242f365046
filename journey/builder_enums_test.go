package journey

import (
	"encoding"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBuilderEnums(t *testing.T) {
	var (
		order   Order
		split   Split
		unknown UnknownPolicy
	)
	for want, c := range map[string]struct {
		value encoding.TextMarshaler
		dst   encoding.TextUnmarshaler
		got   func() any
	}{
		"unordered":        {Unordered, &order, func() any { return order }},
		"grouped":          {Grouped, &order, func() any { return order }},
		"at-conversion":    {SplitAtConversion, &split, func() any { return split }},
		"one-per-customer": {OnePerCustomer, &split, func() any { return split }},
		"keep":             {KeepUnknown, &unknown, func() any { return unknown }},
		"merge":            {MergeUnknown, &unknown, func() any { return unknown }},
		"drop":             {DropUnknown, &unknown, func() any { return unknown }},
		"refuse":           {RefuseUnknown, &unknown, func() any { return unknown }},
	} {
		require.Equal(t, want, fmt.Sprint(c.value))
		text, err := c.value.MarshalText()
		require.NoError(t, err)
		require.Equal(t, want, string(text))
		require.NoError(t, c.dst.UnmarshalText(text))
		require.Equal(t, any(c.value), c.got())
		require.ErrorContains(t, c.dst.UnmarshalText([]byte("nothing")), "journey: no such ")
		require.Equal(t, any(c.value), c.got(), "unchanged after an error")
	}
	for want, value := range map[string]encoding.TextMarshaler{
		"Order(9)": Order(9), "Split(9)": Split(9), "UnknownPolicy(9)": UnknownPolicy(9),
	} {
		require.Equal(t, want, fmt.Sprint(value))
		_, err := value.MarshalText()
		require.ErrorContains(t, err, "9")
	}
}

func FuzzBuilderEnumText(f *testing.F) {
	for _, names := range [][]string{orderNames, splitNames, unknownNames} {
		for _, name := range names {
			f.Add([]byte(name))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var (
			o Order
			s Split
			u UnknownPolicy
		)
		if o.UnmarshalText(text) == nil {
			require.Equal(t, string(text), o.String())
		}
		if s.UnmarshalText(text) == nil {
			require.Equal(t, string(text), s.String())
		}
		if u.UnmarshalText(text) == nil {
			require.Equal(t, string(text), u.String())
		}
	})
}
