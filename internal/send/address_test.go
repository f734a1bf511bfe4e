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

// fail records that the mail server refused a mail for good.
func (s *sending) fail(id, reply string) {
	s.t.Helper()
	attempt := 0
	s.put(func(tx *survey.Tx) error { m, err := tx.Mails.Get(id); attempt = m.Attempts + 1; return err })
	testworld.Must(s.t, s.Send.RecordAttempt(s.t.Context(), id, send.MailOutcome{Attempt: attempt, Permanent: true, Reply: reply, NoReply: reply == ""}))
}

// refused is a questionnaire that was sent, whose letter to fm was refused; and the id of that.
func refused(t *testing.T) (s *sending, id string) {
	s = newSending(t)
	s.mustDispatch()
	id = s.mails(survey.MailInvitation)["fm@partei.example"].Mail.ID
	s.fail(id, "550 unbekannt")
	return s, id
}

func (s *sending) setAddress(slug survey.Slug, to string) {
	s.t.Helper()
	if done, err := s.Send.SetAddress(s.t.Context(), s.office, s.q, slug, send.SetAddress{Email: to, Revision: s.respondent(slug).Revision}); !done || err != nil {
		s.t.Fatal(done, err)
	}
}

func (s *sending) astray(slug survey.Slug) (ids []string) {
	s.t.Helper()
	f, err := s.Send.RespondentFile(s.t.Context(), s.office, s.q, slug)
	testworld.Must(s.t, err)
	for _, m := range f.Astray {
		ids = append(ids, m.ID)
	}
	return ids
}

// A notice goes to the old address, but not to one that refuses its mail.
func TestNoNoticeToAnAddressThatRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(s *sending, id string)
		told int
	}{
		{"refused", func(s *sending, id string) { s.fail(id, "550 unbekannt") }, 0},
		{"the connection failed", func(s *sending, id string) { s.fail(id, "") }, 1},
		{"accepted", func(s *sending, id string) {
			testworld.Must(s.t, s.Send.RecordAttempt(s.t.Context(), id, send.MailOutcome{Attempt: 1, Sent: true, Reply: "250 ok"}))
		}, 1},
		{"refused, then accepted", func(s *sending, id string) {
			s.fail(id, "552 voll")
			s.clock.Advance(time.Hour)
			testworld.Must(s.t, s.Send.RetryMail(s.t.Context(), s.office, s.q, id))
			testworld.Must(s.t, s.Send.RecordAttempt(s.t.Context(), id, send.MailOutcome{Attempt: 2, Sent: true, Reply: "250 ok"}))
		}, 1},
		{"waits", func(*sending, string) {}, 1},
	} {
		s := newSending(t)
		s.mustDispatch()
		test.do(s, s.mails(survey.MailInvitation)["fm@partei.example"].Mail.ID)
		s.setAddress("fm", "neu@partei.example")
		if told := s.mails(survey.MailNotice); len(told) != test.told {
			t.Errorf("%s: %d notices, want %d", test.name, len(told), test.told)
		}
	}
	// nor when its letter goes to another address by hand
	s, id := refused(t)
	_, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, id, send.ResendMail{To: "neu@partei.example", Keep: true, Revoke: true})
	testworld.Must(t, err)
	if len(s.mails(survey.MailNotice)) != 0 || s.respondent("fm").Email != "neu@partei.example" {
		t.Error("told where nothing arrives, or not kept")
	}
}

// An address that refused its mail does not become the respondent's again by sending a mail there; it may be tried.
func TestARefusedAddressIsNotWrittenBack(t *testing.T) {
	for _, revoke := range []bool{true, false} {
		s, id := refused(t)
		s.setAddress("fm", "neu@partei.example")
		before := s.respondent("fm")
		for range 2 {
			_, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, id, send.ResendMail{To: " FM@partei.example", Keep: true, Revoke: revoke})
			if testworld.KeyOf(err) != "to send.error.address_refused" {
				t.Errorf("written back: %v", err)
			}
		}
		if _, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, id, send.ResendMail{To: "neu@partei.example", Keep: true, Revoke: revoke}); err != nil {
			t.Error(err)
		}
		// the failed one was stopped when another took its place: its reply counts still
		_, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, id, send.ResendMail{To: "fm@partei.example", Keep: true})
		if testworld.KeyOf(err) != "to send.error.address_refused" || !survey.Same(s.respondent("fm"), before) {
			t.Errorf("written back afterwards: %v", err)
		}
		if _, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, id, send.ResendMail{To: "fm@partei.example"}); err != nil {
			t.Errorf("not to be tried: %v", err)
		}
	}
}

