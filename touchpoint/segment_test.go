package touchpoint

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func decodeSegment(t testing.TB, d Segment, text string) outcome {
	t.Helper()
	return gather(t, d.Decode(context.Background(), strings.NewReader(text)))
}

// gather returns what a sequence yields.
func gather(t testing.TB, events func(func(Touchpoint, error) bool)) outcome {
	t.Helper()
	var o outcome
	for row, err := range events {
		o.add(t, row, err)
	}
	return o
}

// oneCall decodes one call that must be fine.
func oneCall(t *testing.T, d Segment, text string) Touchpoint {
	t.Helper()
	o := decodeSegment(t, d, text)
	require.Empty(t, o.errs)
	require.Len(t, o.rows, 1)
	return o.rows[0]
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// The complete example of a track call in Segment's specification (spec/track),
// with its four times: 1.266 - (1.169 - 1.152) = 1.249, which is the timestamp.
const specTrack = `{
  "anonymousId": "23adfd82-aa0f-45a7-a756-24f2a7a4c895",
  "context": {
    "library": {"name": "analytics.js", "version": "2.11.1"},
    "page": {"path": "/academy/", "referrer": "", "url": "https://segment.com/academy/"},
    "ip": "108.0.78.21"
  },
  "event": "Course Clicked",
  "integrations": {},
  "messageId": "ajs-f8ca1e4de5024d9430b3928bd8ac6b96",
  "properties": {"title": "Intro to Analytics"},
  "receivedAt": "2015-12-12T19:11:01.266Z",
  "sentAt": "2015-12-12T19:11:01.169Z",
  "timestamp": "2015-12-12T19:11:01.249Z",
  "type": "track",
  "userId": "AiUGstSDIg",
  "originalTimestamp": "2015-12-12T19:11:01.152Z"
}`

func TestSegmentSpecTrack(t *testing.T) {
	want := Touchpoint{
		ID:       uuid.NewSHA1(uuid.MustParse(Namespace), []byte("ajs-f8ca1e4de5024d9430b3928bd8ac6b96")),
		Customer: "AiUGstSDIg",
		Time:     at("2015-12-12T19:11:01.249Z"),
		Received: at("2015-12-12T19:11:01.266Z"),
		Kind:     "Course Clicked",
		Properties: map[string]string{
			"type": "track", "userId": "AiUGstSDIg", "anonymousId": "23adfd82-aa0f-45a7-a756-24f2a7a4c895",
			"context.library.name": "analytics.js", "context.library.version": "2.11.1",
			"context.page.path": "/academy/", "context.page.referrer": "", "context.page.url": "https://segment.com/academy/",
			"context.ip": "108.0.78.21", "title": "Intro to Analytics",
			"sentAt": "2015-12-12T19:11:01.169Z", "originalTimestamp": "2015-12-12T19:11:01.152Z",
		},
	}
	assert.Equal(t, want, oneCall(t, Segment{}, specTrack))
	// The same over one line, and without the timestamp that follows from the rest.
	line := strings.ReplaceAll(specTrack, "\n", "")
	assert.Equal(t, want, oneCall(t, Segment{}, line))
	assert.Equal(t, want, oneCall(t, Segment{}, strings.Replace(line, `"timestamp"`, `"x":null,"y"`, 1)+" ").without("y"))
}

// without returns the touchpoint without a property.
func (t Touchpoint) without(key string) Touchpoint {
	delete(t.Properties, key)
	return t
}

// The example of common fields in the specification (spec/common) has a campaign,
// a device, and a timestamp that is corrected already: no originalTimestamp.
func TestSegmentSpecCommon(t *testing.T) {
	got := oneCall(t, Segment{}, `{"anonymousId":"507f191e810c19729de860ea",
		"context":{"active":true,
			"campaign":{"name":"TPS Innovation Newsletter","source":"Newsletter","medium":"email","term":"tps reports","content":"image link"},
			"device":{"id":"B5372DB0-C21E-11E4-8DFC-AA07A5B093DB","adTrackingEnabled":true},
			"location":{"latitude":40.2964197,"speed":0},"page":{"url":"https://segment.com/?utm_source=other"},"groupId":"12345"},
		"integrations":{"All":true,"Mixpanel":false},
		"messageId":"022bb90c-bbac-11e4-8dfc-aa07a5b093db","event":"x",
		"receivedAt":"2015-12-10T04:08:31.909Z","sentAt":"2015-12-10T04:08:31.581Z","timestamp":"2015-12-10T04:08:31.905Z",
		"type":"track","userId":"97980cfea0067","version":2}`)
	assert.Equal(t, uuid.MustParse("022bb90c-bbac-11e4-8dfc-aa07a5b093db"), got.ID)
	assert.Equal(t, at("2015-12-10T04:08:31.905Z"), got.Time)
	assert.Equal(t, Campaign{"Newsletter", "email", "TPS Innovation Newsletter", "image link", "tps reports", ""}, got.Campaign)
	assert.Equal(t, map[string]string{
		"type": "track", "userId": "97980cfea0067", "anonymousId": "507f191e810c19729de860ea", "sentAt": "2015-12-10T04:08:31.581Z",
		"context.active": "true", "context.device.id": "B5372DB0-C21E-11E4-8DFC-AA07A5B093DB", "context.device.adTrackingEnabled": "true",
		"context.location.latitude": "40.2964197", "context.location.speed": "0", "context.groupId": "12345",
		"context.page.url": "https://segment.com/?utm_source=other",
		"integrations.All": "true", "integrations.Mixpanel": "false", "version": "2",
	}, got.Properties)
}

// The batch of the reference of Segment's HTTP API, which has one month of one
// digit: that is no ISO 8601, so it takes a layout of its own.
const specBatch = `{
  "batch": [
    {"type": "identify", "userId": "019mr8mf4r", "traits": {"email": "jake@yahoo.com", "name": "Jake Peterson", "age": 26}, "timestamp": "2012-12-02T00:30:08.276Z"},
    {"type": "track", "userId": "019mr8mf4r", "event": "Song Played", "properties": {"name": "Fallin for You"}, "timestamp": "2012-12-02T00:30:12.984Z"},
    {"type": "track", "userId": "971mj8mk7p", "event": "Song Played",
     "properties": {"name": "Get Right"}, "timestamp": "2015-2-02T00:30:12.984Z", "context": {"device": {"type": "tablet"}}}
  ],
  "writeKey": "YOUR_WRITE_KEY",
  "context": {"device": {"type": "phone", "name": "Apple iPhone 6"}}
}`

func TestSegmentSpecBatch(t *testing.T) {
	o := decodeSegment(t, Segment{TimeLayouts: []string{TimeISO, "2006-1-02T15:04:05Z07:00"}}, specBatch)
	require.Empty(t, o.errs)
	require.Len(t, o.rows, 3)
	assert.Equal(t, Kind("identify"), o.rows[0].Kind)
	assert.Equal(t, map[string]string{
		"type": "identify", "userId": "019mr8mf4r", "traits.email": "jake@yahoo.com", "traits.name": "Jake Peterson", "traits.age": "26",
		"context.device.type": "phone", "context.device.name": "Apple iPhone 6",
	}, o.rows[0].Properties)
	assert.Equal(t, Kind("Song Played"), o.rows[1].Kind)
	assert.Equal(t, "Fallin for You", o.rows[1].Properties["name"])
	assert.Equal(t, at("2015-02-02T00:30:12.984Z"), o.rows[2].Time)
	assert.Equal(t, "tablet", o.rows[2].Properties["context.device.type"], "the call's own wins")
	assert.Equal(t, "Apple iPhone 6", o.rows[2].Properties["context.device.name"])

	o = decodeSegment(t, Segment{Source: "in"}, specBatch)
	assert.Len(t, o.rows, 2)
	require.Len(t, o.errs, 1)
	assert.EqualError(t, o.errs[0], "in:5: batch[2].timestamp: bad format: not a time of an accepted layout")
}

// The other calls of the specification.
func TestSegmentCalls(t *testing.T) {
	const ending = `,"userId":"019mr8mf4r","timestamp":"2012-12-02T00:31:29.738Z","writeKey":"YOUR_WRITE_KEY"}`
	for _, test := range []struct {
		text       string
		kind       Kind
		properties map[string]string
	}{
		{`{"type":"page","name":"Tracking HTTP API","properties":{"name":"Tracking HTTP API","path":"/"}`, "page", map[string]string{
			"name": "Tracking HTTP API", "properties.name": "Tracking HTTP API", "path": "/",
		}},
		{`{"type":"screen","name":"Home"`, "screen", map[string]string{"name": "Home"}},
		{`{"type":"group","groupId":"8e9df332ac","traits":{"name":"Initech","employees":420}`, "group", map[string]string{
			"groupId": "8e9df332ac", "traits.name": "Initech", "traits.employees": "420",
		}},
		{`{"type":"alias","previousId":"39239-239239"`, "alias", map[string]string{"previousId": "39239-239239"}},
		{`{"type":"identify","traits":{},"event":"stays"`, "identify", map[string]string{"event": "stays"}},
		{`{"type":"track","event":" Item Purchased ","properties":{"products":[{"sku": 1}, 2],"o":{},"d":{"e":{"f":null}}}`, "Item Purchased", map[string]string{
			"products": `[{"sku":1},2]`, "o": "{}", "d.e": "{}",
		}},
	} {
		got := oneCall(t, Segment{}, test.text+ending)
		test.properties["userId"] = "019mr8mf4r"
		if kind := test.kind; kind == "Item Purchased" {
			test.properties["type"] = "track"
		} else {
			test.properties["type"] = string(kind)
		}
		assert.Equal(t, test.kind, got.Kind)
		assert.Equal(t, test.properties, got.Properties)
		assert.Equal(t, at("2012-12-02T00:31:29.738Z"), got.Time)
		assert.NotContains(t, got.Properties, "writeKey")
	}
}

func TestSegmentTypeOfEndpoint(t *testing.T) {
	const text = `{"userId":"u","timestamp":"2012-12-02","traits":{"a":1}}`
	assert.Equal(t, Kind("identify"), oneCall(t, Segment{Type: "identify"}, text).Kind)
	assert.Equal(t, Kind("E"), oneCall(t, Segment{}, `{"userId":"u","timestamp":"2012-12-02","event":"E"}`).Kind)
	o := decodeSegment(t, Segment{}, text)
	require.Len(t, o.errs, 1)
	assert.EqualError(t, o.errs[0], "line 1: type: missing")
}

func TestSegmentConversions(t *testing.T) {
	call := func(event, properties string) string {
		return `{"type":"track","userId":"u","timestamp":"2012-12-02","event":"` + event + `","properties":{` + properties + `}}`
	}
	for _, test := range []struct {
		name, event, properties string
		d                       Segment
		converted               bool
		value                   float64
		currency                string
	}{
		{"the event of the specification", "Order Completed", `"revenue":25.00,"total":27.50,"currency":"usd","coupon":"hasbros"`, Segment{}, true, 25, "USD"},
		{"no revenue", "Order Completed", `"total":27.50,"value":1`, Segment{}, true, 27.5, ""},
		{"no amount", "Order Completed", ``, Segment{}, true, 0, ""},
		{"an empty revenue", "Order Completed", `"revenue":"","value":"3"`, Segment{}, true, 3, ""},
		{"another event", "Product Added", `"revenue":25,"currency":"dollars","value":[1]`, Segment{}, false, 0, ""},
		{"a refund", "Order Refunded", `"total":-30,"currency":"USD"`, Segment{}, false, 0, ""},
		{"other case", "order completed", `"revenue":1`, Segment{}, false, 0, ""},
		{"events of one's own", "Signed Up", `"value":7`, Segment{ConvertOn: []string{"X", "Signed Up"}}, true, 7, ""},
		{"none", "Order Completed", `"revenue":1`, Segment{ConvertOn: []string{}}, false, 0, ""},
		{"total by name", "Order Completed", `"revenue":1,"total":2`, Segment{Columns: Columns{Value: "properties.total"}}, true, 2, ""},
		{"no value", "Order Completed", `"revenue":1`, Segment{Columns: Columns{Value: NoColumn}}, true, 0, ""},
		{"conversion by name", "X", `"revenue":1,"won":true`, Segment{Columns: Columns{Conversion: "properties.won"}}, true, 1, ""},
		{"cost by name", "X", `"spend":4,"currency":"eur"`, Segment{Columns: Columns{Cost: "properties.spend"}}, false, 0, "EUR"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := oneCall(t, test.d, call(test.event, test.properties))
			assert.Equal(t, test.converted, got.Conversion)
			assert.InDelta(t, test.value, got.Value, 0)
			assert.Equal(t, test.currency, got.Currency)
			require.NoError(t, got.Validate())
		})
	}
	got := oneCall(t, Segment{}, call("Order Completed", `"revenue":25.00,"currency":"usd","coupon":"hasbros"`))
	assert.Equal(t, "hasbros", got.Campaign.Code)
	assert.Subset(t, got.Properties, map[string]string{"revenue": "25.00", "currency": "usd", "coupon": "hasbros"})
	got = oneCall(t, Segment{}, call("Order Refunded", `"total":-30`))
	assert.Equal(t, "-30", got.Properties["total"])
}

