package touchpoint

// field is one field of a Touchpoint that a column can hold.
type field uint8

const (
	fieldID field = iota
	fieldCustomer
	fieldTime
	fieldReceived
	fieldSeq
	fieldChannel
	fieldSetting
	fieldKind
	fieldStage
	fieldSource
	fieldMedium
	fieldCampaign
	fieldContent
	fieldTerm
	fieldCode
	fieldConversion
	fieldValue
	fieldCurrency
	fieldCost
	fieldEmotion
	fieldConsent
	numFields
)

// fieldInfo says under which names a field is found.
type fieldInfo struct {
	name  string   // in the text form of Columns
	own   string   // path in the JSON form of a Touchpoint
	usual []string // in an input, the most telling first; lower case
}

var fields = [numFields]fieldInfo{
	fieldID:         {"id", "id", []string{"id", "event_id", "touchpoint_id", "message_id"}},
	fieldCustomer:   {"customer", "customer", []string{"customer", "customer_id", "user_id", "client_id", "userid", "user"}},
	fieldTime:       {"time", "time", []string{"time", "timestamp", "event_time", "occurred_at", "datetime", "date"}},
	fieldReceived:   {"received", "received", []string{"received", "received_at"}},
	fieldSeq:        {"seq", "seq", []string{"seq", "sequence"}},
	fieldChannel:    {"channel", "channel", []string{"channel", "channel_name"}},
	fieldSetting:    {"setting", "setting", []string{"setting"}},
	fieldKind:       {"kind", "kind", []string{"kind", "event", "event_name", "event_type"}},
	fieldStage:      {"stage", "stage", []string{"stage"}},
	fieldSource:     {"source", "campaign.source", []string{"utm_source", "source"}},
	fieldMedium:     {"medium", "campaign.medium", []string{"utm_medium", "medium"}},
	fieldCampaign:   {"campaign", "campaign.name", []string{"utm_campaign", "campaign"}},
	fieldContent:    {"content", "campaign.content", []string{"utm_content"}},
	fieldTerm:       {"term", "campaign.term", []string{"utm_term"}},
	fieldCode:       {"code", "campaign.code", []string{"code", "coupon"}},
	fieldConversion: {"conversion", "conversion", []string{"conversion", "converted", "is_conversion"}},
	fieldValue:      {"value", "value", []string{"value", "revenue", "conversion_value", "amount"}},
	fieldCurrency:   {"currency", "currency", []string{"currency"}},
	fieldCost:       {"cost", "cost", []string{"cost"}},
	fieldEmotion:    {"emotion", "emotion", []string{"emotion"}},
	fieldConsent:    {"consent", "consent", []string{"consent"}},
}

func (f field) String() string { return fields[f].name }
