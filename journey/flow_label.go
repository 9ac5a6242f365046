package journey

import "github.com/cjm-go/cjm/touchpoint"

// Label names a touch for a [Flow] or a [Pattern]. A touch that it gives the
// empty text takes no part: the touch before it and the one after it then
// follow directly on one another. No other label is special.
type Label func(*touchpoint.Touchpoint) string

// ByKind labels a touch with what happened, its Kind, or else with its Channel.
// It is what a nil [Label] means.
func ByKind(t *touchpoint.Touchpoint) string {
	if t.Kind != "" {
		return string(t.Kind)
	}
	return string(t.Channel)
}

// ByChannel labels a touch with its Channel.
func ByChannel(t *touchpoint.Touchpoint) string { return string(t.Channel) }

// ByStage labels a touch with the Stage that its source gives it.
func ByStage(t *touchpoint.Touchpoint) string { return string(t.Stage) }

// of returns the label of the touch.
func (l Label) of(t *touchpoint.Touchpoint) string {
	if l == nil {
		return ByKind(t)
	}
	return l(t)
}