func TestSegmentCampaignOfURL(t *testing.T) {
	call := func(rest string) string {
		return `{"type":"page","userId":"u","timestamp":"2012-12-02"` + rest + `}`
	}
	for _, test := range []struct {
		rest string
		want Campaign
	}{
		{`,"context":{"page":{"url":"https://a.b/c?x=1&utm_source=n+l&utm_medium=e%2Dmail&utm_campaign=%C3%A9&utm_content=c&utm_term=t#utm_source=no"}}`, Campaign{"n l", "e-mail", "é", "c", "t", ""}},
		{`,"properties":{"url":"https://a.b/?utm_source=first&utm_source=second&utm_medium=%zz&utm_term=%ff"}`, Campaign{Source: "first"}},
		{`,"context":{"page":{"search":"?utm_source=s"}}`, Campaign{Source: "s"}},
		{`,"context":{"campaign":{"source":"own"},"page":{"url":"?utm_medium=not-mixed"}}`, Campaign{Source: "own"}},
		{`,"context":{"campaign":{"source":" ","id":"7"},"page":{"url":"?utm_medium=m"}},"properties":{"coupon":"c"}`, Campaign{Medium: "m", Code: "c"}},
		{`,"context":{"page":{"url":"no query"}}`, Campaign{}},
		{`,"context":{"page":{"url":["?utm_source=x"]}}`, Campaign{}},
	} {
		assert.Equal(t, test.want, oneCall(t, Segment{}, call(test.rest)).Campaign, test.rest)
	}
	d := Segment{Columns: Columns{Source: NoColumn}}
	assert.Equal(t, Campaign{}, oneCall(t, d, call(`,"context":{"page":{"url":"?utm_source=x"}}`)).Campaign)
}

