package attributiontest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/cjm-go/cjm/journey"
	"github.com/cjm-go/cjm/touchpoint"
)

// row is one counted path, by the names of its channels.
type row struct {
	channels                  []touchpoint.Channel
	ages                      []time.Duration // one a touch, or nil
	conversions, nulls, opens int64
	value                     float64
}

// counted returns the row as a path of the dictionary.
func (r row) counted(dict *journey.Dictionary) *journey.Counted {
	p := &journey.Counted{
		Dictionary: dict, Ages: slices.Clone(r.ages),
		Conversions: r.conversions, Nulls: r.nulls, Opens: r.opens, Value: r.value,
	}
	for _, c := range r.channels {
		p.Channels = append(p.Channels, dict.Code(c))
	}
	return p
}

// String describes the row as a failure shows it.
func (r row) String() string {
	var b strings.Builder
	for i, c := range r.channels {
		if i > 0 {
			b.WriteString(" > ")
		}
		fmt.Fprintf(&b, "%q", c)
		if r.ages != nil {
			fmt.Fprintf(&b, " (%v before)", r.ages[i])
		}
	}
	if len(r.channels) == 0 {
		b.WriteString("no touch")
	}
	fmt.Fprintf(&b, ": %d converted", r.conversions)
	if r.value != 0 {
		fmt.Fprintf(&b, " (worth %v)", r.value)
	}
	fmt.Fprintf(&b, ", %d lost, %d open", r.nulls, r.opens)
	return b.String()
}

// samePath reports whether Add has left the path alone.
func samePath(p, q *journey.Counted) bool {
	return p.Dictionary == q.Dictionary && slices.Equal(p.Channels, q.Channels) && slices.Equal(p.Ages, q.Ages) &&
		p.Conversions == q.Conversions && p.Nulls == q.Nulls && p.Opens == q.Opens && p.Value == q.Value
}

// overwrite makes nonsense of a path.
func overwrite(p *journey.Counted) {
	for i := range p.Channels {
		p.Channels[i] = math.MaxUint32
	}
	for i := range p.Ages {
		p.Ages[i] = -1
	}
	*p = journey.Counted{Conversions: -1}
}

// table is what a model counts.
type table []row

// String lists the rows by number.
func (t table) String() string {
	var b strings.Builder
	for i, r := range t {
		fmt.Fprintf(&b, "  row %d: %v\n", i+1, r)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// clone returns a copy whose rows can be changed.
func (t table) clone() table {
	out := slices.Clone(t)
	for i := range out {
		out[i].channels = slices.Clone(out[i].channels)
		out[i].ages = slices.Clone(out[i].ages)
	}
	return out
}

// shuffled returns the rows in random order.
func (t table) shuffled(rng *rand.Rand) table {
	out := slices.Clone(t)
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// parts deals the rows to n tables at random.
func (t table) parts(rng *rand.Rand, n int) []table {
	parts := make([]table, n)
	for _, r := range t {
		i := rng.IntN(n)
		parts[i] = append(parts[i], r)
	}
	return parts
}

// channels returns the names on the paths, sorted.
func (t table) channels() []touchpoint.Channel {
	var all []touchpoint.Channel
	for _, r := range t {
		all = append(all, r.channels...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// dictionary knows some of the channels, and one that no path has, in random
// order.
func (t table) dictionary(rng *rand.Rand) *journey.Dictionary {
	all := append(t.channels(), "never seen")
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return journey.NewDictionary(all[:rng.IntN(len(all)+1)]...)
}

// renamed returns the table with other names.
func (t table) renamed(to func(touchpoint.Channel) touchpoint.Channel) table {
	out := t.clone()
	for _, r := range out {
		for i, c := range r.channels {
			r.channels[i] = to(c)
		}
	}
	return out
}

// conversions returns how many journeys converted.
func (t table) conversions() int64 {
	var n int64
	for _, r := range t {
		n += r.conversions
	}
	return n
}
