package stage

import (
	"maps"
	"slices"
	"strings"
)

// label is the built-in label of a stage in English, Russian and Ukrainian.
type label struct{ en, ru, uk string }

// builtin holds the labels of every stage of the presets.
var builtin = map[Stage]label{
	Awareness:     {"Awareness", "Осведомлённость", "Обізнаність"},
	Consideration: {"Consideration", "Рассмотрение", "Розгляд"},
	Decision:      {"Decision", "Принятие решения", "Ухвалення рішення"},
	Purchase:      {"Purchase", "Покупка", "Купівля"},
	AfterPurchase: {"Post-purchase", "После покупки", "Після купівлі"},
	Onboarding:    {"Onboarding", "Онбординг", "Онбординг"},
	Support:       {"Support", "Поддержка", "Підтримка"},
	Refund:        {"Refund", "Возврат средств", "Повернення коштів"},
	Retention:     {"Retention", "Удержание", "Утримання"},
	Loyalty:       {"Loyalty", "Лояльность", "Лояльність"},
	Advocacy:      {"Advocacy", "Адвокация бренда", "Адвокація бренду"},

	HubSpotSubscriber:  {"Subscriber", "Подписчик", "Підписник"},
	HubSpotLead:        {"Lead", "Лид", "Лід"},
	HubSpotMQL:         {"Marketing qualified lead", "Лид, квалифицированный маркетингом", "Лід, кваліфікований маркетингом"},
	HubSpotSQL:         {"Sales qualified lead", "Лид, квалифицированный отделом продаж", "Лід, кваліфікований відділом продажів"},
	HubSpotOpportunity: {"Opportunity", "Потенциальная сделка", "Потенційна угода"},
	HubSpotCustomer:    {"Customer", "Клиент", "Клієнт"},
	HubSpotEvangelist:  {"Evangelist", "Евангелист бренда", "Євангеліст бренду"},
	HubSpotOther:       {"Other", "Другое", "Інше"},

	SalesforceProspecting:      {"Prospecting", "Поиск клиентов", "Пошук клієнтів"},
	SalesforceQualification:    {"Qualification", "Квалификация", "Кваліфікація"},
	SalesforceNeedsAnalysis:    {"Needs analysis", "Анализ потребностей", "Аналіз потреб"},
	SalesforceValueProposition: {"Value proposition", "Ценностное предложение", "Ціннісна пропозиція"},
	SalesforceDecisionMakers:   {"Decision makers identified", "Определение лиц, принимающих решения", "Визначення осіб, які ухвалюють рішення"},
	SalesforcePerception:       {"Perception analysis", "Анализ восприятия", "Аналіз сприйняття"},
	SalesforceProposal:         {"Proposal or price quote", "Коммерческое предложение", "Комерційна пропозиція"},
	SalesforceNegotiation:      {"Negotiation and review", "Переговоры и согласование", "Переговори та узгодження"},
	SalesforceClosedWon:        {"Closed won", "Сделка выиграна", "Угоду виграно"},
	SalesforceClosedLost:       {"Closed lost", "Сделка проиграна", "Угоду програно"},
}

// Label names the stage in the language with the given tag, such as "ru" or
// "ru-RU". It takes the first that there is of
//
//   - the step's own label in that language, then in the more general ones
//     ("ru-RU", then "ru"), then in English ("en");
//   - the built-in label in that language, then in English;
//   - the name of the stage.
//
// The case of a tag does not matter, and "_" stands for "-". A stage that the
// model lacks has no label of its own.
func (m Model) Label(s Stage, lang string) string {
	tag := strings.ReplaceAll(lang, "_", "-")
	if i, ok := m.Index(s); ok && len(m.Steps[i].Labels) > 0 {
		labels := m.Steps[i].Labels
		for t := tag; t != ""; t = moreGeneral(t) {
			if text, ok := lookup(labels, t); ok {
				return text
			}
		}
		if text, ok := lookup(labels, "en"); ok {
			return text
		}
	}
	b, ok := builtin[s]
	if !ok {
		return string(s)
	}
	primary, _, _ := strings.Cut(tag, "-")
	switch strings.ToLower(primary) {
	case "ru":
		return b.ru
	case "uk":
		return b.uk
	}
	return b.en
}

// moreGeneral cuts the last part off a tag: "zh-Hant-TW", "zh-Hant", "zh", "".
func moreGeneral(tag string) string {
	return tag[:max(strings.LastIndexByte(tag, '-'), 0)]
}

// lookup finds the label with the tag: exactly, or else the first in order of
// the keys that differs only in case and in "_" for "-".
func lookup(labels map[string]string, tag string) (string, bool) {
	if text, ok := labels[tag]; ok {
		return text, true
	}
	for _, key := range sortedKeys(labels) {
		if strings.EqualFold(strings.ReplaceAll(key, "_", "-"), tag) {
			return labels[key], true
		}
	}
	return "", false
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
