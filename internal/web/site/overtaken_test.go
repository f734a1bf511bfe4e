package site_test

import (
	"net/url"
	"strings"
	"testing"

	"pruefstein/internal/web/webtest"
)

// P6, P7: whoever saves too late gets the form back with everything typed and what is stored now, and can save knowingly.
func TestAFormThatCameTooLateIsShownAgain(t *testing.T) {
	t.Parallel()
	w, v := webtest.NewRevised(t)
	for name, c := range map[string]struct {
		path      string
		form      url.Values
		page      []string // of the answer
		revisions url.Values
	}{
		"alliance": {"/verwaltung/buendnis", url.Values{"name": {"Kurz"}, "imprint": {"Mein Impressum"}, "privacy": {"Gleich"}, "check_lock": {"off"}},
			[]string{`value="Kurz"`, "Inzwischen gespeichert ist „Bündnis Nordmark“", "\nMein Impressum</textarea>", "\nNeues Impressum</textarea>", `value="off" checked`, "Anders gespeichert ist jetzt: Name des Bündnisses, "},
			url.Values{"revision": {"2"}}},
		"organisation": {"/verwaltung/organisationen", url.Values{"id": {"o1"}, "name": {"FN"}, "website": {""}},
			[]string{`value="FN"`, "„Freie Netze e. V.“", "„https://neu.example“", `value="Offene Welt"`}, url.Values{"revision": {"2"}}},
		"group":  {"/verwaltung/arbeitsgruppen", url.Values{"id": {"g1"}, "name": {"AG B"}}, []string{`value="AG B"`, "„Bildung“"}, url.Values{"revision": {"2"}}},
		"person": {"/verwaltung/personen/u2", url.Values{"name": {"B."}, "email": {"ben@x.example"}, "member": {"g1"}}, []string{`value="B."`, "„Ben“", "„bne@x.example“", "„ja“", `value="ben@x.example"`}, url.Values{"revision": {"2"}}},
		"settings": {"/werkstatt/nordmark/einstellungen", url.Values{"title": {"Kurz"}, "slug": {"nordmark"}, "election": {"e1"}, "slots": {"9"}, "order_rule": {"ballot"}, "licence": {"CC0-1.0"}, "topics": {"Schule\r\nAmt"}},
			[]string{`value="Kurz"`, "„Nordmark fragt“", "„8“", `value="9"`, "\nSchule\r\nAmt</textarea>", "\nSchule</textarea>", "„CC-BY-4.0“"}, url.Values{"revision": {"2"}}},
		"election": {"/verwaltung/wahlen/e1/bearbeiten", url.Values{"name": {"LTW"}, "date": {"2027-05-10"}, "level": {"bund"}},
			[]string{`value="LTW"`, "„Landtagswahl“", `value="2027-05-10"`, "„2027-05-09“"}, url.Values{"revision": {"2"}}},
		"party": {"/verwaltung/wahlen/e1/parteien/p1", url.Values{"short_name": {"FM"}, "name": {"Mitte"}, "ballot_position": {"4"}},
			[]string{`value="Mitte"`, "„Freie Mitte“", "„3“"}, url.Values{"party_revision": {"2"}, "contestant_revision": {"5"}}},
	} {
		got := v.Post(c.path, c.form)
		page := got.Body.String()
		if got.Code != 409 || !strings.Contains(page, "Jemand hat inzwischen etwas geändert") {
			t.Errorf("%s: %d\n%s", name, got.Code, page)
			continue
		}
		for _, want := range c.page {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %s in\n%s", name, want, page)
			}
		}
		for field, value := range c.revisions {
			if !strings.Contains(page, `name="`+field+`" value="`+value[0]+`"`) {
				t.Errorf("%s: the form would come too late again", name)
			}
			c.form[field] = value
		}
		if got := v.Post(c.path, c.form); got.Code != 303 {
			t.Errorf("%s, knowingly: %d\n%s", name, got.Code, got.Body)
		}
		// A second click.
		if got := v.Post(c.path, c.form); got.Code != 303 {
			t.Errorf("%s, a second click: %d", name, got.Code)
		}
	}
	if !strings.Contains(w.Contents(t, false), "Mein Impressum") {
		t.Error("not saved")
	}
}
