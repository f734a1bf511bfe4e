package send_test

import (
	"slices"
	"strings"
	"testing"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// copied is a questionnaire that was sent, in which fm has two copies and ub, which answers by mail, has one.
func copied(t *testing.T) *sending {
	t.Helper()
	s := newSending(t)
	s.ready()
	s.change("fm", func(c *send.SaveRespondent) { c.Copies = "buero@fm.example\nvorstand@fm.example" })
	s.change("ub", func(c *send.SaveRespondent) { c.Copies = "buero@ub.example" })
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		t.Fatal(sent, err)
	}
	return s
}

// attempt lets a mail be accepted, or refused for good.
func (s *sending) attempt(to string, kind survey.MailKind, accepted bool) {
	s.t.Helper()
	m := s.mails(kind)[to]
	if err := s.Send.RecordAttempt(s.t.Context(), m.Mail.ID, send.MailOutcome{Attempt: m.Attempt, Sent: accepted, Permanent: !accepted, Reply: "550 unbekannt"}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sending) addresses(actor survey.Actor, email, copies string) (bool, error) {
	s.t.Helper()
	return s.Send.SetAddress(s.t.Context(), actor, s.q, "fm", send.SetAddress{Email: email, Copies: copies, Revision: s.respondent("fm").Revision})
}

func TestCopiesOfWhatGoesToAll(t *testing.T) {
	s := copied(t)
	mails := s.mails(survey.MailInvitation)
	first, copied, byMail := mails["fm@partei.example"], mails["buero@fm.example"], mails["buero@ub.example"]
	if len(mails) != 6 || first.Mail.Copy || !copied.Mail.Copy || !byMail.Mail.Copy || mails["vorstand@fm.example"].Mail.ID == "" {
		t.Fatalf("%d mails, %+v", len(mails), copied.Mail.Mail)
	}
	if copied.Mail.Body != first.Mail.Body || s.link(copied.Body).Hash == s.link(first.Body).Hash {
		t.Error("the letter differs, or the copy has no link of its own")
	}
	if !strings.HasPrefix(copied.Body, "Dies ist eine Kopie.") || !strings.Contains(copied.Body, "fm@partei.example\n\nSehr geehrte") || strings.Contains(first.Body, "Kopie") {
		t.Errorf("a copy does not say it is one:\n%s", copied.Body)
	}
	s.put(func(tx *survey.Tx) error {
		for d, err := range tx.Dispatches.List(survey.In(s.q)) {
			if err != nil || d.Recipients != 3 {
				t.Errorf("counted %d respondents, %v", d.Recipients, err)
			}
		}
		return nil
	})
	s.remind()
	if _, err := s.Send.MakeAccessLink(t.Context(), s.office, s.q, "fm"); err != nil {
		t.Fatal(err)
	}
	if reminders := s.mails(survey.MailReminder); !reminders["buero@fm.example"].Mail.Copy || !reminders["buero@ub.example"].Mail.Copy {
		t.Error("no reminder to a copy")
	}
	if notices := s.mails(survey.MailNotice); len(notices) != 1 || notices["fm@partei.example"].Mail.ID == "" {
		t.Errorf("a notice about access goes elsewhere: %d", len(notices))
	}
	s.submitted("fm") // what waits of the reminder is stopped, copies too
	r := s.respondent("fm")
	s.put(func(tx *survey.Tx) error { return s.StopReminders(tx, r) })
	if _, waits := s.mails(survey.MailReminder)["buero@fm.example"]; waits {
		t.Error("a copy is reminded of what is over")
	}
}

// Whether a copy arrives says nothing of its party.
func TestALostCopyIsNoLostParty(t *testing.T) {
	s := copied(t)
	file := func() send.RespondentFile {
		f, err := s.Send.RespondentFile(t.Context(), s.office, s.q, "fm")
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	s.attempt("fm@partei.example", survey.MailInvitation, true)
	s.attempt("vorstand@fm.example", survey.MailInvitation, true)
	s.attempt("buero@fm.example", survey.MailInvitation, false)
	if f := file(); f.Lost != nil || f.Row.Problem != send.ProblemNone || f.Row.LastEvent != "mail_invitation" || len(f.LostCopies) != 1 || f.LostCopies[0].To != "buero@fm.example" || len(f.Astray) != 0 {
		t.Fatalf("%+v, %q, %+v", f.Lost, f.Row.Problem, f.LostCopies)
	}
	lost := file().LostCopies[0].ID
	if retried, err := s.Send.RetryFailed(t.Context(), s.office, s.q); err != nil || retried != 1 || s.mails(survey.MailInvitation)["buero@fm.example"].Mail.ID != lost {
		t.Fatalf("%d, %v: a copy is tried again where it belongs", retried, err)
	}
	s.attempt("buero@fm.example", survey.MailInvitation, true)
	if f := file(); len(f.LostCopies) != 0 {
		t.Error("it arrived")
	}
	var id string
	for _, m := range file().Mails {
		if m.To == "vorstand@fm.example" {
			id = m.ID
		}
	}
	for range 2 {
		if err := s.Send.RecordBounce(t.Context(), s.office, s.q, id, send.RecordBounce{Day: "2026-11-23", Said: "Postfach voll"}); err != nil {
			t.Fatal(err)
		}
	}
	if f := file(); f.Lost != nil || len(f.LostCopies) != 1 {
		t.Errorf("%+v, %+v", f.Lost, f.LostCopies)
	}
	mark := send.MarkNotReached{Reason: "Kopie kam zurück", Revision: s.respondent("fm").Revision}
	if err := s.Send.MarkNotReached(t.Context(), s.office, s.q, "fm", mark); survey.CodeOf(err) != survey.Invalid {
		t.Errorf("not reached, because of a copy: %v", err)
	}

	s = copied(t)
	s.attempt("fm@partei.example", survey.MailInvitation, false)
	s.attempt("buero@fm.example", survey.MailInvitation, true)
	if f := file(); f.Lost == nil || f.Row.Problem != send.ProblemMail || !f.Row.Undecided {
		t.Errorf("a copy made up for the first: %+v, %q", f.Lost, f.Row.Problem)
	}
	mark = send.MarkNotReached{Reason: "Adresse besteht nicht mehr", Revision: s.respondent("fm").Revision}
	if err := s.Send.MarkNotReached(t.Context(), s.office, s.q, "fm", mark); err != nil {
		t.Fatal(err)
	}
	first := file().Lost.ID
	if _, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, first, send.ResendMail{To: "buero@fm.example"}); err != nil {
		t.Fatal(err)
	}
	if m := s.mails(survey.MailInvitation)["buero@fm.example"]; !m.Mail.Copy || m.Mail.Aside || s.respondent("fm").NotReached == nil || len(s.mails(survey.MailNotice)) != 0 {
		t.Errorf("sent to a copy by hand: %+v", m.Mail.Mail)
	}
}

func TestAddingACopyNeedsASecondPerson(t *testing.T) {
	s := copied(t)
	s.twoPersons()
	const was, with = "buero@fm.example, vorstand@fm.example", "buero@fm.example vorstand@fm.example neu@fm.example"
	for range 2 { // the second is a double click
		if done, err := s.addresses(s.office, "fm@partei.example", with); done || err != nil {
			t.Fatal(done, err)
		}
	}
	if r := s.respondent("fm"); len(r.Copies) != 2 || len(r.NewCopies) != 3 || len(s.mails(survey.MailNotice)) != 0 {
		t.Fatalf("one person added it: %v", r.Copies)
	}
	if done, err := s.addresses(s.second, "fm@partei.example", was+", anders@fm.example"); done || err != nil {
		t.Errorf("another copy is another request: %v, %v", done, err)
	}
	if done, err := s.addresses(s.office, "fm@partei.example", with); done || err != nil {
		t.Errorf("so is the one before: %v, %v", done, err)
	}
	if done, err := s.addresses(s.admin, "fm@partei.example", with); !done || err != nil {
		t.Fatal(done, err)
	}
	if r := s.respondent("fm"); !slices.Equal(r.Copies, strings.Fields(with)) || r.NewEmail != "" || r.NewCopies != nil {
		t.Errorf("%+v", r.Copies)
	}
	if told := s.mails(survey.MailNotice); len(told) != 1 || !strings.Contains(told["fm@partei.example"].Body, "auch an weitere\nAdressen von Freie Mitte") {
		t.Errorf("the first address is not told: %v", told)
	}
	if len(s.mails(survey.MailInvitation)) != 6 || len(s.audited("address")) != 1 {
		t.Error("something went out by the change itself, or it is not in the audit")
	}
	if _, err := s.Send.SetAddress(t.Context(), s.office, s.q, "fm", send.SetAddress{Email: "fm@partei.example", Revision: 1}); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("stale: %v", err)
	}
	if _, err := s.addresses(s.office, "fm@partei.example", "kaputt"); survey.CodeOf(err) != survey.Invalid {
		t.Errorf("what is no address: %v", err)
	}
	if _, err := s.Send.SetAddress(t.Context(), s.office, s.q, "fremd", send.SetAddress{Email: "fm@partei.example"}); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("of another questionnaire: %v", err)
	}
}

