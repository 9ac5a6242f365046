package attribution

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/cjm-go/cjm/internal/wire"
	"github.com/cjm-go/cjm/journey"
)

// emptyLine stands for the line of empty paths among codes.
const emptyLine journey.Code = math.MaxUint32

// creditLog keeps the paths of known customers: how many journeys and conversions
// they are, and what they credit to each line. Nothing is added up before all is
// sorted, so the order of the paths makes no difference.
type creditLog struct {
	units   []unitEntry
	credits []creditEntry
}

type unitEntry struct {
	customer              uint64
	journeys, conversions int64
}

type creditEntry struct {
	customer uint64
	line     journey.Code
	x, y     float64
}

func (l *creditLog) addUnit(customer uint64, p *journey.Counted) {
	l.units = append(l.units, unitEntry{customer, p.Conversions + p.Nulls + p.Opens, p.Conversions})
}

func (l *creditLog) addCredit(customer uint64, c journey.Code, x, y float64) {
	l.credits = append(l.credits, creditEntry{customer, c, x, y})
}

func (l *creditLog) merge(other *creditLog, to []journey.Code) {
	l.units = append(l.units, other.units...)
	for _, e := range other.credits {
		if e.line != emptyLine {
			e.line = to[e.line]
		}
		l.credits = append(l.credits, e)
	}
}

// rankOf returns the place of a line: channels by name, then the empty paths.
func rankOf(ranks []int, line journey.Code) int {
	if line == emptyLine {
		return len(ranks)
	}
	return ranks[line]
}

// sort puts the log into an order that does not depend on that of the paths.
func (l *creditLog) sort(ranks []int) {
	slices.SortFunc(l.units, func(a, b unitEntry) int {
		return cmp.Or(cmp.Compare(a.customer, b.customer), cmp.Compare(a.journeys, b.journeys), cmp.Compare(a.conversions, b.conversions))
	})
	slices.SortFunc(l.credits, func(a, b creditEntry) int {
		return cmp.Or(cmp.Compare(a.customer, b.customer), cmp.Compare(rankOf(ranks, a.line), rankOf(ranks, b.line)),
			cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y))
	})
}

// customerSums are sums over customers.
type customerSums struct {
	customers, journeys, conversions int64

	mm, kk float64    // of the squares of journeys and conversions
	lines  []lineSums // by code, then the line of empty paths
}

// lineSums are sums over customers of x conversions and value y credited to a line,
// of squares, and of products with the customer's m journeys and k conversions.
type lineSums struct{ x, xx, xm, xk, y, yy, ym float64 }

// sums adds up the log, customer by customer.
func (l *creditLog) sums(t *tally) *customerSums {
	l.sort(t.dict().Ranks())
	sums := &customerSums{lines: make([]lineSums, t.size()+1)}
	credits := l.credits
	for units := l.units; len(units) > 0; {
		customer := units[0].customer
		var journeys, conversions int64
		for ; len(units) > 0 && units[0].customer == customer; units = units[1:] {
			journeys += units[0].journeys
			conversions += units[0].conversions
		}
		sums.customers++
		sums.journeys += journeys
		sums.conversions += conversions
		m, k := float64(journeys), float64(conversions)
		sums.mm += m * m
		sums.kk += k * k
		for len(credits) > 0 && credits[0].customer == customer {
			line := credits[0].line
			x, y := 0.0, 0.0
			for ; len(credits) > 0 && credits[0].customer == customer && credits[0].line == line; credits = credits[1:] {
				x += credits[0].x
				y += credits[0].y
			}
			s := &sums.lines[min(int(line), t.size())]
			s.x += x
			s.xx += x * x
			s.xm += x * m
			s.xk += x * k
			s.y += y
			s.yy += y * y
			s.ym += y * m
		}
	}
	return sums
}

func (l *creditLog) append(dst []byte, ranks []int) []byte {
	l.sort(ranks)
	dst = wire.AppendUint(dst, uint64(len(l.units)))
	last := uint64(0)
	for _, e := range l.units {
		dst = wire.AppendUint(dst, e.customer-last)
		dst = wire.AppendCount(dst, e.journeys)
		dst = wire.AppendCount(dst, e.conversions)
		last = e.customer
	}
	dst = wire.AppendUint(dst, uint64(len(l.credits)))
	last = 0
	for _, e := range l.credits {
		dst = wire.AppendUint(dst, e.customer-last)
		dst = wire.AppendUint(dst, uint64(rankOf(ranks, e.line)))
		dst = appendFloat(dst, e.x)
		dst = appendFloat(dst, e.y)
		last = e.customer
	}
	return dst
}

// decode reads a log whose codes are ranks.
func (l *creditLog) decode(d *wire.Decoder, t *tally) {
	*l = creditLog{}
	var journeys, conversions uint64
	last := uint64(0)
	for i := range d.Len() {
		e := unitEntry{last + d.Uint(), d.Count(), d.Count()}
		journeys += uint64(e.journeys)
		conversions += uint64(e.conversions)
		if e.customer < last || e.customer == 0 || e.journeys == 0 || e.conversions > e.journeys ||
			journeys > uint64(t.all.journeys()) || conversions > uint64(t.all.conversions) || d.Err() != nil {
			d.Fail()
			return
		}
		if i > 0 && e.customer == last {
			before := l.units[i-1]
			if cmp.Or(cmp.Compare(before.journeys, e.journeys), cmp.Compare(before.conversions, e.conversions)) > 0 {
				d.Fail()
			}
		}
		l.units = append(l.units, e)
		last = e.customer
	}
	last = 0
	for i := range d.Len() {
		e := creditEntry{customer: last + d.Uint(), line: journey.Code(d.Index(t.size() + 1))}
		e.x, e.y = decodeFloat(d), decodeFloat(d)
		if e.customer < last || e.customer == 0 || d.Err() != nil {
			d.Fail()
			return
		}
		if i > 0 && e.customer == last {
			before := l.credits[i-1]
			if cmp.Or(cmp.Compare(before.line, e.line), cmp.Compare(before.x, e.x), cmp.Compare(before.y, e.y)) > 0 {
				d.Fail()
			}
		}
		l.credits = append(l.credits, e)
		last = e.customer
	}
	units := l.units
	for i := range l.credits {
		e := &l.credits[i]
		for len(units) > 0 && units[0].customer < e.customer {
			units = units[1:]
		}
		if len(units) == 0 || units[0].customer != e.customer {
			d.Fail() // a credit of nobody
			return
		}
		if int(e.line) == t.size() {
			e.line = emptyLine
		}
	}
}

// appendFloat appends a number that is finite and not negative. Round numbers take
// few bytes.
func appendFloat(dst []byte, x float64) []byte {
	return wire.AppendUint(dst, bits.ReverseBytes64(math.Float64bits(x)))
}

func decodeFloat(d *wire.Decoder) float64 {
	x := math.Float64frombits(bits.ReverseBytes64(d.Uint()))
	if !(x >= 0) || math.IsInf(x, 0) || math.Signbit(x) {
		d.Fail()
		return 0
	}
	return x
}
