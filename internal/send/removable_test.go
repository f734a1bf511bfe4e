package send_test

import (
	"errors"
	"slices"
	"testing"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// A party taken over after the dispatch can be taken off the list again, but not with its words: a letter of its own, or one of
// another party that answers for it as well. A passage quoted beside its answers would be lost with it too.
func TestNobodyIsRemovedWithItsWords(t *testing.T) {
	for _, test := range []struct {
		name string
		put  func(tx *survey.Tx, own, other survey.Respondent) error
		want string // message of the refusal
	}{
		{"nothing", func(*survey.Tx, survey.Respondent, survey.Respondent) error { return nil }, ""},
		{"a letter of another", func(tx *survey.Tx, _, other survey.Respondent) error {
			return survey.PutLetter(tx, survey.Letter{Transcription: survey.Transcription{Questionnaire: "q1", Respondent: other.ID, ID: "t"}})
		}, ""},
		{"a draft of its letter", func(tx *survey.Tx, own, _ survey.Respondent) error {
			return survey.PutLetter(tx, survey.Letter{Transcription: survey.Transcription{Questionnaire: "q1", Respondent: own.ID, ID: "t", State: survey.TranscriptionDraft}})
		}, "error.phase.open"},
		{"a joint letter", func(tx *survey.Tx, own, other survey.Respondent) error {
			return survey.PutLetter(tx, survey.Letter{Transcription: survey.Transcription{Questionnaire: "q1", Respondent: other.ID, ID: "t", Joint: []survey.RespondentID{"x", survey.RespondentID(own.ID)}, State: survey.TranscriptionEffective}})
		}, "error.phase.open"},
		{"a quotation", func(tx *survey.Tx, own, _ survey.Respondent) error {
			return tx.Quotations.Put(survey.Quotation{Questionnaire: "q1", Respondent: own.ID, Question: "q01", Text: "Wir wollen das."})
		}, "error.phase.open"},
		{"the questions are in its own form", func(tx *survey.Tx, own, _ survey.Respondent) error {
			own.AskedAt = sendStart
			return tx.Respondents.Put(own)
		}, "error.phase.open"},
		{"it could not be reached", func(tx *survey.Tx, own, _ survey.Respondent) error {
			own.NotReached = &survey.DeliveryFailure{Reason: "keine Adresse", At: sendStart}
			return tx.Respondents.Put(own)
		}, "error.phase.open"},
		{"a link", func(tx *survey.Tx, own, _ survey.Respondent) error {
			return tx.AccessLinks.Put(survey.AccessLink{Hash: "h", Questionnaire: "q1", Respondent: own.ID})
		}, "error.phase.open"},
		{"a publication shows it", func(tx *survey.Tx, own, _ survey.Respondent) error {
			return survey.PutPublication(tx, survey.Publication{Questionnaire: "q1", Version: 1}, survey.PublicationDetail{Digests: []survey.CellDigest{{Respondent: "fm"}, {Respondent: own.Slug}}})
		}, "error.phase.open"},
		{"a publication shows others", func(tx *survey.Tx, _, other survey.Respondent) error {
			return survey.PutPublication(tx, survey.Publication{Questionnaire: "q1", Version: 1}, survey.PublicationDetail{Digests: []survey.CellDigest{{Respondent: other.Slug}}})
		}, ""},
		{"a quotation of another", func(tx *survey.Tx, _, other survey.Respondent) error {
			return tx.Quotations.Put(survey.Quotation{Questionnaire: "q1", Respondent: other.ID, Question: "q01", Text: "Wir wollen das."})
		}, ""},
	} {
		s := newSending(t)
		s.mustDispatch()
		own, other := s.respondent("zett"), s.respondent("fm")
		s.put(func(tx *survey.Tx) error { return test.put(tx, own, other) })
		f, err := s.Send.RespondentFile(t.Context(), s.office, s.q, "zett")
		if err != nil || f.Removable != (test.want == "") {
			t.Errorf("%s: the page offers it: %v, %v", test.name, f.Removable, err)
		}
		if err := s.Send.RemoveRespondent(t.Context(), s.office, s.q, "zett"); testworld.KeyOf(err) != test.want {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// The office may know a party's address where the list of the election has none, or a wrong one.
func TestJoiningTakesTheAddressOver(t *testing.T) {
	for _, test := range []struct{ name, fm, gz, fmListed, gzListed, want string }{
		{"as listed", "", "", "fm@liste.example", "gz@liste.example", "gz@liste.example"}, // GZ stands before FM on the ballot
		{"none is listed", "fm@buero.example", "", "", "", "fm@buero.example"},
		{"corrected by the office", "fm@buero.example", "", "fm@liste.example", "", "fm@buero.example"},
		{"both known", "fm@buero.example", "gz@buero.example", "fm@liste.example", "gz@liste.example", "gz@buero.example"},
		{"the office knows one, the list the other", "fm@buero.example", "", "", "gz@liste.example", "fm@buero.example"},
	} {
		s := newSending(t)
		s.ready()
		for slug, email := range map[survey.Slug]string{"fm": test.fm, "gz": test.gz} {
			s.change(slug, func(c *send.SaveRespondent) { c.Email = email })
		}
		s.put(func(tx *survey.Tx) error {
			return errors.Join(tx.Contestants.Put(survey.Contestant{Election: "e1", Party: "fm", BallotPosition: 3, Email: test.fmListed}),
				tx.Contestants.Put(survey.Contestant{Election: "e1", Party: "gz", BallotPosition: 2, Email: test.gzListed}))
		})
		slug, err := s.Send.JoinParties(t.Context(), s.office, s.q, send.JoinParties{Parties: []survey.PartyID{"fm", "gz"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.respondent(slug).Email; got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// Whatever the office noted of one party alone is named, not dropped.
func TestJoiningNamesWhatItWouldLose(t *testing.T) {
	for _, test := range []struct {
		name  string
		apart func(s *sending) // makes FM another than GZ; both are empty before
		lost  string
	}{
		{"nothing noted", func(*sending) {}, ""},
		{"a procedure", func(s *sending) {
			s.change("fm", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelForm })
		}, "FM"},
		{"a note alone", func(s *sending) { s.change("fm", func(c *send.SaveRespondent) { c.Procedure.Note = "ruft zurück" }) }, "FM"},
		{"a reason", func(s *sending) { s.change("fm", func(c *send.SaveRespondent) { c.NotAsked = "Auf eigenen Wunsch." }) }, "FM"},
		{"a date", func(s *sending) {
			r := s.respondent("fm")
			r.Due = s.questionnaire().Deadline
			s.put(func(tx *survey.Tx) error { return tx.Respondents.Put(r) })
		}, "FM"},
		{"a question left out", func(s *sending) {
			r := s.respondent("fm")
			r.LeftOut = map[survey.QuestionID]string{"q01": "zu lang"}
			s.put(func(tx *survey.Tx) error { return tx.Respondents.Put(r) })
		}, "FM"},
		{"of both, but not the same", func(s *sending) {
			s.change("fm", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelForm })
			s.change("gz", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelMail })
		}, "GZ, FM"},
		{"the other was taken off the list", func(s *sending) {
			s.change("fm", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelForm })
			testworld.Must(s.t, s.Send.RemoveRespondent(s.t.Context(), s.office, s.q, "gz"))
		}, "FM"},
		{"nothing noted, the other was taken off the list", func(s *sending) {
			testworld.Must(s.t, s.Send.RemoveRespondent(s.t.Context(), s.office, s.q, "gz"))
		}, ""},
	} {
		s := newSending(t)
		if _, err := s.Send.TakeContestants(t.Context(), s.office, s.q); err != nil {
			t.Fatal(err)
		}
		test.apart(s)
		_, err := s.Send.JoinParties(t.Context(), s.office, s.q, send.JoinParties{Parties: []survey.PartyID{"fm", "gz"}})
		var e *survey.Error
		switch {
		case test.lost == "" && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.lost != "" && (!errors.As(err, &e) || len(e.Faults) != 1 || e.Faults[0].Key != "send.error.join_carries" || !slices.Contains(e.Faults[0].Args, any(test.lost))):
			t.Errorf("%s: %v, want %s named", test.name, err, test.lost)
		}
	}
}
