package stage

import (
	"database/sql"
	"database/sql/driver"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	_ sql.Scanner   = (*Stage)(nil)
	_ driver.Valuer = Stage("")
)

func TestStageScan(t *testing.T) {
	for _, test := range []struct {
		name string
		src  any
		want Stage
	}{
		{"string", "lead", "lead"},
		{"bytes", []byte("lead"), "lead"},
		{"null", nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := Stage("before")
			require.NoError(t, s.Scan(test.src))
			assert.Equal(t, test.want, s)
		})
	}
}

func TestStageScanKeepsNoBuffer(t *testing.T) {
	src := []byte("lead")
	var s Stage
	require.NoError(t, s.Scan(src))
	src[0] = 'X'
	assert.Equal(t, Stage("lead"), s)
}

func TestStageScanRefusesNumbers(t *testing.T) {
	s := Stage("before")
	err := s.Scan(int64(4711))
	require.ErrorIs(t, err, ErrScan)
	assert.NotContains(t, err.Error(), "4711")
	assert.Equal(t, Stage("before"), s)
}

func TestStageValue(t *testing.T) {
	v, err := Stage("lead").Value()
	require.NoError(t, err)
	assert.Equal(t, "lead", v)
}
