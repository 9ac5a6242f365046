// Package journeytest writes journeys in one line, for tests.
//
//	email > search > @store > buy:120
//
// is a journey of three touches, the last of them offline, that ended in a
// conversion worth 120. From such a line [Path] makes a [journey.Path],
// [Counted] makes the lean [journey.Counted] that attribution models take, and
// [Touchpoints] makes the touchpoints that a [journey.Builder] takes, which
// [Stream] hands over as an iterator:
//
//	journeytest.Path("email > +2d search > lost")
//	journeytest.Counted("email > search > buy:120 * 3", "email > lost * 10")
//	journeytest.Stream(journeytest.Touchpoints("ann: email > buy:10", "bob: search"))
//
// These four panic on bad notation: their arguments are literals in a test.
// [Parse] returns the error instead. [Format] writes a path in the notation.
//
// # Notation
//
// In the extended Backus-Naur form of the Go specification:
//
//	line     = [ customer ":" ] ( { touch ">" } end | touch { ">" touch } ) [ "*" times ] .
//	touch    = [ gap ] [ "@" ] channel [ "/" stage ] .
//	end      = [ gap ] "buy" [ ":" value [ currency ] ] | "lost" | "open" .
//	gap      = "+" duration .
//	customer = name .
//	channel  = name .
//	stage    = name .
//	name     = bare | quoted .
//
// Unicode space between these parts does not matter, except that it ends a gap
// and a value. A bare name runs up to the next of > / : * or quote, may have
// spaces inside, does not begin with @ or +, and is none of the words buy, lost
// and open. Any other name is quoted as in Go: "buy", "a > b", "" for a channel
// that is not known.
//
// @ makes a touch offline; without it the touch is online. A duration is a
// number of days, what [time.ParseDuration] takes, or both: 2d, 90m, 1d12h; it
// is not negative. A value is a number, not negative; a currency is three
// capital letters. times is a whole number from 1; only [Counted] takes it.
//
// # Meaning
//
// A line that ends in buy converted, with the value if one is given; open means
// that the journey has not ended yet; lost, or no end at all, means lost.
//
// The first touch, or a conversion without any touch, is at [Start] plus its gap.
// Each later touch, and the conversion, comes its gap after the one before, or
// one hour if it has none. "+0s" makes them simultaneous: the sequence number
// keeps their order. Ids are content ids, as the Builder gives them.
//
// The customer of a line that names none is "customer-1", "customer-2" and so on
// by the position of the line among the arguments.
//
// [TestStore] checks that a [journey.Store] keeps its promises.
package journeytest
