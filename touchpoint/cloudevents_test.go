package touchpoint

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func decodeCloud(t testing.TB, d CloudEvents, text string) outcome {
	t.Helper()
	return gather(t, d.Decode(context.Background(), strings.NewReader(text)))
}

// oneEvent decodes one event that must be fine.
func oneEvent(t *testing.T, d CloudEvents, text string) Touchpoint {
	t.Helper()
	o := decodeCloud(t, d, text)
	require.Empty(t, o.errs)
	require.Len(t, o.rows, 1)
	return o.rows[0]
}

// cloudBase is an event that is fine, up to its last brace.
const cloudBase = `{"specversion":"1.0","type":"com.example.someevent","source":"/mycontext","subject":"c1","id":"A234-1234-1234","time":"2018-04-05T17:31:00Z"`

// pair is the id of an event, computed as documented: namespace, marker, length.
func pair(source, id string) uuid.UUID {
	return uuid.NewSHA1(uuid.MustParse(Namespace), []byte("\xff\x02"+string(rune(len(source)))+source+id))
}

// The examples of the JSON format of CloudEvents 1.0.2, section 3.2, and what is
// in them. They have no subject, so the customer is taken from an extension.
func TestCloudEventsSpecExamples(t *testing.T) {
	const head = `{"specversion":"1.0","type":"com.example.someevent","source":"/mycontext",`
	const rest = `"time":"2018-04-05T17:31:00Z","comexampleextension1":"value","comexampleothervalue":5,`
	d := CloudEvents{Columns: Columns{Customer: "comexampleextension1"}}
	for _, test := range []struct {
		text       string
		properties map[string]string
	}{
		{head + `"id":"A",` + rest + `"datacontenttype":"application/vnd.apache.thrift.binary","data_base64":"AAH/"}`, map[string]string{
			"datacontenttype": "application/vnd.apache.thrift.binary", "data_base64": "AAH/",
		}},
		{head + `"id":"A",` + rest + `"unsetextension":null,"datacontenttype":"application/xml","data":"<much wow=\"xml\"/>"}`, map[string]string{
			"datacontenttype": "application/xml", "data": `<much wow="xml"/>`,
		}},
		{head + `"subject":null,"id":"A",` + rest + `"datacontenttype":"application/json","data":{"appinfoA":"abc","appinfoB":123,"appinfoC":true}}`, map[string]string{
			"datacontenttype": "application/json", "data.appinfoA": "abc", "data.appinfoB": "123", "data.appinfoC": "true",
		}},
		{head + `"subject":null,"id":"A",` + rest + `"data":"I'm just a string"}`, map[string]string{"data": "I'm just a string"}},
	} {
		test.properties["source"], test.properties["comexampleothervalue"] = "/mycontext", "5"
		assert.Equal(t, Touchpoint{
			ID: pair("/mycontext", "A"), Customer: "value", Time: at("2018-04-05T17:31:00Z"), Kind: "com.example.someevent",
			Properties: test.properties,
		}, oneEvent(t, d, test.text))
	}
	// Section 4.3: a batch, and an empty one.
	batch := `[
  ` + head + `"id":"B",` + rest + `"datacontenttype":"application/vnd.apache.thrift.binary","data_base64":"AAH/"},
  ` + head + `"id":"C",` + rest + `"datacontenttype":"application/json","data":{"appinfoB":123}}
]`
	rows, err := d.DecodeBody([]byte(batch))
	require.NoError(t, err)
	require.Len(t, rows, 2)
	assert.Equal(t, pair("/mycontext", "B"), rows[0].ID)
	assert.Equal(t, "123", rows[1].Properties["data.appinfoB"])
	rows, err = d.DecodeBody([]byte("[]"))
	require.NoError(t, err)
	assert.Empty(t, rows)
	_, err = d.DecodeBody(nil)
	require.ErrorIs(t, err, ErrMissing)
}

