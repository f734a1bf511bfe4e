package send_test

import (
	"reflect"
	"testing"
	"time"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// A reason keeps when it was given and by whom, as long as it says the same. What lacked one before it was asked for can be saved.
func TestReasonsOfDeviations(t *testing.T) {
	s := newSending(t)
	s.ready()
	first := s.respondent("ub").DueReason
	if first.Text != "Parteitag am 10. Januar" || first.By != "u1" || !first.At.Equal(sendStart) {
		t.Errorf("%+v", first)
	}
	s.clock.Advance(time.Hour)
	again := func(c *send.SaveRespondent) {
		c.Due, c.DueZone, c.DueReason = "2027-01-15T12:00", "Europe/Berlin", "Parteitag am 10. Januar"
	}
	s.change("ub", func(c *send.SaveRespondent) {
		again(c)
		c.Language, c.LanguageReason = "en", "Die Geschäftsstelle spricht Englisch."
	})
	r := s.respondent("ub")
	if r.DueReason != first || r.LanguageReason.Text != "Die Geschäftsstelle spricht Englisch." || !r.LanguageReason.At.Equal(s.clock.Now()) {
		t.Errorf("%+v, %+v", r.DueReason, r.LanguageReason)
	}
	s.change("ub", func(c *send.SaveRespondent) { again(c); c.DueReason = "verschoben"; c.LanguageReason = "bleibt nicht" })
	if r = s.respondent("ub"); r.DueReason.Text != "verschoben" || !r.DueReason.At.Equal(s.clock.Now()) || r.LanguageReason != (survey.Reason{}) {
		t.Errorf("%+v, %+v", r.DueReason, r.LanguageReason)
	}
	s.change("ub", func(*send.SaveRespondent) {})
	if r = s.respondent("ub"); r.DueReason != (survey.Reason{}) {
		t.Errorf("a reason for no date: %+v", r.DueReason)
	}
	// from before reasons were asked for
	due, _ := survey.ParseInstant("2027-01-15T12:00", "Europe/Berlin", "")
	r.Due, r.Language = due, "en"
	s.put(func(tx *survey.Tx) error { return tx.Respondents.Put(r) })
	old := send.SaveRespondent{ShortName: r.ShortName, Name: "Anders", Email: r.Email, Language: "en", Procedure: r.Procedure, Due: "2027-01-15T12:00", DueZone: "Europe/Berlin", Revision: r.Revision}
	if _, err := s.Send.SaveRespondent(t.Context(), s.office, s.q, "ub", old); err != nil {
		t.Errorf("what was stored without a reason: %v", err)
	}
	old.Due, old.Revision = "2027-01-16T12:00", s.respondent("ub").Revision
	if _, err := s.Send.SaveRespondent(t.Context(), s.office, s.q, "ub", old); testworld.KeyOf(err) != "due_reason send.error.due_reason" {
		t.Errorf("another date without a reason: %v", err)
	}
	// the rule of a party's own form is its reason
	s.change("aehrenbund", func(c *send.SaveRespondent) {
		c.Procedure.Source, c.Due, c.DueZone = "https://aehrenbund.example/regeln", "2026-12-15T12:00", "Europe/Berlin"
	})
	// the same form twice makes one respondent, whenever it was sent
	extra := send.SaveRespondent{ShortName: "Extra", Name: "Extraliste", Language: "en", LanguageReason: "bat darum", Procedure: survey.Procedure{Channel: survey.ChannelMail},
		Due: "2026-12-15T12:00", DueZone: "Europe/Berlin", DueReason: "bat darum"}
	one, err := s.Send.AddRespondent(t.Context(), s.office, s.q, extra)
	testworld.Must(t, err)
	s.clock.Advance(time.Minute)
	if two, err := s.Send.AddRespondent(t.Context(), s.office, s.q, extra); err != nil || one != two {
		t.Errorf("a double click: %s, %s, %v", one, two, err)
	}
}

func TestWhoLeftAQuestionOut(t *testing.T) {
	s := newSending(t)
	s.ready()
	leave := func(actor survey.Actor, lines ...send.LeftOutQuestion) {
		t.Helper()
		testworld.Must(t, s.Send.LeaveOut(t.Context(), actor, s.q, "aehrenbund", s.respondent("aehrenbund").Revision, lines))
	}
	leave(s.office, send.LeftOutQuestion{Question: "q01", Reason: "zu lang"})
	s.clock.Advance(time.Hour)
	leave(s.second, send.LeftOutQuestion{Question: "q01", Reason: "zu lang"}, send.LeftOutQuestion{Question: "q02", Reason: "nur eine"})
	want := map[survey.QuestionID]survey.Noted{"q01": {At: sendStart, By: "u1"}, "q02": {At: s.clock.Now().UTC(), By: "u2"}}
	if r := s.respondent("aehrenbund"); !reflect.DeepEqual(r.LeftOutBy, want) {
		t.Errorf("%+v", r.LeftOutBy)
	}
	leave(s.second, send.LeftOutQuestion{Question: "q01", Reason: "anders"})
	if r := s.respondent("aehrenbund"); len(r.LeftOutBy) != 1 || r.LeftOutBy["q01"].By != "u2" {
		t.Errorf("%+v", r.LeftOutBy)
	}
}

// How a question was entered in a party's own form is said where it did not fit, with a reason where it was shortened. q02 has 50
// characters, the form takes 40.
func TestShortenedWordings(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	enter := func(w ...send.PortalWording) error {
		return s.Send.RecordPortal(t.Context(), s.office, s.q, "aehrenbund", send.RecordPortal{At: "2026-11-23T09:30", Zone: "Europe/Berlin", Wordings: w,
			Revision: s.respondent("aehrenbund").Revision})
	}
	q02 := func(text, reason string, whole bool) send.PortalWording {
		return send.PortalWording{Question: "q02", Text: text, Reason: reason, Whole: whole}
	}
	for name, test := range map[string]struct {
		typed []send.PortalWording
		want  string
	}{
		"nothing said":             {nil, "text-q02 send.error.portal_too_long"},
		"the locked wording":       {[]send.PortalWording{q02("Öffentlich bezahlte Software soll öffentlich sein.", "", false)}, "text-q02 send.error.portal_too_long"},
		"a reason alone":           {[]send.PortalWording{q02("", "zu lang", false)}, "text-q02 send.error.shortened_text"},
		"shortened without reason": {[]send.PortalWording{q02("Software soll öffentlich sein.", " ", false)}, "reason-q02 send.error.shortened_reason"},
		"still too long":           {[]send.PortalWording{q02("Bezahlte Software soll immer öffentlich sein.", "zu lang", false)}, "text-q02 send.error.still_too_long"},
		"longer":                   {[]send.PortalWording{q02("Öffentlich bezahlte Software soll ganz öffentlich sein!", "zu lang", false)}, "text-q02 send.error.not_shorter"},
		"both":                     {[]send.PortalWording{q02("Software soll öffentlich sein.", "zu lang", true)}, "whole-q02 send.error.portal_whole"},
		"no text":                  {[]send.PortalWording{q02("Software\x01 öffentlich", "zu lang", false)}, "text-q02 error.text.unseen"},
		"a question of others":     {[]send.PortalWording{q02("", "", true), {Question: "q09", Text: "x", Reason: "y"}}, "error.not_found"},
	} {
		if err := enter(test.typed...); testworld.KeyOf(err) != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	short, shorter := q02(" Software soll öffentlich sein.\r\n", "nur 40 Zeichen", false), send.PortalWording{Question: "q01", Text: "Wie fördern Sie Lernmittel?", Reason: "nur 40 Zeichen"}
	for range 2 { // a double click
		testworld.Must(t, enter(short, shorter))
	}
	want := []survey.Shortened{{Question: "q01", Text: "Wie fördern Sie Lernmittel?", Reason: "nur 40 Zeichen"}, {Question: "q02", Text: "Software soll öffentlich sein.", Reason: "nur 40 Zeichen"}}
	r := s.respondent("aehrenbund")
	if !reflect.DeepEqual(r.Portal.Shortened, want) || r.Portal.Whole != nil {
		t.Errorf("%+v", r.Portal)
	}
	if err := s.Send.RecordPortal(t.Context(), s.office, s.q, "aehrenbund", send.RecordPortal{At: "2026-11-23T09:30", Zone: "Europe/Berlin",
		Wordings: []send.PortalWording{q02("", "", true)}, Revision: r.Revision - 1}); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("stale: %v", err)
	}
	testworld.Must(t, s.Send.TakeBackPortal(t.Context(), s.office, s.q, "aehrenbund", r.Revision))
	testworld.Must(t, s.Send.LeaveOut(t.Context(), s.office, s.q, "aehrenbund", s.respondent("aehrenbund").Revision, []send.LeftOutQuestion{{Question: "q02", Reason: "zu lang"}}))
	testworld.Must(t, enter())
}
