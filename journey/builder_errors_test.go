package journey

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cjm-go/cjm/touchpoint"
)

func TestBuilderBadTouchpoints(t *testing.T) {
	noTime := touchpoint.Touchpoint{Customer: "ann", Channel: "email"}
	noCustomer := builderTouch("", 0, "email")
	infinite := builderTouch("ann", 0, "email")
	infinite.Value = math.Inf(1)
	secret := builderTouch("ann", 0, "email")
	secret.Value = -4711
	good := builderTouch("bob", 0, "email")
	for _, order := range []Order{Unordered, Grouped} {
		paths, report, errs := builderCollect(Builder{Order: order}, builderSeq(noTime, noCustomer, infinite, secret, good))
		require.Equal(t, []string{"bob: email > lost @0h"}, builderLines(paths))
		require.Len(t, errs, 4)
		require.EqualValues(t, 4, report.Invalid)
		builderBalance(t, &report)
		for i, class := range []error{touchpoint.ErrMissing, touchpoint.ErrMissing, touchpoint.ErrRange, touchpoint.ErrRange} {
			var row *touchpoint.RowError
			require.ErrorIs(t, errs[i], class)
			require.ErrorAs(t, errs[i], &row)
			require.NotContains(t, errs[i].Error(), "4711")
		}
	}
}

func TestBuilderNotGrouped(t *testing.T) {
	in := []touchpoint.Touchpoint{builderTouch("ann", 0, "x"), builderTouch("bob", 0, "x"), builderTouch("ann", 1, "x"), builderTouch("cid", 0, "x")}
	paths, _, errs := builderCollect(Builder{Order: Grouped}, builderSeq(in...))
	require.Equal(t, []string{"ann: x > lost @0h", "bob: x > lost @0h"}, builderLines(paths))
	require.Equal(t, []error{ErrNotGrouped}, errs)
}

// A bad row is passed on and the run goes on; any other error of the input
// means that it broke off, and no path may come of the rest.
func TestBuilderInputErrors(t *testing.T) {
	row := &touchpoint.RowError{Source: "f.csv", Line: 3, Err: touchpoint.ErrSyntax}
	input := func(middle error) func(func(touchpoint.Touchpoint, error) bool) {
		return func(yield func(touchpoint.Touchpoint, error) bool) {
			_ = yield(builderTouch("ann", 0, "x"), nil) && yield(touchpoint.Touchpoint{}, middle) && yield(builderTouch("ann", 1, "y"), nil)
		}
	}
	for _, order := range []Order{Unordered, Grouped} {
		paths, report, errs := builderCollect(Builder{Order: order}, input(row))
		require.Equal(t, []string{"ann: x y > lost @1h"}, builderLines(paths))
		require.Equal(t, []error{row}, errs)
		require.EqualValues(t, 1, report.BadRows)

		for _, fatal := range []error{io.ErrUnexpectedEOF, &touchpoint.InputError{Err: io.ErrUnexpectedEOF}} {
			paths, report, errs = builderCollect(Builder{Order: order}, input(fatal))
			require.Empty(t, paths)
			require.Equal(t, []error{fatal}, errs)
			require.EqualValues(t, 1, report.Read)
		}
	}
}

func TestBuilderBreak(t *testing.T) {
	row := &touchpoint.RowError{Err: touchpoint.ErrSyntax}
	read := 0
	in := func(yield func(touchpoint.Touchpoint, error) bool) {
		for i := range 10 {
			read++
			err := error(nil)
			if i == 4 {
				err = row
			}
			if !yield(builderTouch(string(rune('a'+i)), 0, "x"), err) {
				return
			}
		}
	}
	for _, order := range []Order{Unordered, Grouped} {
		read = 0
		for _, err := range (Builder{Order: order}).Build(context.Background(), in, nil) {
			if err != nil {
				break
			}
		}
		require.Equal(t, 5, read, "nothing is read after the consumer left")
	}
	paths := 0
	for range (Builder{}).Build(context.Background(), builderSeq(builderTouch("a", 0, "x"), builderTouch("b", 0, "x")), nil) {
		paths++
		break
	}
	require.Equal(t, 1, paths)
}

func TestBuilderContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range (Builder{}).Build(ctx, builderSeq(), nil) {
		require.ErrorIs(t, err, context.Canceled)
	}

	// Cancelled while reading: an endless input ends.
	for _, order := range []Order{Unordered, Grouped} {
		ctx, cancel = context.WithCancel(context.Background())
		endless := func(yield func(touchpoint.Touchpoint, error) bool) {
			for i := 0; yield(builderTouch("ann", float64(i), "x"), nil); i++ {
				if i == 10 {
					cancel()
				}
			}
		}
		var errs []error
		for _, err := range (Builder{Order: order}).Build(ctx, endless, nil) {
			errs = append(errs, err)
		}
		cancel()
		require.Len(t, errs, 1)
		require.ErrorIs(t, errs[0], context.Canceled)
	}

	// Cancelled while the paths are made.
	ctx, cancel = context.WithCancel(context.Background())
	defer cancel()
	var in []touchpoint.Touchpoint
	for i := range 3 * builderCheckEvery {
		in = append(in, builderTouch(string(rune(0x4e00+i)), 0, "x"))
	}
	paths, last := 0, error(nil)
	for _, err := range (Builder{}).Build(ctx, builderSeq(in...), nil) {
		paths, last = paths+1, err
		cancel()
	}
	require.ErrorIs(t, last, context.Canceled)
	require.LessOrEqual(t, paths, builderCheckEvery+1)
}

func TestBuilderErrorsNameNobody(t *testing.T) {
	in := []touchpoint.Touchpoint{builderTouch("geheim", 0, "x"), builderTouch("b", 0, "x"), builderTouch("geheim", 0, "x")}
	_, _, errs := builderCollect(Builder{Order: Grouped}, builderSeq(in...))
	_, _, more := builderCollect(Builder{MaxBuffered: 1, NoSpill: true}, builderSeq(in...))
	require.True(t, errors.Is(more[0], ErrTooLarge))
	for _, err := range slices.Concat(errs, more) {
		require.NotContains(t, err.Error(), "geheim")
	}
}
