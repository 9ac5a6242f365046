package journey

import "github.com/cjm-go/cjm/touchpoint"

// Key is a value of a touchpoint by which touches, or customers, are told apart. The
// empty text means that the value is not known.
type Key func(*touchpoint.Touchpoint) string

// ByChannel is a [Key]: the channel. [UnknownChannel] is not known.
func ByChannel(t *touchpoint.Touchpoint) string {
	if t.Channel == UnknownChannel {
		return ""
	}
	return string(t.Channel)
}

// ByKind is a [Key]: the kind.
func ByKind(t *touchpoint.Touchpoint) string { return string(t.Kind) }

// ByEvent is a [Key]: the kind, or where that is not known what [ByChannel] says.
func ByEvent(t *touchpoint.Touchpoint) string {
	if t.Kind != "" {
		return string(t.Kind)
	}
	return ByChannel(t)
}

// BySetting is a [Key]: "online" or "offline".
func BySetting(t *touchpoint.Touchpoint) string { return t.Setting.String() }

// ByStage is a [Key]: the stage that the source gives.
func ByStage(t *touchpoint.Touchpoint) string { return string(t.Stage) }

// BySource is a [Key]: the source of the campaign, utm_source.
func BySource(t *touchpoint.Touchpoint) string { return t.Campaign.Source }

// ByMedium is a [Key]: the medium of the campaign, utm_medium.
func ByMedium(t *touchpoint.Touchpoint) string { return t.Campaign.Medium }

// ByCampaign is a [Key]: the name of the campaign, utm_campaign.
func ByCampaign(t *touchpoint.Touchpoint) string { return t.Campaign.Name }

// ByCode is a [Key]: the code of the campaign, such as that of a coupon.
func ByCode(t *touchpoint.Touchpoint) string { return t.Campaign.Code }

// ByProperty returns the [Key] of the property with the name.
func ByProperty(name string) Key {
	return func(t *touchpoint.Touchpoint) string { return t.Properties[name] }
}

// of returns the value of the touch; that of [ByEvent] if the key is nil.
func (k Key) of(t *touchpoint.Touchpoint) string {
	if k == nil {
		return ByEvent(t)
	}
	return k(t)
}
