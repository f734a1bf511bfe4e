package alliance_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

var digestField = regexp.MustCompile(`name="digest" value="([0-9a-f]+)"`)

// The list of the Bundeswahlleiterin is taken as it is: sums are named and left out, a single candidate is called by the name.
func TestOfficialPartyList(t *testing.T) {
	w, v := webtest.NewRevised(t)
	const list = "# © Landeswahlleitung Nordmark;;;;\n# Lizenz, mit Namensnennung;;;;\nGruppenschluessel;Gruppenart_XML;Gruppenart_CSV;GruppennameKurz;Gruppenname\n" +
		"100;SYSTEM_GRUPPE;System-Gruppe;Wahlberechtigte;Wahlberechtigte\n2;PARTEI;Partei;OSTWIND;Ostwind Nordmark\n28;UEBRIGE;System-Gruppe;Übrige;Übrige\n" +
		"71;EINZELBEWERBER;Einzelbewerber/Wählergruppe;;EB: Muster\n"
	preview := v.UploadAs("file", "/verwaltung/wahlen/e1/liste", nil, "parteien.csv", []byte(list))
	webtest.Contains(t, preview, http.StatusOK, "2 neue Parteien", "Eine Spalte kennen wir nicht und lesen sie nicht: Gruppenschluessel.",
		"2 Zeilen stehen für keine Partei und werden nicht übernommen: Wahlberechtigte (Zeile 4), Übrige (Zeile 6).", "EB: Muster")
	digest := digestField.FindStringSubmatch(preview.Body.String())
	if digest == nil {
		t.Fatal("nothing to confirm")
	}
	if got := v.Post("/verwaltung/wahlen/e1/liste/uebernehmen", url.Values{"list": {list}, "digest": {digest[1]}}); got.Code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", got.Code, got.Body)
	}
	short := map[string]string{}
	if err := w.Store.View(t.Context(), func(tx *survey.Tx) error {
		parties, err := survey.BallotParties(tx, "e1")
		for _, p := range parties {
			short[p.ShortName] = p.Name
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if short["OSTWIND"] != "Ostwind Nordmark" || short["EB: Muster"] != "EB: Muster" || short["Übrige"] != "" || short["Wahlberechtigte"] != "" {
		t.Errorf("%v", short)
	}
	english := v.Get("/sprache/en?weiter=/verwaltung/wahlen/e1/liste")
	if english.Code != http.StatusSeeOther {
		t.Fatal(english.Code)
	}
	webtest.Contains(t, v.Post("/verwaltung/wahlen/e1/liste", url.Values{"list": {list}}), http.StatusOK, "2 lines stand for no party", "Wahlberechtigte (line 4)")
	// a misnamed column is told when it is a needed one
	webtest.Contains(t, v.Post("/verwaltung/wahlen/e1/liste", url.Values{"list": {strings.Replace(list, "GruppennameKurz;Gruppenname", "GruppennameKurz;Titel", 1)}}),
		http.StatusUnprocessableEntity, "Titel")
}