// Who only takes away needs nobody else, and what waited for a second person began from other addresses.
func TestRemovingACopyClosesItsLinks(t *testing.T) {
	s := copied(t)
	s.twoPersons()
	mails := s.mails(survey.MailInvitation)
	s.attempt("buero@fm.example", survey.MailInvitation, true)
	if _, err := s.addresses(s.second, "neu@fm.example", ""); err != nil {
		t.Fatal(err)
	}
	if done, err := s.addresses(s.office, "fm@partei.example", ""); !done || err != nil {
		t.Fatal(done, err)
	}
	for to, open := range map[string]bool{"fm@partei.example": true, "buero@fm.example": false, "vorstand@fm.example": false} {
		if s.link(mails[to].Body).RevokedAt.IsZero() != open {
			t.Errorf("%s: open %t", to, !open)
		}
	}
	if waits := s.mails(survey.MailInvitation); len(waits) != 4 || waits["vorstand@fm.example"].Mail.ID != "" {
		t.Error("a mail still goes to a copy that is none any more")
	}
	f, err := s.Send.RespondentFile(t.Context(), s.office, s.q, "fm")
	if err != nil || f.Address != nil || f.Row.Respondent.NewEmail != "" || len(s.mails(survey.MailNotice)) != 0 {
		t.Errorf("a request waits that began from other addresses: %+v, %v", f.Address, err)
	}
}

