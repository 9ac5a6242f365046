package journeysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestErrorText(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{errors.New("secret"), "journeysql: add: *errors.errorString"},
		{plain{errors.New("no server")}, "journeysql: add: no server"},
		{&pgError{"23505", "secret"}, "journeysql: add: database error, code 23505"},
		{plain{&pgError{"53300", "too many clients"}}, "journeysql: add: too many clients"},
		{liteError(19), "journeysql: add: database error, code 19"},
		{fmt.Errorf("secret: %w", driver.ErrBadConn), "journeysql: add: connection lost"},
		{fmt.Errorf("secret: %w", context.DeadlineExceeded), "journeysql: add: context deadline exceeded"},
		{plain{fmt.Errorf("connecting: %w", context.Canceled)}, "journeysql: add: context canceled"},
	} {
		err := failed(ctx, "add", c.err)
		require.EqualError(t, err, c.want)
		var failed *Error
		require.ErrorAs(t, err, &failed)
		require.Equal(t, "add", failed.Op)
	}
	require.Equal(t, ErrRow, failed(ctx, "add", ErrRow))

	// A driver that calls the end of ctx an interruption.
	over, cancel := context.WithCancel(ctx)
	cancel()
	err := failed(over, "add", liteError(9))
	require.EqualError(t, err, "journeysql: add: context canceled, code 9")
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, liteError(9))
}

// Rows that this package cannot have written are errors without their contents.
func TestBadRow(t *testing.T) {
	onBoth(t, func(t *testing.T, db *fake) {
		s := open(t, db)
		good := evidence(1)
		for column, value := range map[int]driver.Value{
			1: "secret id", 2: "secret sec", 3: int64(time.Second), 4: "secret seq", 5: nil, 7: "secret effect",
		} {
			_, _, err := s.Add(ctx, "ann", good)
			require.NoError(t, err)
			for _, row := range db.tables.evidence {
				row[column] = value
			}
			_, err = s.Evidence(ctx, "ann")
			require.ErrorIs(t, err, ErrRow)
			require.NotContains(t, err.Error(), "secret")
			_, _, addErr := s.Add(ctx, "ann", evidence(2))
			_, eraseErr := s.Erase(ctx, "ann")
			for _, err := range []error{addErr, eraseErr} {
				require.ErrorIs(t, err, ErrRow)
			}
			for _, err := range s.All(ctx) {
				require.ErrorIs(t, err, ErrRow)
			}
			clear(db.tables.evidence)
			clear(db.tables.customers)
		}
	})
}