func TestSegmentConsent(t *testing.T) {
	consent := func(purposes map[string]bool) Consent {
		c, err := NewConsent(purposes)
		require.NoError(t, err)
		return c
	}
	const base = `{"type":"page","userId":"u","timestamp":"2012-12-02"`
	for text, want := range map[string]Consent{
		base + `}`: {},
		base + `,"context":{"consent":{"categoryPreferences":null}}}`:                                                                           {},
		base + `,"context":{"consent":{"categoryPreferences":{}}}}`:                                                                             consent(nil),
		base + `,"context":{"consent":{"categoryPreferences":{"ads":null}}}}`:                                                                   consent(nil),
		base + `,"context":{"consent":{"categoryPreferences":{"ads":true,"an.x":false}}}}`:                                                      consent(map[string]bool{"ads": true, "an.x": false}),
		`{"batch":[` + base + `}],"context":{"consent":{"categoryPreferences":{"ads":true}}}}`:                                                  consent(map[string]bool{"ads": true}),
		`{"batch":[` + base + `,"context":{"consent":{"categoryPreferences":{}}}}],"context":{"consent":{"categoryPreferences":{"ads":true}}}}`: consent(nil),
	} {
		assert.Equal(t, want, oneCall(t, Segment{}, text).Consent, text)
	}
	got := oneCall(t, Segment{}, base+`,"context":{"consent":{"categoryPreferences":{"ads":true}}}}`)
	assert.Equal(t, "true", got.Properties["context.consent.categoryPreferences.ads"])
	for _, bad := range []string{`"secret"`, `["secret"]`, `{"ads":"secret"}`, `{"ads":{"secret":1}}`, `{"":true}`, `true`} {
		o := decodeSegment(t, Segment{}, base+`,"context":{"consent":{"categoryPreferences":`+bad+`}}}`)
		require.Len(t, o.errs, 1, bad)
		require.ErrorIs(t, o.errs[0], ErrFormat)
		assert.NotContains(t, o.errs[0].Error(), "secret")
	}
	d := Segment{Columns: Columns{Consent: "properties.allows"}}
	got = oneCall(t, d, base+`,"properties":{"allows":{"ads":true}}}`)
	assert.Equal(t, consent(map[string]bool{"ads": true}), got.Consent)
	assert.Equal(t, map[string]string{"type": "page", "userId": "u"}, got.Properties)
	assert.Equal(t, consent(map[string]bool{"ads": false}), oneCall(t, d, base+`,"properties":{"allows":"ads=no"}}`).Consent)
}