func TestFailedLetterIsOfferedToTheNewAddress(t *testing.T) {
	s, id := refused(t)
	if len(s.astray("fm")) != 0 {
		t.Error("offered to the address that refused it")
	}
	s.setAddress("fm", "neu@partei.example")
	if got := s.astray("fm"); len(got) != 1 || got[0] != id {
		t.Fatalf("%q is offered", got)
	}
	cmd := send.SendAstray{Mail: id, To: "neu@partei.example"}
	again := func(actor survey.Actor, slug survey.Slug, cmd send.SendAstray) error {
		return s.Send.SendAstray(t.Context(), actor, s.q, slug, cmd)
	}
	for name, actor := range map[string]survey.Actor{"member": s.member, "administrator": s.admin, "reader": {}} {
		if err := again(actor, "fm", cmd); survey.CodeOf(err) != survey.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := again(s.office, "gz", cmd); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("to another respondent: %v", err)
	}
	if err := again(s.office, "fm", send.SendAstray{Mail: "x", To: cmd.To}); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("no mail: %v", err)
	}
	if err := again(s.office, "fm", send.SendAstray{Mail: id, To: "fm@partei.example"}); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("to what the page does not show any more: %v", err)
	}
	other := s.mails(survey.MailInvitation)["gz@partei.example"].Mail.ID
	if err := again(s.office, "gz", send.SendAstray{Mail: other, To: "gz@partei.example"}); err != nil {
		t.Errorf("one that waits for this address anyway: %v", err)
	}
	for range 2 { // the second is a double click
		if err := again(s.office, "fm", cmd); err != nil {
			t.Fatal(err)
		}
	}
	mails := s.mails(survey.MailInvitation) // fails where one address has two
	fresh := mails["neu@partei.example"]
	if len(mails) != 3 || s.link(fresh.Body).Mail != fresh.Mail.ID || fresh.Mail.ID == id || fresh.Mail.Aside {
		t.Errorf("%d letters, %+v", len(mails), fresh.Mail)
	}
	if len(s.astray("fm")) != 0 || len(s.audited("resend_mail")) != 1 || len(s.mails(survey.MailNotice)) != 0 {
		t.Error("still offered, not in the audit once, or told")
	}
	s.fail(fresh.Mail.ID, "550 auch unbekannt")
	if len(s.astray("fm")) != 0 {
		t.Error("offered to the address that refused it")
	}
	s.setAddress("fm", "dritte@partei.example")
	if got := s.astray("fm"); len(got) != 1 || got[0] != fresh.Mail.ID {
		t.Errorf("the third address: %q", got)
	}
}

// An address that refused its mail never takes the place of the one the list has by now: that one is offered.
func TestARefusedAddressIsNeverListed(t *testing.T) {
	s, _ := refused(t)
	s.put(func(tx *survey.Tx) error {
		c, err := tx.Contestants.Get(survey.Contestant{Election: "e1", Party: "fm"}.Key())
		if err != nil {
			return err
		}
		c.Email = "liste@partei.example"
		return tx.Contestants.Put(c)
	})
	f, err := s.Send.RespondentFile(t.Context(), s.office, s.q, "fm")
	testworld.Must(t, err)
	if !f.Refused || f.Unlisted || f.Better != "liste@partei.example" {
		t.Errorf("refused %v, offered to the list %v, better %q", f.Refused, f.Unlisted, f.Better)
	}
	err = s.Send.ListAddress(t.Context(), s.office, s.q, "fm", send.ListAddress{Email: f.All, Listed: f.Listed})
	if testworld.KeyOf(err) != "send.error.list_refused" {
		t.Errorf("written over: %v", err)
	}
	s.setAddress("fm", f.Better)
	if f, err = s.Send.RespondentFile(t.Context(), s.office, s.q, "fm"); err != nil || f.Better != "" || f.Unlisted || len(f.Astray) != 1 {
		t.Errorf("after the change: better %q, unlisted %v, %d to send there, %v", f.Better, f.Unlisted, len(f.Astray), err)
	}
}