func TestACopyBecomesTheFirst(t *testing.T) {
	s := copied(t)
	s.attempt("buero@fm.example", survey.MailInvitation, true)
	if done, err := s.addresses(s.office, "vorstand@fm.example", "fm@partei.example, buero@fm.example"); !done || err != nil {
		t.Fatal(done, err)
	}
	mails := s.mails(survey.MailInvitation)
	if first, copied := mails["vorstand@fm.example"].Mail, mails["fm@partei.example"].Mail; first.Copy || first.Aside || first.Frame != "" || !copied.Copy || !strings.Contains(copied.Frame, "vorstand@fm.example") {
		t.Errorf("%+v, %+v", first.Mail, copied.Mail)
	}
	if _, again := mails["buero@fm.example"]; again {
		t.Error("the copy that stayed one gets it twice")
	}
	if s.mails(survey.MailNotice)["fm@partei.example"].Mail.ID == "" {
		t.Error("the old first is not told")
	}
	if err := s.Send.ListAddress(t.Context(), s.office, s.q, "fm", send.ListAddress{Email: "vorstand@fm.example", Listed: "fm@partei.example"}); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("the page showed other copies: %v", err)
	}
	list := send.ListAddress{Email: "vorstand@fm.example, fm@partei.example, buero@fm.example", Listed: "fm@partei.example"}
	for range 2 {
		if err := s.Send.ListAddress(t.Context(), s.office, s.q, "fm", list); err != nil {
			t.Fatal(err)
		}
	}
	s.put(func(tx *survey.Tx) error {
		c, err := tx.Contestants.Get(survey.Contestant{Election: "e1", Party: "fm"}.Key())
		if c.Email != "vorstand@fm.example" || !slices.Equal(c.Copies, []string{"fm@partei.example", "buero@fm.example"}) {
			t.Errorf("the election keeps %q, %q", c.Email, c.Copies)
		}
		return err
	})
}

// What waits of an address that moves with the deadline stays a copy where it was one.
func TestCopiesFollowTheDeadline(t *testing.T) {
	s := copied(t)
	before := s.mails(survey.MailInvitation)["buero@fm.example"].Mail.ID
	cmd := send.SetDeadline{Deadline: "2027-01-10T18:00", Zone: "Europe/Berlin", Reason: "Neuwahl", Revision: s.questionnaire().Revision}
	if err := s.Send.ExtendDeadline(t.Context(), s.office, s.q, cmd); err != nil {
		t.Fatal(err)
	}
	if m := s.mails(survey.MailInvitation)["buero@fm.example"].Mail; m.ID == before || !m.Copy || !strings.Contains(m.Body, "10. Januar 2027") {
		t.Errorf("%+v\n%s", m.Mail, m.Body)
	}
	if m := s.mails(survey.MailExtension)["buero@fm.example"].Mail; !m.Copy {
		t.Error("a copy is not told of the new date")
	}
}