func TestSegmentColumns(t *testing.T) {
	d := Segment{Columns: Columns{
		ID: NoColumn, Customer: "traits.cid", Time: "properties.at", Channel: "properties.via",
		Kind: "properties.what", Seq: "properties.n", Stage: "properties.stage",
	}}
	got := oneCall(t, d, `{"type":"track","event":"E","messageId":"m","userId":"u","traits":{"cid":17},"sentAt":"2020-01-01","receivedAt":"2021-01-01",
		"timestamp":"2019-01-01","properties":{"at":"2018-01-01","via":"mail","what":"open","n":4,"stage":"s"}}`)
	want := Touchpoint{
		Customer: "17", Time: at("2018-01-01T00:00:00Z"), Received: at("2021-01-01T00:00:00Z"), Seq: 4, Channel: "mail", Kind: "open", Stage: "s",
		Properties: map[string]string{"type": "track", "messageId": "m", "userId": "u", "sentAt": "2020-01-01", "timestamp": "2019-01-01"},
		ID:         got.ID,
	}
	assert.Equal(t, want, got)
	require.NotEqual(t, uuid.Nil, got.ID)

	for want, d := range map[string]Segment{
		"line 1: properties.at: missing": {Columns: Columns{Time: "properties.at"}},
		"line 1: traits.cid: missing":    {Columns: Columns{Customer: "traits.cid"}},
		"line 1: event: missing":         {Columns: Columns{Kind: NoColumn}},
	} {
		o := decodeSegment(t, d, pageCall+"}")
		require.Len(t, o.errs, 1)
		assert.EqualError(t, o.errs[0], want)
	}
	o := decodeSegment(t, Segment{}, pageCall+"} secret")
	require.Len(t, o.errs, 1)
	assert.EqualError(t, o.errs[0], "line 1: malformed row: text after the JSON object")
}