// What reminds of what is over is not offered, nor anything of a party that is not asked.
func TestNothingOverIsOffered(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.remind()
	s.fail(s.mails(survey.MailInvitation)["fm@partei.example"].Mail.ID, "550 unbekannt")
	reminder := s.mails(survey.MailReminder)["fm@partei.example"].Mail.ID
	s.fail(reminder, "550 unbekannt")
	s.setAddress("fm", "neu@partei.example")
	if got := s.astray("fm"); len(got) != 2 {
		t.Errorf("%q, want the letter and its reminder", got)
	}
	s.submitted("fm")
	if got := s.astray("fm"); len(got) != 1 || got[0] == reminder {
		t.Errorf("%q, want the letter alone", got)
	}
	err := s.Send.SendAstray(t.Context(), s.office, s.q, "fm", send.SendAstray{Mail: reminder, To: "neu@partei.example"})
	if testworld.KeyOf(err) != "send.error.reminder_over" {
		t.Errorf("reminded of what is over: %v", err)
	}
}

func TestACorrectedAddressBecomesThatOfTheParty(t *testing.T) {
	s, _ := refused(t)
	file := func() send.RespondentFile {
		t.Helper()
		f, err := s.Send.RespondentFile(t.Context(), s.office, s.q, "fm")
		testworld.Must(t, err)
		return f
	}
	listed := func(party survey.PartyID) (c survey.Contestant) {
		s.put(func(tx *survey.Tx) (err error) {
			c, err = tx.Contestants.Get(survey.Contestant{Election: "e1", Party: party}.Key())
			return err
		})
		return c
	}
	if file().Unlisted {
		t.Error("offered though it is the same")
	}
	s.setAddress("fm", "neu@partei.example")
	if f := file(); !f.Unlisted || f.Listed != "fm@partei.example" {
		t.Fatalf("not offered: %v %q", f.Unlisted, f.Listed)
	}
	keep := func(actor survey.Actor, cmd send.ListAddress) error {
		return s.Send.ListAddress(t.Context(), actor, s.q, "fm", cmd)
	}
	cmd := send.ListAddress{Email: "neu@partei.example", Listed: "fm@partei.example"}
	if err := keep(s.admin, cmd); survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("an administrator: %v", err)
	}
	for _, stale := range []send.ListAddress{{Email: "fm@partei.example", Listed: cmd.Listed}, {Email: cmd.Email, Listed: "andere@partei.example"}} {
		if err := keep(s.office, stale); testworld.KeyOf(err) != "error.stale" {
			t.Errorf("%+v: %v", stale, err)
		}
	}
	if listed("fm").Email != "fm@partei.example" {
		t.Error("written all the same")
	}
	before := listed("fm").Revision
	for range 2 {
		if err := keep(s.office, cmd); err != nil {
			t.Fatal(err)
		}
	}
	if c := listed("fm"); c.Email != "neu@partei.example" || c.Revision != before+1 || listed("gz").Email != "gz@partei.example" {
		t.Errorf("%+v", c)
	}
	if file().Unlisted || len(s.audited("list_address")) != 1 {
		t.Error("still offered, or not in the audit once")
	}
}

// A domain with umlauts stays as it was typed, and is told apart from no other way to write it.
func TestDomainsWithUmlautsAreKept(t *testing.T) {
	s, id := refused(t)
	s.setAddress("fm", "post@Bündnis-Nord.example")
	if r := s.respondent("fm"); r.Email != "post@bündnis-nord.example" {
		t.Errorf("%q", r.Email)
	}
	testworld.Must(t, s.Send.SendAstray(t.Context(), s.office, s.q, "fm", send.SendAstray{Mail: id, To: "post@bündnis-nord.example"}))
	letter, there := s.mails(survey.MailInvitation)["post@bündnis-nord.example"]
	if !there {
		t.Fatal("no letter goes there")
	}
	s.fail(letter.Mail.ID, "550 unbekannt")
	s.setAddress("fm", "neu@partei.example")
	wire, _ := survey.WireAddress("post@bündnis-nord.example")
	_, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, letter.Mail.ID, send.ResendMail{To: wire, Keep: true})
	if testworld.KeyOf(err) != "to send.error.address_refused" {
		t.Errorf("written back in ASCII: %v", err)
	}
	_, err = s.Send.SetAddress(t.Context(), s.office, s.q, "fm", send.SetAddress{Email: "büro@bündnis.example"})
	if testworld.KeyOf(err) != "email error.email_local" {
		t.Errorf("%v", err)
	}
}
