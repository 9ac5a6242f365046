package journey

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cjm-go/cjm/touchpoint"
)

func TestKeys(t *testing.T) {
	full := touchpoint.Touchpoint{
		Channel: "email", Kind: "open", Setting: touchpoint.Offline, Stage: "awareness",
		Campaign:   touchpoint.Campaign{Source: "news", Medium: "mail", Name: "spring", Code: "X1"},
		Properties: map[string]string{"plan": "gold"},
	}
	empty := touchpoint.Touchpoint{}
	for name, test := range map[string]struct {
		key  Key
		want string
	}{
		"channel":  {ByChannel, "email"},
		"kind":     {ByKind, "open"},
		"event":    {ByEvent, "open"},
		"setting":  {BySetting, "offline"},
		"stage":    {ByStage, "awareness"},
		"source":   {BySource, "news"},
		"medium":   {ByMedium, "mail"},
		"campaign": {ByCampaign, "spring"},
		"code":     {ByCode, "X1"},
		"property": {ByProperty("plan"), "gold"},
	} {
		assert.Equal(t, test.want, test.key(&full), name)
		assert.Empty(t, test.key(&empty), name)
	}
	assert.Empty(t, ByProperty("other")(&full))
	assert.Equal(t, "email", ByEvent(&touchpoint.Touchpoint{Channel: "email"}))
	unknown := touchpoint.Touchpoint{Channel: UnknownChannel}
	assert.Empty(t, ByChannel(&unknown), "what the Builder writes for a channel that is not known")
	assert.Empty(t, ByEvent(&unknown))
	assert.Equal(t, "online", BySetting(&touchpoint.Touchpoint{Setting: touchpoint.Online}))
}