func TestSegmentNoProperties(t *testing.T) {
	d := Segment{Type: "page", Columns: Columns{Customer: "who"}}
	assert.Nil(t, oneCall(t, d, `{"who":"u","timestamp":"2020-01-01"}`).Properties)
}

func TestSegmentMembersBesideBatch(t *testing.T) {
	o := decodeSegment(t, Segment{}, `{"batch":[{"type":"page","userId":"u","timestamp":"2020-01-01T00:00:00Z"}],"messageId":"m","userId":"x",
		"sentAt":"2020-01-01T01:00:00Z","receivedAt":"2020-01-01T01:00:10Z","integrations":{"All":false},"writeKey":"k"}`)
	require.Empty(t, o.errs)
	require.Len(t, o.rows, 1)
	assert.Equal(t, at("2020-01-01T01:00:10Z"), o.rows[0].Received)
	// The call itself has no receivedAt, but the batch has: its timestamp counts
	// as corrected, as in a call with a receivedAt of its own.
	assert.Equal(t, at("2020-01-01T00:00:00Z"), o.rows[0].Time)
	assert.Equal(t, map[string]string{
		"type": "page", "userId": "u", "batch.messageId": "m", "batch.userId": "x",
		"sentAt": "2020-01-01T01:00:00Z", "integrations.All": "false",
	}, o.rows[0].Properties)
}

// The same members in any order are the same touchpoint.
func TestSegmentOrderOfMembers(t *testing.T) {
	parts := []string{
		`"type":"page"`, `"name":"n"`, `"userId":"u"`, `"timestamp":"2020-01-01"`,
		`"properties":{"name":"m","properties":{"name":"k"},"userId":7}`, `"context":{"a":1}`,
	}
	want := oneCall(t, Segment{}, "{"+strings.Join(parts, ",")+"}")
	assert.Equal(t, map[string]string{
		"type": "page", "userId": "u", "name": "n", "properties.name": "m", "properties.properties.name": "k", "properties.userId": "7", "context.a": "1",
	}, want.Properties)
	for i := range parts {
		turned := append(append([]string{}, parts[i:]...), parts[:i]...)
		assert.Equal(t, want, oneCall(t, Segment{}, "{"+strings.Join(turned, ",")+"}"))
	}
}

func TestSegmentValidate(t *testing.T) {
	require.NoError(t, Segment{}.Validate())
	err := Segment{
		Columns: Columns{Time: NoColumn}, Type: "x", Clock: 9, MaxWait: -1, MaxRow: -1, TimeLayouts: []string{""},
		Received: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC),
	}.Validate()
	require.Error(t, err)
	assert.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 7)
	o := decodeSegment(t, Segment{Clock: 9}, specTrack)
	require.Len(t, o.errs, 1)
	require.IsType(t, &InputError{}, o.errs[0])
	_, err = Segment{Clock: 9}.DecodeBody([]byte(specTrack))
	require.ErrorIs(t, err, ErrRange)
}
