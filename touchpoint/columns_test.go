package touchpoint

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestColumnsText(t *testing.T) {
	for text, want := range map[string]Columns{
		"":                            {},
		"  ":                          {},
		"customer=cid,time=ts":        {Customer: "cid", Time: "ts"},
		" customer = c id ,time=a=b ": {Customer: "c id", Time: "a=b"},
		`channel=a\,b,kind=c\\d\e`:    {Channel: "a,b", Kind: `c\d\e`},
		"value=-,conversion=converted,seq=n,id=context.id": {Value: NoColumn, Conversion: "converted", Seq: "n", ID: "context.id"},
	} {
		c := Columns{Customer: "before", Cost: "before"}
		require.NoError(t, c.UnmarshalText([]byte(text)), text)
		assert.Equal(t, want, c, text)
	}
}

// Every field of the struct has a name in the text form, and one of its own.
func TestColumnsTextKnowsEveryField(t *testing.T) {
	var c Columns
	v := reflect.ValueOf(&c).Elem()
	require.Equal(t, int(numFields), v.NumField())
	for i := range v.NumField() {
		name := strings.ToLower(v.Type().Field(i).Name)
		require.NoError(t, c.UnmarshalText([]byte(name+"=x")))
		assert.Equal(t, "x", v.Field(i).String(), name)
		text, err := c.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, name+"=x", string(text))
	}
}

func TestColumnsTextErrors(t *testing.T) {
	for text, want := range map[string]string{
		"custmer=a":               `unknown field "custmer"; known are id, customer, time, received, seq, channel, setting, kind, stage, source, medium, campaign, content, term, code, conversion, value, currency, cost, emotion`,
		"Customer=a":              `unknown field "Customer"`,
		"customer":                "want field=column",
		"customer=":               "no column given for customer",
		"customer=a,,time=b":      "want field=column",
		"customer=a,customer=b":   "customer is given twice",
		"customer=-":              "customer cannot be left out",
		"time=-":                  "time cannot be left out",
		"channel=-,kind=-,cost=x": "channel and kind cannot both be left out",
		"customer=\xff":           "customer: invalid UTF-8",
	} {
		c := Columns{Customer: "before"}
		err := c.UnmarshalText([]byte(text))
		require.ErrorIs(t, err, ErrColumns, text)
		assert.ErrorContains(t, err, want)
		assert.Equal(t, Columns{Customer: "before"}, c, "unchanged on error")
	}
}

func TestColumnsValidateReportsAllAtOnce(t *testing.T) {
	c := Columns{Customer: NoColumn, Time: NoColumn, Channel: NoColumn, Kind: NoColumn, Cost: "\xff"}
	err := c.Validate()
	require.Error(t, err)
	assert.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 4)
	_, err = c.MarshalText()
	require.ErrorIs(t, err, ErrColumns)
	require.NoError(t, Columns{}.Validate())
}

func TestColumnsJSON(t *testing.T) {
	data, err := json.Marshal(Columns{Customer: "cid", Channel: "a,b"})
	require.NoError(t, err)
	assert.Equal(t, `"customer=cid,channel=a\\,b"`, string(data))
}

func FuzzColumnsUnmarshalText(f *testing.F) {
	f.Add([]byte("customer=cid,time=ts"))
	f.Add([]byte(`channel=a\,b,kind=\\`))
	f.Add([]byte(`channel= \, ,kind=\`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var c, back Columns
		if c.UnmarshalText(text) != nil {
			return
		}
		written, err := c.MarshalText()
		require.NoError(t, err)
		require.NoError(t, back.UnmarshalText(written))
		require.Equal(t, c, back, "%q", written)
	})
}
