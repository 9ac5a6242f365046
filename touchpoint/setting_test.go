package touchpoint

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSettingText(t *testing.T) {
	for s, want := range map[Setting]string{UnknownSetting: "", Online: "online", Offline: "offline"} {
		assert.Equal(t, want, s.String())
		text, err := s.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, want, string(text))
		back := Setting(99)
		require.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, s, back)
	}
	var s Setting
	require.NoError(t, s.UnmarshalText([]byte("OffLine")))
	assert.Equal(t, Offline, s)
}

func TestSettingErrors(t *testing.T) {
	assert.Equal(t, "Setting(3)", Setting(3).String())
	_, err := Setting(3).MarshalText()
	require.ErrorIs(t, err, ErrRange)
	for _, text := range []string{"onlin", "on-line", " online", "Setting(1)", "offlinE\x00"} {
		s := Online
		err := s.UnmarshalText([]byte(text))
		require.ErrorIs(t, err, ErrFormat)
		assert.Equal(t, "touchpoint: setting: bad format: want online or offline", err.Error())
		assert.Equal(t, Online, s, "unchanged on error")
	}
}

func TestSettingJSON(t *testing.T) {
	data, err := json.Marshal(map[Setting]Setting{Online: Offline})
	require.NoError(t, err)
	assert.Equal(t, `{"online":"offline"}`, string(data))
}