func TestSecondPersonOfTheDispatchSeesCopies(t *testing.T) {
	s := newSending(t)
	s.put(func(tx *survey.Tx) error {
		return tx.Contestants.Put(survey.Contestant{Election: "e1", Party: "fm", Email: "fm@partei.example", Copies: []string{"gz@partei.example"}, Postal: "Am Deich 1"})
	})
	s.ready()
	s.twoPersons()
	if r := s.respondent("fm"); !slices.Equal(r.Copies, []string{"gz@partei.example"}) || r.Postal != "Am Deich 1" {
		t.Errorf("not taken over: %+v", r)
	}
	p, err := s.Send.DispatchPlan(t.Context(), s.second, s.q)
	if err != nil {
		t.Fatal(err)
	}
	points := map[string][]string{}
	for _, point := range p.Checklist {
		points[point.Name] = point.Who
	}
	if !slices.Equal(points["copies"], []string{"FM (gz@partei.example)"}) || len(points["same_address"]) != 1 {
		t.Errorf("%q", points)
	}
	if sent, err := s.dispatch(s.office); sent || err != nil {
		t.Fatal(sent, err)
	}
	s.change("fm", func(c *send.SaveRespondent) { c.Copies = "anders@fm.example" })
	if _, err := s.Send.Dispatch(t.Context(), s.second, s.q, p.Digest); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("the copies are not part of what is approved: %v", err)
	}
}

func TestPostalAddressOfALetter(t *testing.T) {
	s := byPost(t)
	set := func(actor survey.Actor, postal string, revision int) error {
		return s.Send.SetPostal(t.Context(), actor, s.q, "fm", send.SetPostal{Postal: postal, Revision: revision})
	}
	if l := s.print(s.office, "fm"); l.Respondent.Postal != "" {
		t.Error(l.Respondent.Postal)
	}
	now := s.respondent("fm").Revision
	if err := set(s.admin, "Am Deich 1", now); survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("an administrator: %v", err)
	}
	if err := set(s.office, "Am Deich 1", now-1); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("stale: %v", err)
	}
	for range 2 { // the second is a double click
		if err := set(s.office, " Am Deich 1\r\n20999 Nordhafen ", now); err != nil {
			t.Fatal(err)
		}
	}
	if err := set(s.office, strings.Repeat("x\n", 7), now+1); survey.CodeOf(err) != survey.Invalid {
		t.Errorf("too long: %v", err)
	}
	if l := s.print(s.office, "fm"); l.Respondent.Postal != "Am Deich 1\n20999 Nordhafen" || len(s.audited("postal")) != 1 {
		t.Errorf("%q, %d", l.Respondent.Postal, len(s.audited("postal")))
	}
	if err := s.Send.SetPostal(t.Context(), s.office, s.q, "fremd", send.SetPostal{Postal: "x"}); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("of another questionnaire: %v", err)
	}
}

// A reminder by hand that was stopped for the first address was not had, though a copy got it.
func TestACopyIsNotReminded(t *testing.T) {
	s := copied(t)
	s.remind()
	s.attempt("buero@fm.example", survey.MailReminder, true)
	id := s.mails(survey.MailReminder)["fm@partei.example"].Mail.Dispatch
	if err := s.Send.StopReminder(t.Context(), s.office, s.q, id); err != nil {
		t.Fatal(err)
	}
	if waits := s.mails(survey.MailReminder); len(waits) != 0 {
		t.Errorf("%d mails still wait", len(waits))
	}
	p, err := s.Send.ReminderPlan(t.Context(), s.office, s.q)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(p.Recipients, func(r survey.Respondent) bool { return r.Slug == "fm" }) || slices.ContainsFunc(p.SentMails, func(m survey.Mail) bool { return m.Copy }) {
		t.Errorf("%d could have it, %d mails", len(p.Recipients), len(p.SentMails))
	}
}

// A copy that is sent again elsewhere by hand stays one, and makes no address the party's.
func TestACopySentElsewhere(t *testing.T) {
	s := copied(t)
	s.attempt("fm@partei.example", survey.MailInvitation, false)
	s.attempt("buero@fm.example", survey.MailInvitation, false)
	f, err := s.Send.RespondentFile(t.Context(), s.office, s.q, "fm")
	if err != nil || len(f.LostCopies) != 1 {
		t.Fatal(f.LostCopies, err)
	}
	if _, waits, err := s.Send.ResendMail(t.Context(), s.office, s.q, f.LostCopies[0].ID, send.ResendMail{To: "anders@fm.example", Keep: true, Revoke: true}); waits || err != nil {
		t.Fatal(waits, err)
	}
	if m := s.mails(survey.MailInvitation)["anders@fm.example"].Mail; !m.Copy || !m.Aside || m.Frame == "" || s.respondent("fm").Email != "fm@partei.example" {
		t.Errorf("%+v", m.Mail)
	}
	s.attempt("anders@fm.example", survey.MailInvitation, true)
	if f, err := s.Send.RespondentFile(t.Context(), s.office, s.q, "fm"); err != nil || f.Lost == nil {
		t.Errorf("it made up for the first: %v", err)
	}
}
