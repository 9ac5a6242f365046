package attributiontest

import "github.com/cjm-go/cjm/touchpoint"

// Options say what kind of model is checked, and how thoroughly. The zero value
// asks for everything.
type Options struct {
	// Seed selects the random tables. The same seed gives the same tables.
	Seed uint64
	// Tables is how many random tables each check uses; 0 means 40, and 10
	// where [Run] runs under -short.
	Tables int

	// Times says that the model looks at times: every path has ages, and a path
	// that needs them and has none may be refused, with
	// [github.com/cjm-go/cjm/attribution.ErrNoTimes].
	Times bool
	// Channels are names that mean something to the model, as "direct" does to
	// [github.com/cjm-go/cjm/attribution.LastNonDirect]. Tables use them more
	// often than others, and they are not renamed.
	Channels []touchpoint.Channel

	// Signed says that credits may be negative, as in games whose coalitions can
	// lose by another player.
	Signed bool
	// NullsEarn says that a channel on no converting path may get credit, as in
	// chains and in games of rates.
	NullsEarn bool
	// NameOrder says that the alphabetical order of the names may change the
	// credits. Names are still free as long as their order is the same.
	NameOrder bool
	// Undefined are the classes of errors by which Result says that the model has
	// no credits for just these paths. Tables that give one are passed over; a
	// check for which none is left fails.
	Undefined []error
	// Rounded says that sums are rounded in the order of arrival: results of
	// the same paths in another order or sharding agree to 1e-9 only, and their
	// bytes are not compared.
	Rounded bool
}

const (
	defaultTables = 40
	shortTables   = 10
)