func TestCloudEventsMembers(t *testing.T) {
	recorded := at("2018-04-05T18:00:00Z")
	for _, test := range []struct {
		name   string
		d      CloudEvents
		rest   string
		change func(*Touchpoint)
	}{
		{"minimal", CloudEvents{}, ``, func(*Touchpoint) {}},
		{"recorded", CloudEvents{}, `,"recordedtime":"2018-04-05T20:00:00+02:00"`, func(t *Touchpoint) { t.Received = recorded }},
		{"received by a server", CloudEvents{Received: recorded}, `,"recordedtime":"x"`, func(t *Touchpoint) {
			t.Received, t.Properties["recordedtime"] = recorded, "x"
		}},
		{"sequence", CloudEvents{}, `,"sequence":"0017","sequencetype":"Integer"`, func(t *Touchpoint) {
			t.Seq, t.Properties["sequencetype"] = 17, "Integer"
		}},
		{"a sequence of letters", CloudEvents{}, `,"sequence":"aab"`, func(t *Touchpoint) { t.Properties["sequence"] = "aab" }},
		{"a sequence by name", CloudEvents{Columns: Columns{Seq: "data.n"}}, `,"sequence":"1","data":{"n":4}`, func(t *Touchpoint) {
			t.Seq, t.Properties["sequence"] = 4, "1"
		}},
		{
			"data by name",
			CloudEvents{Columns: Columns{Customer: "data.user.id", Channel: "data.via", Value: "data.total", Currency: "data.currency", Conversion: "data.won"}},
			`,"data":{"user":{"id":7,"mail":"m"},"via":"store","total":12.5,"currency":"eur","won":true,"items":[ 1 ]}`, func(t *Touchpoint) {
				t.Customer, t.Channel, t.Conversion, t.Value, t.Currency = "7", "store", true, 12.5, "EUR"
				t.Properties["subject"], t.Properties["data.user.mail"], t.Properties["data.items"] = "c1", "m", "[1]"
			},
		},
		{"id by name", CloudEvents{Columns: Columns{ID: "data.id"}}, `,"data":{"id":"17"}`, func(t *Touchpoint) {
			t.ID = (&idMaker{}).textID([]byte("17"))
		}},
		{"the nil UUID is no id", CloudEvents{Columns: Columns{ID: "data.id"}}, `,"data":{"id":"00000000-0000-0000-0000-000000000000"}`, func(t *Touchpoint) {
			t.ID = t.ContentID()
		}},
		{"kind by name", CloudEvents{Columns: Columns{Kind: "data.what"}}, `,"data":{"what":"w"}`, func(t *Touchpoint) {
			t.Kind, t.Properties["type"] = "w", "com.example.someevent"
		}},
		{"conversion by type", CloudEvents{ConvertOn: []string{"x", "com.example.someevent"}}, ``, func(t *Touchpoint) { t.Conversion = true }},
		{"consent by name", CloudEvents{Columns: Columns{Consent: "data.consent"}}, `,"data":{"consent":{"ads":true}}`, func(t *Touchpoint) {
			t.Consent, _ = NewConsent(map[string]bool{"ads": true})
		}},
		{"no consent", CloudEvents{Columns: Columns{Consent: NoColumn}}, ``, func(*Touchpoint) {}},
		{"dataschema", CloudEvents{}, `,"dataschema":"#s","data":null`, func(t *Touchpoint) { t.Properties["dataschema"] = "#s" }},
		{"an array", CloudEvents{}, `,"data":[1, {"a":null}]`, func(t *Touchpoint) { t.Properties["data"] = `[1,{"a":null}]` }},
		{"an empty object", CloudEvents{}, `,"data":{}`, func(t *Touchpoint) { t.Properties["data"] = `{}` }},
		{"Base64 of JSON", CloudEvents{}, `,"datacontenttype":"Application/cloud+JSON; charset=utf-8","data_base64":"` + base64.StdEncoding.EncodeToString([]byte(` {"a":{"b":"ü"}} `)) + `"`, func(t *Touchpoint) {
			t.Properties["datacontenttype"], t.Properties["data.a.b"] = "Application/cloud+JSON; charset=utf-8", "ü"
		}},
		{"Base64 without a type", CloudEvents{Columns: Columns{Customer: "data.c"}}, `,"data_base64":"` + base64.StdEncoding.EncodeToString([]byte(`{"c":"c9"}`)) + `"`, func(t *Touchpoint) {
			t.Customer, t.Properties["subject"] = "c9", "c1"
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := Touchpoint{
				ID: pair("/mycontext", "A234-1234-1234"), Customer: "c1", Time: at("2018-04-05T17:31:00Z"), Kind: "com.example.someevent",
				Properties: map[string]string{"source": "/mycontext"},
			}
			test.change(&want)
			assert.Equal(t, want, oneEvent(t, test.d, cloudBase+test.rest+"}"))
		})
	}
}

