package touchpoint

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bound describes what a header's columns hold: "kind name+name", "" for a
// property.
func bound(columns []column) []string {
	var out []string
	for _, c := range columns {
		var names []string
		for _, f := range c.fields {
			names = append(names, f.String())
		}
		out = append(out, strings.Join(names, "+"))
	}
	return out
}

func TestBind(t *testing.T) {
	for _, test := range []struct {
		name    string
		columns Columns
		header  string
		want    string
	}{
		{"usual", Columns{}, "user_id,timestamp,channel,kind", "customer,time,channel,kind"},
		{"any case, trimmed", Columns{}, " User_ID ,TIME\u00a0,Channel", "customer,time,channel"},
		{"kind is enough", Columns{}, "user,date,event", "customer,time,kind"},
		{"first of the usual names", Columns{}, "user,customer_id,customer,timestamp,time,kind", ",,customer,,time,kind"},
		{"id before event_id", Columns{}, "event_id,id,user,date,event", ",id,customer,time,kind"},
		{
			"all usual names",
			Columns{},
			"id,customer,time,received,seq,channel,setting,kind,stage,utm_source,utm_medium,utm_campaign,utm_content,utm_term,code,conversion,value,currency,cost,emotion,consent",
			"id,customer,time,received,seq,channel,setting,kind,stage,source,medium,campaign,content,term,code,conversion,value,currency,cost,emotion,consent",
		},
		{
			"second usual names",
			Columns{},
			"message_id,client_id,occurred_at,received_at,sequence,channel_name,event_type,source,medium,campaign,coupon,is_conversion,revenue",
			"id,customer,time,received,seq,channel,kind,source,medium,campaign,code,conversion,value",
		},
		{"named", Columns{Customer: "cid", Time: "when"}, "cid,when,channel,page", "customer,time,channel,"},
		{"named exactly", Columns{Customer: "CID"}, "cid,CID,time,channel", ",customer,time,channel"},
		{"named, trimmed", Columns{Customer: " cid "}, "cid ,time,channel", "customer,time,channel"},
		{"named beats usual", Columns{Customer: "cid"}, "customer,cid,time,channel", ",customer,time,channel"},
		{"named for one is not usual for another", Columns{Channel: "source"}, "user,time,source", "customer,time,channel"},
		{"named for two", Columns{Channel: "source", Source: "source"}, "user,time,source", "customer,time,channel+source"},
		{"left out", Columns{Value: NoColumn}, "user,time,channel,value", "customer,time,channel,"},
		{"no fold beyond ASCII", Columns{}, "user,time,channel,\u212aind", "customer,time,channel,"}, // Kelvin sign
	} {
		t.Run(test.name, func(t *testing.T) {
			columns, err := test.columns.bind(strings.Split(test.header, ","))
			require.NoError(t, err)
			assert.Equal(t, strings.Split(test.want, ","), bound(columns))
		})
	}
}

func TestBindNamesNamelessColumns(t *testing.T) {
	columns, err := (&Columns{}).bind([]string{"", "user", "time", "channel", " "})
	require.NoError(t, err)
	assert.Equal(t, "#1", columns[0].name)
	assert.Equal(t, "#5", columns[4].name)
}

func TestBindErrors(t *testing.T) {
	for _, test := range []struct {
		name    string
		columns Columns
		header  string
		want    error
		text    string
	}{
		{"named is absent", Columns{Customer: "cid"}, "user,time,channel", ErrMissing, `no column "cid", named for customer; the header has user, time, channel`},
		{"named in another case", Columns{Customer: "User"}, "user,time,channel", ErrMissing, `no column "User"`},
		{"no customer", Columns{}, "time,channel", ErrMissing, "no column for customer; the header has time, channel"},
		{"no time", Columns{}, "user,channel", ErrMissing, "no column for time"},
		{"no channel", Columns{}, "user,time", ErrMissing, "no column for channel or kind"},
		{"channel left out", Columns{Channel: NoColumn}, "user,time,channel", ErrMissing, "no column for channel or kind"},
		{"twice", Columns{}, "user,time,channel,Time", ErrSyntax, `columns "time" and "Time" both fit time`},
		{"named twice", Columns{Customer: "x"}, "x,time,channel,x", ErrSyntax, `column "x", named for customer, occurs twice`},
		{"property twice", Columns{}, "user,time,channel,x,x", ErrSyntax, `column "x" occurs twice`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := test.columns.bind(strings.Split(test.header, ","))
			require.ErrorIs(t, err, test.want)
			assert.ErrorContains(t, err, test.text)
		})
	}
}

func TestBindErrorIsShort(t *testing.T) {
	names := make([]string, 60)
	for i := range names {
		names[i] = "x"
	}
	_, err := (&Columns{}).bind(names)
	require.ErrorContains(t, err, "the header has x, x, ")
	assert.ErrorContains(t, err, "x and 10 more")
	assert.Equal(t, 50, strings.Count(err.Error(), "x"))
}
