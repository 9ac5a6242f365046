package journeysql

import (
	"fmt"
	"time"
)

const (
	// DefaultPrefix begins the names of the tables.
	DefaultPrefix = "cjm_"
	// DefaultMaxWait is how long a call waits between attempts, in all.
	DefaultMaxWait = 5 * time.Second
)

// Options are the settings of a [Store]. The zero value is ready for use.
type Options struct {
	// Prefix begins the names of the tables: up to 32 small letters a to z,
	// digits and underscores, the first no digit. Empty means [DefaultPrefix].
	// Stores with different prefixes have nothing in common.
	Prefix string
	// MaxWait bounds how long one call waits, in all, between attempts at a
	// transaction that the database refuses because of another one. After that
	// it returns the error. 0 means [DefaultMaxWait]; [NoWait] means that there
	// is one attempt. The time that the database itself waits for a lock is not
	// counted; ctx bounds that.
	MaxWait time.Duration
}

// NoWait is an [Options.MaxWait] for one attempt.
const NoWait time.Duration = -1

// Validate reports whether the settings can be used. The error is [ErrOptions].
func (o Options) Validate() error {
	if len(o.Prefix) > 32 {
		return fmt.Errorf("%w: Prefix: longer than 32 bytes", ErrOptions)
	}
	for i, c := range []byte(o.Prefix) {
		if c != '_' && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			return fmt.Errorf("%w: Prefix: other than a-z, 0-9 and _, or a digit first", ErrOptions)
		}
	}
	if o.MaxWait < 0 && o.MaxWait != NoWait {
		return fmt.Errorf("%w: MaxWait: negative", ErrOptions)
	}
	return nil
}

// filled returns the options with the defaults in their places.
func (o Options) filled() Options {
	if o.Prefix == "" {
		o.Prefix = DefaultPrefix
	}
	switch o.MaxWait {
	case 0:
		o.MaxWait = DefaultMaxWait
	case NoWait:
		o.MaxWait = 0
	}
	return o
}