func TestCloudEventsWithoutTime(t *testing.T) {
	text := strings.Replace(cloudBase, `"time":`, `"recordedtime":`, 1) + "}"
	assert.Equal(t, at("2018-04-05T17:31:00Z"), oneEvent(t, CloudEvents{}, text).Time)
	server := CloudEvents{Received: time.Unix(0, 0)}
	assert.Equal(t, time.Unix(0, 0).UTC(), oneEvent(t, server, text).Time)
	o := decodeCloud(t, CloudEvents{Columns: Columns{Time: "data.at"}}, text)
	require.Len(t, o.errs, 1)
	assert.EqualError(t, o.errs[0], "line 1: data.at: missing")
}

// Only the pair of source and id identifies an event, and no pair is another.
func TestCloudEventsIDs(t *testing.T) {
	const id = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
	decode := func(source, id string) uuid.UUID {
		return oneEvent(t, CloudEvents{}, fmt.Sprintf(`{"specversion":"1.0","type":"t","source":%q,"subject":"c","id":%q,"time":"2020-01-01"}`, source, id)).ID
	}
	seen := make(map[uuid.UUID]bool)
	for _, p := range [][2]string{{"/a", id}, {"/b", id}, {"/a", "b1"}, {"/ab", "1"}, {"/", "ab1"}} {
		got := decode(p[0], p[1])
		assert.Equal(t, pair(p[0], p[1]), got)
		assert.Equal(t, got, decode(p[0], p[1]))
		assert.False(t, seen[got])
		seen[got] = true
	}
}

