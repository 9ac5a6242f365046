package dropoff

import (
	"slices"
	"time"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/stage"
	"github.com/cjm-go/cjm/touchpoint"
)

// describe returns all that can be said in bytes of the funnel and the groups:
// everything but what functions do, of which it only says that they are there.
// What has equal descriptions can be merged.
func describe(f *Funnel, groups []Group) []byte {
	var b []byte
	flag := func(is bool) {
		n := uint64(0)
		if is {
			n = 1
		}
		b = wire.AppendUint(b, n)
	}
	number := func(n int64) { b = wire.AppendCount(b, n) }
	condition := func(name string, channels []touchpoint.Channel, kinds []touchpoint.Kind, stages []stage.Stage, match bool) {
		b = wire.AppendString(b, name)
		b = wire.AppendNames(b, distinct(channels))
		b = wire.AppendNames(b, distinct(kinds))
		b = wire.AppendNames(b, distinct(stages))
		flag(match)
	}
	number(int64(len(f.Steps)))
	for i := range f.Steps {
		s := &f.Steps[i]
		condition(s.Name, s.Channels, s.Kinds, s.Stages, s.Match != nil)
		flag(s.Optional)
		flag(s.Directly)
		number(int64(s.Within))
	}
	number(int64(len(f.Exclusions)))
	for i := range f.Exclusions {
		x := &f.Exclusions[i]
		condition(x.Name, x.Channels, x.Kinds, x.Stages, x.Match != nil)
		number(int64(x.From))
		number(int64(x.To))
		flag(x.Drop)
	}
	number(int64(f.Order))
	number(int64(f.Entry))
	flag(f.Open)
	number(int64(f.Window))
	number(int64(f.StepWindow))
	flag(f.Constant != nil)
	number(int64(f.Ties))
	number(int64(f.Tolerance))
	b = appendTime(b, f.AsOf)
	number(int64(f.LostAfter))
	number(int64(f.Like))
	number(int64(len(groups)))
	for i := range groups {
		b = wire.AppendString(b, groups[i].Name)
		number(int64(groups[i].Of))
	}
	return b
}

// distinct returns the names sorted, each once.
func distinct[S ~string](names []S) []S {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}

// appendTime appends the instant, whatever its zone.
func appendTime(b []byte, t time.Time) []byte {
	b = wire.AppendUint(b, uint64(t.Unix()))
	return wire.AppendUint(b, uint64(t.Nanosecond()))
}
