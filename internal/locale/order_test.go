package locale

import (
	"strings"
	"testing"

	"pruefstein/internal/survey"
)

// Every rule has its sentence, which no typed text can replace. Only what the source of an import says is printed, as a quotation.
func TestOrderRule(t *testing.T) {
	t.Parallel()
	for _, rule := range append(survey.Orders, "") {
		if rule == survey.OrderNumber {
			continue // says its source
		}
		q := survey.Questionnaire{Order: rule, OrderRule: "nach Größe"}
		for _, lang := range Languages {
			if text := For(lang).OrderRule(q); !strings.Contains(text, "DIN 5007-1") || strings.Contains(text, q.OrderRule) {
				t.Errorf("%q in %s: %q", rule, lang, text)
			}
		}
	}
	if text := For("de").OrderRule(survey.Questionnaire{Order: survey.OrderNumber, OrderSource: "Amtsblatt 7"}); !strings.HasSuffix(text, "Quelle der Nummern: Amtsblatt 7") {
		t.Error(text)
	}
	imported := survey.Questionnaire{Imported: true, Order: survey.OrderName}
	if text := For("de").OrderRule(imported); text != "Reihenfolge wie in den übernommenen Daten." {
		t.Error(text)
	}
	imported.OrderRule = "nach Größe"
	if text := For("de").OrderRule(imported); text != "Reihenfolge wie in den übernommenen Daten. Deren Quelle schreibt dazu: „nach Größe“" {
		t.Error(text)
	}
}
