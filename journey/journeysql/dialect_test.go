package journeysql

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDialectText(t *testing.T) {
	for d, name := range map[Dialect]string{PostgreSQL: "postgresql", SQLite: "sqlite"} {
		require.Equal(t, name, d.String())
		text, err := d.MarshalText()
		require.NoError(t, err)
		require.Equal(t, name, string(text))
		var again Dialect
		require.NoError(t, again.UnmarshalText(text))
		require.Equal(t, d, again)
	}
	require.Equal(t, "Dialect(9)", Dialect(9).String())
	_, err := Dialect(9).MarshalText()
	require.ErrorIs(t, err, ErrDialect)
	_, err = Open(ctx, newFake(SQLite).open(t), 9)
	require.ErrorIs(t, err, ErrDialect)
}

func FuzzDialectUnmarshalText(f *testing.F) {
	f.Add("sqlite")
	f.Add("mysql")
	f.Fuzz(func(t *testing.T, text string) {
		d := Dialect(7)
		if err := d.UnmarshalText([]byte(text)); err != nil {
			require.ErrorIs(t, err, ErrDialect)
			require.Equal(t, Dialect(7), d)
			return
		}
		require.Equal(t, text, d.String())
	})
}

func TestConflict(t *testing.T) {
	for _, d := range []Dialect{PostgreSQL, SQLite} {
		for _, err := range conflicts(d) {
			require.True(t, d.conflict(err), err)
		}
		for _, err := range []error{nil, errors.New("x"), &pgError{"23505", "x"}, liteError(19), liteError(9)} {
			require.False(t, d.conflict(err), err)
		}
	}
}