func TestCloudEventsBadEvents(t *testing.T) {
	const head = `{"specversion":"1.0","type":"t","source":"secret",`
	for _, test := range []struct {
		text  string
		field string
		class error
		want  string
	}{
		{`["secret"]`, "", ErrSyntax, "not a JSON object"},
		{`{"specversion":"1.0","secret":secret}`, "", ErrSyntax, "not valid JSON"},
		{head + `"id":"1","data":{"secret":1,"secret":1}}`, "data", ErrSyntax, "a key twice"},
		{`{"type":"secret"}`, "specversion", ErrMissing, "missing"},
		{`{"specversion":"0.3"}`, "specversion", ErrFormat, "want 1.0"},
		{`{"specversion":1.0}`, "specversion", ErrFormat, "want a text"},
		{head + `"subject":"secret"}`, "id", ErrMissing, "missing"},
		{head + `"id":""}`, "id", ErrMissing, "missing"},
		{head + `"id":17}`, "id", ErrFormat, "want a text"},
		{`{"specversion":"1.0","id":"secret","type":"t"}`, "source", ErrMissing, "missing"},
		{`{"specversion":"1.0","id":"secret","source":"t"}`, "type", ErrMissing, "missing"},
		{head + `"id":"secret","time":"2020-01-01"}`, "subject", ErrMissing, "missing"},
		{head + `"id":"secret","time":"2020-01-01","subject":["secret"]}`, "subject", ErrFormat, "an object or array"},
		{head + `"id":"secret","subject":"secret"}`, "time", ErrMissing, "missing"},
		{head + `"id":"secret","subject":"secret","time":"secret"}`, "time", ErrFormat, "not a time"},
		{cloudBase + `,"recordedtime":"secret"}`, "recordedtime", ErrFormat, "not a time"},
		{cloudBase + `,"sequence":"secret","sequencetype":"Integer"}`, "sequence", ErrFormat, "not a whole number"},
		{cloudBase + `,"data":1,"data_base64":"c2VjcmV0"}`, "data_base64", ErrSyntax, "both data and data_base64"},
		{cloudBase + `,"data":{"a":1},"data_base64":"c2VjcmV0"}`, "data_base64", ErrSyntax, "both data and data_base64"},
		{cloudBase + `,"data_base64":"... base64 encoded string ..."}`, "data_base64", ErrFormat, "not Base64"},
		{cloudBase + `,"data_base64":1234}`, "data_base64", ErrFormat, "not Base64"},
		{cloudBase + `,"data_base64":"c2VjcmV0"}`, "data_base64", ErrSyntax, "not valid JSON"},
		{cloudBase + `,"data_base64":"` + base64.StdEncoding.EncodeToString([]byte(`1,"subject":"x"`)) + `"}`, "data_base64", ErrSyntax, "not valid JSON"},
		{cloudBase + `,"data_base64":"` + base64.StdEncoding.EncodeToString([]byte(`{"a":1,"a":1}`)) + `"}`, "data_base64", ErrSyntax, "not valid JSON"},
		{cloudBase + `,"x":{"y":1},"x.y":1}`, "", ErrSyntax, "given twice"},
		{cloudBase + `,"secret":"` + "\xff" + `"}`, "", ErrEncoding, "invalid UTF-8"},
		{cloudBase + `,"data":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "}", "data", ErrSyntax, "nested too deep"},
	} {
		t.Run(fmt.Sprintf("%.80q", test.text), func(t *testing.T) {
			fine := cloudBase + "}"
			o := decodeCloud(t, CloudEvents{Source: "in"}, "["+fine+",\n"+test.text+",\n"+fine+"]")
			assert.Len(t, o.rows, 2)
			require.Len(t, o.errs, 1)
			var bad *RowError
			require.ErrorAs(t, o.errs[0], &bad)
			assert.Equal(t, RowError{Source: "in", Line: 2, Field: joinPath("[1]", test.field), Err: bad.Err}, *bad)
			require.ErrorIs(t, bad, test.class)
			require.ErrorContains(t, bad, test.want)
			assert.NotContains(t, bad.Error(), "secret")
		})
	}
}

func TestCloudEventsMissingColumns(t *testing.T) {
	for want, test := range map[string]struct {
		columns Columns
		rest    string
	}{
		"line 1: data.c: missing":                      {Columns{Customer: "data.c"}, ``},
		"line 1: type: missing":                        {Columns{Kind: NoColumn}, ``},
		"line 1: data.c: malformed row: given twice":   {Columns{Customer: "data.c"}, `,"data":{"c":1},"data.c":2`},
		"line 1: data.c: " + errNotPreferences.Error(): {Columns{Consent: "data.c"}, `,"data":{"c":{"secret":"yes"}}`},
	} {
		o := decodeCloud(t, CloudEvents{Columns: test.columns}, cloudBase+test.rest+"}")
		require.Len(t, o.errs, 1, want)
		assert.EqualError(t, o.errs[0], want)
	}
}

func TestCloudEventsValidate(t *testing.T) {
	require.NoError(t, CloudEvents{}.Validate())
	d := CloudEvents{Columns: Columns{Time: NoColumn}, MaxRow: -1, Received: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}
	err := d.Validate()
	require.Error(t, err)
	assert.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 3)
	o := decodeCloud(t, d, cloudBase+"}")
	require.Len(t, o.errs, 1)
	require.IsType(t, &InputError{}, o.errs[0])
}

// Members in any order and events in any layout are the same touchpoints.
func TestCloudEventsPermutations(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		members := []string{`"specversion":"1.0"`, `"type":"t"`, `"subject":"c"`, `"time":"2020-01-01"`}
		for _, key := range []string{"source", "id", "ext", "data"} {
			members = append(members, string(appendJSONText([]byte(`"`+key+`":`), randomText(rng))))
		}
		want := oneEvent(t, CloudEvents{}, "{"+strings.Join(members, ",")+"}")
		rng.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		require.Equal(t, want, oneEvent(t, CloudEvents{}, "[{"+strings.Join(members, ",\n")+"}]"))
	}
}

func FuzzCloudEventsDecode(f *testing.F) {
	f.Add(cloudBase + "}\n" + cloudBase + `,"sequence":"1","data":{"a":[1]}}`)
	f.Add("[" + cloudBase + `,"data_base64":"eyJhIjoxfQ=="},{}]`)
	f.Add("{\n" + cloudBase[1:] + `,"recordedtime":"2020-01-01","data":"x","datacontenttype":"text/plain"}`)
	f.Fuzz(func(t *testing.T, text string) {
		d := CloudEvents{MaxRow: 1000}
		o := decodeCloud(t, d, text)
		for i := range o.rows {
			require.NoError(t, o.rows[i].Validate())
		}
		for i, err := range o.errs {
			var bad *RowError
			if !errors.As(err, &bad) {
				require.IsType(t, &InputError{}, err)
				require.Equal(t, len(o.errs)-1, i, "the last")
			}
		}
		if len(text) < 2000 {
			require.Equal(t, o, gather(t, d.Decode(context.Background(), iotest.OneByteReader(strings.NewReader(text)))))
		}
	})
}
