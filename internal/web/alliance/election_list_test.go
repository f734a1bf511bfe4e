package alliance_test

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

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
	// what stands around the parties is named, and in which encoding the file was read, before and after the columns are said
	mac := []byte("Landtagswahl, Nordmark\nName;Kurzname\nB\x9fndnis;GR\x86NE\n# Ende;\n")
	webtest.Contains(t, v.UploadAs("file", "/verwaltung/wahlen/e1/liste", nil, "mac.csv", mac), http.StatusOK, "Bündnis", "read as Mac Roman", "Landtagswahl, Nordmark (line 1), # Ende (line 4)")
	webtest.Contains(t, v.UploadAs("file", "/verwaltung/wahlen/e1/liste", nil, "mac.csv", bytes.Replace(mac, []byte("Name"), []byte("F\x9fr"), 1)), http.StatusUnprocessableEntity, "Für", "read as Mac Roman")
	// a misnamed column is told when it is a needed one
	webtest.Contains(t, v.Post("/verwaltung/wahlen/e1/liste", url.Values{"list": {strings.Replace(list, "GruppennameKurz;Gruppenname", "GruppennameKurz;Titel", 1)}}),
		http.StatusUnprocessableEntity, "Titel")
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// A list whose columns nobody knows shows them with what stands in them; the office says what they hold, sees the preview and takes it
// over. The list is never lost on the way, and the next one with the same headings is known.
func TestColumnsOfAListAreAssigned(t *testing.T) {
	w, v := webtest.NewRevised(t)
	const page = "/verwaltung/wahlen/e1/liste"
	const list = "Partei;Kürzel;Kontakt der Liste;Sitz\nFreie Mitte Nordmark;FMN;fm@mitte.example;Hafenstadt\nDeichbund;;;Watt\n"
	forms := func(body string) (fields []url.Values) { // hidden fields of each form
		for _, form := range strings.Split(body, "<form ")[1:] {
			one := url.Values{}
			for _, f := range hiddenField.FindAllStringSubmatch(form, -1) {
				one.Add(f[1], html.UnescapeString(f[2]))
			}
			if one.Get("list") != "" || one.Get("header") != "" {
				fields = append(fields, one)
			}
		}
		return fields
	}
	asked := v.UploadAs("file", page, nil, "liste.csv", []byte(list))
	webtest.Contains(t, asked, http.StatusUnprocessableEntity, "Bitte sagen Sie, was in welcher Spalte steht.", "Kontakt der Liste", "Freie Mitte Nordmark · Deichbund", `name="column-4"`, "Was steht in „Kürzel“?")
	said := forms(asked.Body.String())[0]
	if said.Get("list") != list || said.Get("header") == "" {
		t.Fatalf("%v", said)
	}
	say := func(columns ...string) url.Values {
		form := maps.Clone(said)
		for i, c := range columns {
			form.Set(fmt.Sprint("column-", i+1), c)
		}
		return form
	}
	for name, wrong := range map[string]struct {
		form  url.Values
		words []string
	}{
		"twice":   {say("name", "name", "", ""), []string{"Das steht schon in Spalte 1.", `href="#column-2"`}},
		"no name": {say("short_name", "", "email", ""), []string{"Bitte wählen Sie die Spalte mit dem Namen der Partei.", `<option value="email" selected>`}},
		"foreign": {say("name", "constructor", "", ""), []string{`href="#column-2"`}},
	} {
		t.Run(name, func(t *testing.T) {
			got := v.Post(page, wrong.form)
			webtest.Contains(t, got, http.StatusUnprocessableEntity, append(wrong.words, "Deichbund;;;Watt")...)
			if again := forms(got.Body.String()); len(again) == 0 || again[0].Get("list") != list {
				t.Error("the list is lost")
			}
		})
	}
	// Fewer columns than the list has, or those of another header, say nothing of it: the page asks again.
	for _, form := range []url.Values{say("name", "short_name"), func() url.Values { f := say("name", "short_name", "email", ""); f.Set("header", "0"); return f }()} {
		webtest.Contains(t, v.Post(page, form), http.StatusUnprocessableEntity, "Bitte sagen Sie, was in welcher Spalte steht.")
	}
	preview := v.Post(page, say("name", "short_name", "email", ""))
	webtest.Contains(t, preview, http.StatusOK, "2 neue Parteien", "FMN", "Freie Mitte Nordmark", "<details><summary>Spalten zuordnen</summary>")
	take := forms(preview.Body.String())[0]
	if take.Get("digest") == "" || take.Get("column-3") != "email" {
		t.Fatalf("%v", take)
	}
	// The list below the preview is corrected without saying it all again.
	corrected := forms(preview.Body.String())
	edit := corrected[len(corrected)-1]
	edit.Set("list", strings.Replace(list, "FMN", "FM-N", 1))
	webtest.Contains(t, v.Post(page, edit), http.StatusOK, "FM-N", "2 neue Parteien")
	// A list that was altered on the way is not what was shown.
	altered := maps.Clone(take)
	altered.Set("list", strings.Replace(list, "FMN", "FMX", 1))
	webtest.Contains(t, v.Post(page+"/uebernehmen", altered), http.StatusConflict, "FMX")
	altered.Set("list", strings.Replace(list, "Kürzel", "Zeichen", 1))
	webtest.Contains(t, v.Post(page+"/uebernehmen", altered), http.StatusUnprocessableEntity, "Bitte sagen Sie, was in welcher Spalte steht.", "Zeichen")
	for range 2 { // the second click of two
		if got := v.Post(page+"/uebernehmen", take); got.Code != http.StatusSeeOther && got.Code != http.StatusConflict {
			t.Fatalf("%d", got.Code)
		}
	}
	var addresses []string
	if err := w.Store.View(t.Context(), func(tx *survey.Tx) error {
		parties, err := survey.BallotParties(tx, "e1")
		for _, p := range parties {
			if p.ShortName == "FMN" || p.ShortName == "Deichbund" {
				addresses = append(addresses, p.ShortName+" "+p.Name+" "+p.Contestant.Email)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(addresses)
	if diff := cmp.Diff([]string{"Deichbund Deichbund ", "FMN Freie Mitte Nordmark fm@mitte.example"}, addresses); diff != "" {
		t.Error(diff)
	}
	// The next list with these headings is known, and can be assigned anew.
	again := v.UploadAs("file", page, nil, "liste.csv", []byte("PARTEI;kürzel ;Kontakt der Liste;Sitz\nOstwind;OW;;\n"))
	webtest.Contains(t, again, http.StatusOK, "eine neue Partei", "OW", "wie es für Listen mit diesen Überschriften gesagt wurde")
	// Of a list that is known but for a column the others are read as before.
	webtest.Contains(t, v.Post(page, url.Values{"list": {"Kurzname;Name;Sitz\nOW;Ostwind;Watt\n"}}), http.StatusOK, "Eine Spalte kennen wir nicht und lesen sie nicht: Sitz.", "<details><summary>Spalten zuordnen</summary>")
	if body := v.Post(page, url.Values{"list": {"Kurzname;Name\nOW;Ostwind\n"}}).Body.String(); strings.Contains(body, "Spalten zuordnen") {
		t.Error("a list whose columns are known asks for them")
	}
}

// A workbook is taken like a CSV, and stays in the form as text; what is none is refused with a way out.
func TestAListAsAWorkbook(t *testing.T) {
	_, v := webtest.NewRevised(t)
	const page = "/verwaltung/wahlen/e1/liste"
	book := excelize.NewFile()
	for i, row := range [][]any{{"Partei", "Nr."}, {"Freie Mitte", 7}} {
		if err := book.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	data, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	asked := v.UploadAs("file", page, nil, "parteien.xlsx", data.Bytes())
	webtest.Contains(t, asked, http.StatusUnprocessableEntity, "Bitte sagen Sie, was in welcher Spalte steht.", "Freie Mitte\t7")
	form := url.Values{"column-1": {"name"}, "column-2": {"ballot_position"}}
	for _, f := range hiddenField.FindAllStringSubmatch(asked.Body.String(), -1) {
		if f[1] == "list" || f[1] == "header" {
			form.Set(f[1], html.UnescapeString(f[2]))
		}
	}
	preview := v.Post(page, form)
	webtest.Contains(t, preview, http.StatusOK, "eine neue Partei", "Freie Mitte")
	form.Set("digest", digestField.FindStringSubmatch(preview.Body.String())[1])
	if got := v.Post(page+"/uebernehmen", form); got.Code != http.StatusSeeOther {
		t.Fatal(got.Code)
	}
	webtest.Contains(t, v.UploadAs("file", page, nil, "parteien.xlsx", data.Bytes()[:100]), http.StatusUnprocessableEntity, "weder eine Textdatei noch eine Excel-Tabelle")
}

// Who shares a short name with a known party is asked for in the preview. Nothing is written without the answer, which stays when the
// page comes back.
func TestAListAsksWhomItMeans(t *testing.T) {
	w, v := webtest.NewRevised(t)
	const page = "/verwaltung/wahlen/e1/liste"
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(tx.Elections.Put(survey.Election{ID: "e0", Name: "Landtagswahl Nordmark 2022", Date: "2022-05-08"}), tx.Parties.Put(survey.Party{ID: "om", ShortName: "OM", Name: "Offene Mitte"}),
			tx.Contestants.Put(survey.Contestant{Election: "e0", Party: "om", Email: "om@mitte.example"}))
	}); err != nil {
		t.Fatal(err)
	}
	const list = "Kurzname;Name\nOM;Orchester Meer\nDB;Deichbund\nDB;Deichbund\nFM;Freie Musikanten\nOst;\"Ostwind\"\n"
	preview := v.Post(page, url.Values{"list": {list}})
	webtest.Contains(t, preview, http.StatusOK, "2 neue Parteien, 2 zu entscheiden", "Zeile 2: Wer ist „OM – Orchester Meer“?", "dieselbe Partei wie „OM – Offene Mitte“", "Bekannt aus: Landtagswahl Nordmark 2022.",
		"Name: Offene Mitte → Orchester Meer; E-Mail: – → om@mitte.example", `name="zeile-2" value="andere" checked`, "Zeile 5: Wer ist „FM – Freie Musikanten“?", "Steht schon in dieser Wahl.",
		"Eine Partei steht in mehreren Zeilen. Sie wird einmal übernommen.", "kommt 2-mal vor, einmal übernommen")
	if strings.Contains(preview.Body.String(), `name="zeile-5" value="andere" checked`) {
		t.Error("who stands in this election is answered for")
	}
	form := url.Values{"list": {list}, "digest": {digestField.FindStringSubmatch(preview.Body.String())[1]}, "zeile-2": {"om"}}
	parties := func() (list []string) {
		t.Helper()
		if err := w.Store.View(t.Context(), func(tx *survey.Tx) error {
			all, err := survey.BallotParties(tx, "e1")
			for _, p := range all {
				list = append(list, p.ShortName+" "+p.Name)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return list
	}
	before := parties()
	webtest.Contains(t, v.Post(page+"/uebernehmen", form), http.StatusUnprocessableEntity, `href="#zeile-5"`, "Bitte sagen Sie, ob das dieselbe Partei ist oder eine andere.", `name="zeile-2" value="om" checked`)
	form.Set("zeile-5", "foreign")
	webtest.Contains(t, v.Post(page+"/uebernehmen", form), http.StatusUnprocessableEntity, `href="#zeile-5"`)
	if diff := cmp.Diff(before, parties()); diff != "" {
		t.Fatalf("written without an answer: %s", diff)
	}
	form.Set("zeile-5", "andere")
	if got := v.Post(page+"/uebernehmen", form); got.Code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", got.Code, got.Body)
	}
	want := append(before, "OM Orchester Meer", "DB Deichbund", "FM Freie Musikanten", "Ost Ostwind")
	after := parties()
	slices.Sort(want)
	slices.Sort(after)
	if diff := cmp.Diff(want, after); diff != "" {
		t.Error(diff)
	}
	webtest.Contains(t, v.Post(page+"/uebernehmen", form), http.StatusConflict, "Inzwischen hat jemand die Parteien geändert.") // the second click of two
}
