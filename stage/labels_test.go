package stage

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestModelLabel(t *testing.T) {
	m := Model{Name: "m", Steps: []Step{
		{Stage: "own", Labels: map[string]string{"en": "Own", "pt": "Próprio", "pt-BR": "Próprio (BR)", "zh_Hant": "自有"}},
		{Stage: "german", Labels: map[string]string{"de": "Deutsch"}},
		{Stage: Purchase, Labels: map[string]string{"en": "Checkout done"}},
		{Stage: Awareness},
		{Stage: "plain"},
	}}
	require.NoError(t, m.Validate())
	for _, test := range []struct {
		stage Stage
		lang  string
		want  string
	}{
		{"own", "pt-BR", "Próprio (BR)"},
		{"own", "PT_br", "Próprio (BR)"},
		{"own", "pt-PT", "Próprio"},
		{"own", "zh-hant-TW", "自有"},
		{"own", "ru", "Own"},
		{"own", "", "Own"},
		{"german", "de-AT", "Deutsch"},
		{"german", "en", "german"},
		{Purchase, "ru", "Checkout done"}, // the step's own English comes before the built-in Russian
		{Awareness, "ru-RU", "Осведомлённость"},
		{Awareness, "UK", "Обізнаність"},
		{Awareness, "fr", "Awareness"},
		{Awareness, "rue", "Awareness"}, // Rusyn is not Russian
		{Awareness, "", "Awareness"},
		{"plain", "ru", "plain"},
		{Loyalty, "uk", "Лояльність"}, // not in the model
		{"nowhere", "en", "nowhere"},
	} {
		assert.Equal(t, test.want, m.Label(test.stage, test.lang), "%s in %q", test.stage, test.lang)
	}
}

func TestModelLabelPicksOneOfEqualTags(t *testing.T) {
	m := Model{Name: "m", Steps: []Step{{Stage: "a", Labels: map[string]string{"EN": "1", "eN": "2", "En": "3"}}}}
	for range 50 {
		require.Equal(t, "1", m.Label("a", "en"), "the first key in order")
		require.Equal(t, "2", m.Label("a", "eN"), "the exact key")
	}
}

// Every stage of every preset has three labels, in the right script.
func TestPresetLabels(t *testing.T) {
	for name, m := range Presets() {
		for _, s := range m.All() {
			en, ru, uk := m.Label(s.Stage, "en"), m.Label(s.Stage, "ru"), m.Label(s.Stage, "uk")
			assert.NotEmpty(t, en, "%s %s", name, s.Stage)
			for _, r := range en {
				assert.Less(t, r, rune(utf8.RuneSelf), "%s %s: %s", name, s.Stage, en)
			}
			for _, text := range []string{ru, uk} {
				require.NotEmpty(t, text, "%s %s", name, s.Stage)
				first, _ := utf8.DecodeRuneInString(text)
				assert.True(t, first >= 'Ѐ' && first <= 'ӿ', "%s %s: %s", name, s.Stage, text)
			}
			assert.NotContains(t, ru, "і", "%s: a Ukrainian letter in a Russian label", s.Stage)
			for _, r := range "ыэёъ" {
				assert.NotContains(t, uk, string(r), "%s: a Russian letter in a Ukrainian label", s.Stage)
			}
		}
	}
}
