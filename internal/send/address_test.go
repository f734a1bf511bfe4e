package send_test

import (
	"strings"
	"testing"
	"time"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func TestAddressChangeNeedsASecondPerson(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.twoPersons()
	waiting := s.mails(survey.MailInvitation)["fm@partei.example"]
	set := func(actor survey.Actor, email string) (bool, error) {
		return s.Send.SetAddress(t.Context(), actor, s.q, "fm", send.SetAddress{Email: email, Revision: s.respondent("fm").Revision})
	}
	for name, actor := range map[string]survey.Actor{"member": s.member, "reader": {}, "party": {Respondent: "r", Questionnaire: s.q}} {
		if _, err := set(actor, "neu@partei.example"); survey.CodeOf(err) != survey.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 2 { // the second is a double click
		if done, err := set(s.office, "neu@partei.example"); done || err != nil {
			t.Fatal(done, err)
		}
	}
	if r := s.respondent("fm"); r.Email != "fm@partei.example" || len(s.mails(survey.MailNotice)) != 0 {
		t.Fatalf("one person changed it: %q", r.Email)
	}
	f, err := s.Send.RespondentFile(t.Context(), s.admin, s.q, "fm")
	if err != nil || f.Address == nil || f.AddressBy != "Person u1" || f.AddressOwn || f.Row.Problem != send.ProblemConfirm {
		t.Fatalf("the second person does not see it: %+v, %v", f.Address, err)
	}
	if done, err := set(s.second, "andere@partei.example"); done || err != nil {
		t.Errorf("another address is another request: %v, %v", done, err)
	}
	if done, err := set(s.admin, "andere@partei.example"); !done || err != nil {
		t.Fatal(done, err)
	}
	if r := s.respondent("fm"); r.Email != "andere@partei.example" || r.NewEmail != "" {
		t.Errorf("%q, %q", r.Email, r.NewEmail)
	}
	if told := s.mails(survey.MailNotice)["fm@partei.example"]; !strings.Contains(told.Body, "sondern an eine andere Adresse von Freie Mitte") {
		t.Errorf("the old address is not told:\n%s", told.Body)
	}
	mails := s.mails(survey.MailInvitation)
	if _, old := mails["fm@partei.example"]; old || s.link(mails["andere@partei.example"].Body).Hash == s.link(waiting.Body).Hash || len(mails) != 3 {
		t.Error("the letter that waits does not go to the new address with a link of its own")
	}
	if len(s.audited("address")) != 1 || len(s.audited("request_address")) != 2 {
		t.Error("not in the audit")
	}
	if done, err := s.Send.SetAddress(t.Context(), s.office, s.q, "fm", send.SetAddress{Email: "andere@partei.example"}); !done || err != nil {
		t.Errorf("what is so already: %v, %v", done, err)
	}
	if _, err := s.Send.SetAddress(t.Context(), s.office, s.q, "fm", send.SetAddress{Email: "x@partei.example"}); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("stale: %v", err)
	}
}

func TestNoAddressChangeWhileACodeIsUnderWay(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	r := s.respondent("fm")
	s.put(func(tx *survey.Tx) error {
		return tx.Submissions.Put(survey.Submission{Questionnaire: s.q, Respondent: r.ID, ID: "s", State: survey.SubmissionRequested,
			RequestedAt: sendStart, CodeExpiresAt: sendStart.Add(time.Hour)})
	})
	id := s.mails(survey.MailInvitation)["fm@partei.example"].Mail.ID
	cmd := send.SetAddress{Email: "neu@partei.example", Revision: r.Revision}
	if _, err := s.Send.SetAddress(t.Context(), s.office, s.q, "fm", cmd); testworld.KeyOf(err) != "send.error.address_busy" {
		t.Errorf("changed: %v", err)
	}
	if _, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, id, send.ResendMail{To: "neu@partei.example", Keep: true}); testworld.KeyOf(err) != "send.error.address_busy" {
		t.Errorf("changed by sending again: %v", err)
	}
	if len(s.mails(survey.MailNotice)) != 0 || len(s.mails(survey.MailInvitation)) != 3 {
		t.Error("something went out")
	}
	s.clock.Advance(61 * time.Minute)
	if done, err := s.Send.SetAddress(t.Context(), s.office, s.q, "fm", cmd); !done || err != nil {
		t.Errorf("after the code's hour: %v, %v", done, err)
	}
}

