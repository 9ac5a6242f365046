package touchpoint

import (
	"database/sql"
	"database/sql/driver"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	_ sql.Scanner   = (*Channel)(nil)
	_ driver.Valuer = Channel("")
	_ sql.Scanner   = (*Kind)(nil)
	_ driver.Valuer = Kind("")
)

func TestScan(t *testing.T) {
	src := []byte("email")
	var c Channel
	require.NoError(t, c.Scan(src))
	src[0] = 'X' // a driver may use its buffer again
	assert.Equal(t, Channel("email"), c)
	require.NoError(t, c.Scan("store"))
	assert.Equal(t, Channel("store"), c)
	require.NoError(t, c.Scan(nil))
	assert.Equal(t, Channel(""), c)

	var k Kind
	require.NoError(t, k.Scan("visit"))
	assert.Equal(t, Kind("visit"), k)
	err := k.Scan(4711)
	require.ErrorIs(t, err, ErrFormat)
	assert.Equal(t, "touchpoint: kind: bad format: column is not text but int", err.Error())
	assert.Equal(t, Kind("visit"), k, "unchanged on error")
}

func TestValue(t *testing.T) {
	v, err := Channel("email").Value()
	require.NoError(t, err)
	assert.Equal(t, "email", v)
	v, err = Kind("visit").Value()
	require.NoError(t, err)
	assert.Equal(t, "visit", v)
}