func TestResendingKeepsTheAddressOnlyWithASecondPerson(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.twoPersons()
	id := s.mails(survey.MailInvitation)["fm@partei.example"].Mail.ID
	_, waits, err := s.Send.ResendMail(t.Context(), s.office, s.q, id, send.ResendMail{To: "neu@partei.example", Keep: true})
	if !waits || err != nil {
		t.Fatal(waits, err)
	}
	if r := s.respondent("fm"); r.Email != "fm@partei.example" || r.NewEmail != "neu@partei.example" {
		t.Errorf("%q, %q", r.Email, r.NewEmail)
	}
	if told := s.mails(survey.MailNotice)["fm@partei.example"]; !strings.Contains(told.Body, "an eine andere\nAdresse gesandt") || strings.Contains(told.Body, "von Hand") {
		t.Errorf("a link goes elsewhere, and the party is not told:\n%s", told.Body)
	}
}

// What the office sent to another address by hand goes there again, or nowhere.
func TestFailedMailSentAsideStaysAside(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	first := s.mails(survey.MailInvitation)["fm@partei.example"].Mail.ID
	id, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, first, send.ResendMail{To: "kontakt@privat.example"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send.RecordAttempt(t.Context(), id, send.MailOutcome{Attempt: 1, Permanent: true, Reply: "552 voll"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Send.RetryMail(t.Context(), s.office, s.q, id); err != nil {
		t.Fatal(err)
	}
	if m := s.mails(survey.MailInvitation)["kontakt@privat.example"]; m.Mail.ID != id || m.Mail.Reply != "552 voll" {
		t.Errorf("%+v", m.Mail)
	}
}

// What failed at an old address is no use there; and whoever something goes out to anew is not given up any more.
func TestFailedMailGoesToTheAddressOfNow(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	id := s.mails(survey.MailInvitation)["fm@partei.example"].Mail.ID
	if err := s.Send.RecordAttempt(t.Context(), id, send.MailOutcome{Attempt: 1, Permanent: true, Reply: "550 unbekannt"}); err != nil {
		t.Fatal(err)
	}
	giveUp := func() {
		t.Helper()
		mark := send.MarkNotReached{Reason: "Adresse besteht nicht mehr", Revision: s.respondent("fm").Revision}
		if err := s.Send.MarkNotReached(t.Context(), s.office, s.q, "fm", mark); err != nil {
			t.Fatal(err)
		}
	}
	giveUp()
	if done, err := s.Send.SetAddress(t.Context(), s.office, s.q, "fm", send.SetAddress{Email: "neu@partei.example", Revision: s.respondent("fm").Revision}); !done || err != nil {
		t.Fatal(done, err)
	}
	if len(s.mails(survey.MailInvitation)) != 2 || s.respondent("fm").NotReached == nil {
		t.Error("what had failed goes out without being asked for")
	}
	if err := s.Send.RetryMail(t.Context(), s.office, s.q, id); err != nil {
		t.Fatal(err)
	}
	if m := s.mails(survey.MailInvitation)["neu@partei.example"]; m.Mail.ID != id || s.respondent("fm").NotReached != nil {
		t.Errorf("tried again at the old address, or given up all the same: %+v", s.respondent("fm").NotReached)
	}
	giveUp()
	if _, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, id, send.ResendMail{To: "neu@partei.example"}); err != nil {
		t.Fatal(err)
	}
	p, err := s.Send.ReminderPlan(t.Context(), s.office, s.q)
	if err != nil || len(p.Unreached) != 0 || len(s.audited("reached")) != 2 {
		t.Errorf("sent again, but still given up: %v, %v", p.Unreached, err)
	}
}

func TestLinkByHandIsToldToTheParty(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	if _, err := s.Send.MakeAccessLink(t.Context(), s.office, s.q, "fm"); err != nil {
		t.Fatal(err)
	}
	told := s.mails(survey.MailNotice)["fm@partei.example"]
	if !strings.Contains(told.Body, "Montag, 23. November 2026, 10:00 Uhr") || strings.Contains(told.Body, "/zugang/") {
		t.Errorf("%s", told.Body)
	}
	if len(s.audited("make_link")) != 1 {
		t.Error("not in the audit")
	}
}

func TestLinkByHandWithoutAddressCanSubmitLater(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	r := s.respondent("gz")
	r.Email = ""
	s.put(func(tx *survey.Tx) error { return tx.Respondents.Put(r) })
	if _, err := s.Send.MakeAccessLink(t.Context(), s.office, s.q, "gz"); err != nil {
		t.Fatal(err)
	}
	if done, err := s.Send.SetAddress(t.Context(), s.office, s.q, "gz", send.SetAddress{Email: "gz@partei.example", Revision: r.Revision}); !done || err != nil {
		t.Fatal(done, err)
	}
	if s.respondent("gz").Email != "gz@partei.example" || len(s.mails(survey.MailNotice)) != 0 {
		t.Error("no address, or a notice to nobody")
	}
}

// A mail that went to the new address by hand already is not sent there a second time when the address changes; one that
// failed or was stopped there is.
func TestAnAddressChangeSendsNothingTwice(t *testing.T) {
	for _, test := range []struct {
		name  string
		there func(s *sending, id string) // what became of the mail sent by hand
		want  int                         // invitations that wait for the new address
	}{
		{"it waits", func(*sending, string) {}, 1},
		{"it was sent", func(s *sending, id string) {
			testworld.Must(s.t, s.Send.RecordAttempt(s.t.Context(), id, send.MailOutcome{Attempt: 1, Sent: true, Reply: "250 ok"}))
		}, 0},
		{"it failed", func(s *sending, id string) {
			testworld.Must(s.t, s.Send.RecordAttempt(s.t.Context(), id, send.MailOutcome{Attempt: 1, Permanent: true, Reply: "552 voll"}))
		}, 1},
		{"it was stopped", func(s *sending, id string) {
			s.put(func(tx *survey.Tx) error { return survey.RevokeMail(tx, id) })
		}, 1},
	} {
		s := newSending(t)
		s.mustDispatch()
		first := s.mails(survey.MailInvitation)["fm@partei.example"].Mail.ID
		id, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, first, send.ResendMail{To: "neu@partei.example"})
		testworld.Must(t, err)
		test.there(s, id)
		done, err := s.Send.SetAddress(t.Context(), s.office, s.q, "fm", send.SetAddress{Email: "neu@partei.example", Revision: s.respondent("fm").Revision})
		if err != nil || !done {
			t.Fatal(done, err)
		}
		due, err := s.Send.DueMails(t.Context(), 100)
		testworld.Must(t, err)
		waiting := 0
		for _, d := range due {
			switch {
			case d.Mail.Kind == survey.MailInvitation && d.Mail.To == "fm@partei.example":
				t.Errorf("%s: the old address still gets its invitation", test.name)
			case d.Mail.Kind == survey.MailInvitation && d.Mail.To == "neu@partei.example":
				waiting++
			}
		}
		if waiting != test.want {
			t.Errorf("%s: %d invitations go to the new address, want %d", test.name, waiting, test.want)
		}
	}
}

// A reminder that waits follows to the new address although the invitation is there already: another mail, not the same again.
func TestAnAddressChangeBringsEachKindOnce(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	first := s.mails(survey.MailInvitation)["fm@partei.example"].Mail.ID
	s.remind()
	_, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, first, send.ResendMail{To: "neu@partei.example"})
	testworld.Must(t, err)
	if done, err := s.Send.SetAddress(t.Context(), s.office, s.q, "fm", send.SetAddress{Email: "neu@partei.example", Revision: s.respondent("fm").Revision}); err != nil || !done {
		t.Fatal(done, err)
	}
	for _, kind := range []survey.MailKind{survey.MailInvitation, survey.MailReminder} {
		mails := s.mails(kind) // fails where one address has two of the kind
		if _, there := mails["neu@partei.example"]; !there {
			t.Errorf("no %s for the new address", kind)
		}
		if _, there := mails["fm@partei.example"]; there {
			t.Errorf("%s for the old address", kind)
		}
	}
}
