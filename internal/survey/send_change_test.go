package survey_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
)

// twoPersons turns the rule of the dispatch on.
func (s *sending) twoPersons() {
	s.put(func(tx *survey.Tx) error {
		return tx.Alliances.Put(survey.Alliance{Name: "Bündnis Probe", Email: "buero@buendnis.example", CheckDispatch: survey.RuleOn})
	})
}

// audited returns the entries of an act.
func (s *sending) audited(what string) (list []survey.AuditEntry) {
	s.put(func(tx *survey.Tx) error {
		list = nil
		for e, err := range tx.Audit.List("") {
			if err != nil {
				return err
			}
			if e.What == what {
				list = append(list, e)
			}
		}
		return nil
	})
	return list
}

func TestAddressChangeNeedsASecondPerson(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.twoPersons()
	waiting := s.mails(survey.MailInvitation)["fm@partei.example"]
	set := func(actor survey.Actor, email string) (bool, error) {
		return s.SetAddress(t.Context(), actor, s.q, "fm", survey.SetAddress{Email: email, Revision: s.respondent("fm").Revision})
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
	f, err := s.RespondentFile(t.Context(), s.admin, s.q, "fm")
	if err != nil || f.Address == nil || f.AddressBy != "Person u1" || f.AddressOwn || f.Row.Problem != survey.ProblemConfirm {
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
	if done, err := s.SetAddress(t.Context(), s.office, s.q, "fm", survey.SetAddress{Email: "andere@partei.example"}); !done || err != nil {
		t.Errorf("what is so already: %v, %v", done, err)
	}
	if _, err := s.SetAddress(t.Context(), s.office, s.q, "fm", survey.SetAddress{Email: "x@partei.example"}); errorKey(err) != "error.stale" {
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
	cmd := survey.SetAddress{Email: "neu@partei.example", Revision: r.Revision}
	if _, err := s.SetAddress(t.Context(), s.office, s.q, "fm", cmd); errorKey(err) != "send.error.address_busy" {
		t.Errorf("changed: %v", err)
	}
	if _, _, err := s.ResendMail(t.Context(), s.office, s.q, id, survey.ResendMail{To: "neu@partei.example", Keep: true}); errorKey(err) != "send.error.address_busy" {
		t.Errorf("changed by sending again: %v", err)
	}
	if len(s.mails(survey.MailNotice)) != 0 || len(s.mails(survey.MailInvitation)) != 3 {
		t.Error("something went out")
	}
	s.clock.Advance(61 * time.Minute)
	if done, err := s.SetAddress(t.Context(), s.office, s.q, "fm", cmd); !done || err != nil {
		t.Errorf("after the code's hour: %v, %v", done, err)
	}
}

func TestResendingKeepsTheAddressOnlyWithASecondPerson(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.twoPersons()
	id := s.mails(survey.MailInvitation)["fm@partei.example"].Mail.ID
	_, waits, err := s.ResendMail(t.Context(), s.office, s.q, id, survey.ResendMail{To: "neu@partei.example", Keep: true})
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

// What failed at an old address is no use there; and whoever something goes out to anew is not given up any more.
func TestLateInvitationNeedsASecondPerson(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.twoPersons()
	s.change("zett", func(c *survey.SaveRespondent) { c.Procedure.Channel = survey.ChannelForm })
	invite := func(actor survey.Actor) (bool, error) {
		return s.InviteLate(t.Context(), actor, s.q, "zett", s.late(s.office, "zett").Digest)
	}
	for name, actor := range map[string]survey.Actor{"administrator": s.admin, "member": s.member, "reader": {}, "party": {Respondent: "r", Questionnaire: s.q}} {
		if _, err := invite(actor); survey.CodeOf(err) != survey.Forbidden {
			t.Errorf("%s asks: %v", name, err)
		}
	}
	for range 2 { // the second is a double click
		if sent, err := invite(s.office); sent || err != nil {
			t.Fatal(sent, err)
		}
	}
	if len(s.mails(survey.MailInvitation)) != 3 || !s.respondent("zett").AskedAt.IsZero() {
		t.Fatal("one person sent it")
	}
	p := s.late(s.admin, "zett")
	if p.Waiting == nil || p.WaitingName != "Person u1" || p.Own || p.Void || !strings.Contains(p.Letter.Subject, "Zentrale Liste") {
		t.Errorf("the second person does not see it: %+v", p)
	}
	o, err := s.Overview(t.Context(), s.admin)
	if err != nil || len(o.Approvals) != 1 || o.Approvals[0].Respondent != "zett" {
		t.Errorf("the overview does not lead the second person there: %+v, %v", o.Approvals, err)
	}
	if own, err := s.Overview(t.Context(), s.office); err != nil || len(own.Approvals) != 0 {
		t.Errorf("who asked is asked to confirm: %+v, %v", own.Approvals, err)
	}
	s.change("zett", func(c *survey.SaveRespondent) { c.NotAsked = "Auf eigenen Wunsch." })
	if p := s.late(s.admin, "zett"); p.Waiting == nil || p.Fault == "" {
		t.Errorf("a request that cannot be carried out any more cannot be withdrawn either: %+v", p)
	}
	s.change("zett", func(c *survey.SaveRespondent) { c.NotAsked = "" })
	b, err := s.SendBoard(t.Context(), s.admin, s.q)
	if err != nil || b.Problems[survey.ProblemLate] != 1 {
		t.Errorf("the board does not say that it waits: %v, %v", b.Problems, err)
	}
	s.change("zett", func(c *survey.SaveRespondent) { c.NotAsked, c.Procedure.Note = "", "Ruft zurück" })
	if _, err := s.InviteLate(t.Context(), s.second, s.q, "zett", p.Digest); errorKey(err) != "error.stale" {
		t.Errorf("confirmed what has changed since: %v", err)
	}
	if !s.late(s.second, "zett").Void {
		t.Error("the request is not void")
	}
	if sent, err := invite(s.second); sent || err != nil {
		t.Fatal(sent, err)
	}
	if sent, err := invite(s.admin); !sent || err != nil {
		t.Fatal(sent, err)
	}
	f, err := s.RespondentFile(t.Context(), s.admin, s.q, "zett")
	if err != nil || f.Invited == nil || f.InvitedBy != "Person u2" || f.InvitedCheck != "Person u3" || f.Late != nil {
		t.Errorf("%+v, by %q, confirmed by %q, %v", f.Invited, f.InvitedBy, f.InvitedCheck, err)
	}
	if s.mails(survey.MailInvitation)["zz@partei.example"].Body == "" || len(s.audited("request_dispatch")) != 2 {
		t.Error("no letter, or not in the audit")
	}
	if s.questionnaire().DispatchedAt != sendStart {
		t.Error("the dispatch of all was touched")
	}
}

// What the office sent to another address by hand goes there again, or nowhere.
func TestFailedMailSentAsideStaysAside(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	first := s.mails(survey.MailInvitation)["fm@partei.example"].Mail.ID
	id, _, err := s.ResendMail(t.Context(), s.office, s.q, first, survey.ResendMail{To: "kontakt@privat.example"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RecordAttempt(t.Context(), id, survey.MailOutcome{Attempt: 1, Permanent: true, Reply: "552 voll"}); err != nil {
		t.Fatal(err)
	}
	if err := s.RetryMail(t.Context(), s.office, id); err != nil {
		t.Fatal(err)
	}
	if m := s.mails(survey.MailInvitation)["kontakt@privat.example"]; m.Mail.ID != id || m.Mail.Reply != "552 voll" {
		t.Errorf("%+v", m.Mail)
	}
}

func TestFailedMailGoesToTheAddressOfNow(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	id := s.mails(survey.MailInvitation)["fm@partei.example"].Mail.ID
	if err := s.RecordAttempt(t.Context(), id, survey.MailOutcome{Attempt: 1, Permanent: true, Reply: "550 unbekannt"}); err != nil {
		t.Fatal(err)
	}
	giveUp := func() {
		t.Helper()
		mark := survey.MarkNotReached{Reason: "Adresse besteht nicht mehr", Revision: s.respondent("fm").Revision}
		if err := s.MarkNotReached(t.Context(), s.office, s.q, "fm", mark); err != nil {
			t.Fatal(err)
		}
	}
	giveUp()
	if done, err := s.SetAddress(t.Context(), s.office, s.q, "fm", survey.SetAddress{Email: "neu@partei.example", Revision: s.respondent("fm").Revision}); !done || err != nil {
		t.Fatal(done, err)
	}
	if len(s.mails(survey.MailInvitation)) != 2 || s.respondent("fm").NotReached == nil {
		t.Error("what had failed goes out without being asked for")
	}
	if err := s.RetryMail(t.Context(), s.office, id); err != nil {
		t.Fatal(err)
	}
	if m := s.mails(survey.MailInvitation)["neu@partei.example"]; m.Mail.ID != id || s.respondent("fm").NotReached != nil {
		t.Errorf("tried again at the old address, or given up all the same: %+v", s.respondent("fm").NotReached)
	}
	giveUp()
	if _, _, err := s.ResendMail(t.Context(), s.office, s.q, id, survey.ResendMail{To: "neu@partei.example"}); err != nil {
		t.Fatal(err)
	}
	p, err := s.ReminderPlan(t.Context(), s.office, s.q)
	if err != nil || len(p.Unreached) != 0 || len(s.audited("reached")) != 2 {
		t.Errorf("sent again, but still given up: %v, %v", p.Unreached, err)
	}
}

func TestLinkByHandIsToldToTheParty(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	if _, err := s.MakeAccessLink(t.Context(), s.office, s.q, "fm"); err != nil {
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
	if _, err := s.MakeAccessLink(t.Context(), s.office, s.q, "gz"); err != nil {
		t.Fatal(err)
	}
	if done, err := s.SetAddress(t.Context(), s.office, s.q, "gz", survey.SetAddress{Email: "gz@partei.example", Revision: r.Revision}); !done || err != nil {
		t.Fatal(done, err)
	}
	if s.respondent("gz").Email != "gz@partei.example" || len(s.mails(survey.MailNotice)) != 0 {
		t.Error("no address, or a notice to nobody")
	}
}

func TestAllOnTheBallotAreAskedOrTheReasonIsRecorded(t *testing.T) {
	s := newSending(t)
	s.ready()
	if err := s.RemoveRespondent(t.Context(), s.office, s.q, "zett"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.dispatch(s.office); errorKey(err) != "send.error.not_ready" {
		t.Fatalf("sent without a party of the election: %v", err)
	}
	if _, err := s.TakeContestants(t.Context(), s.office, s.q); err != nil {
		t.Fatal(err)
	}
	s.change("zett", func(c *survey.SaveRespondent) { c.NotAsked = "Die Partei hat ausdrücklich darum gebeten." })
	if sent, err := s.dispatch(s.office); !sent || err != nil {
		t.Errorf("with a reason: %v, %v", sent, err)
	}
	if len(s.audited("remove_respondent")) != 1 {
		t.Error("not in the audit")
	}
}

// A party that is admitted, or was forgotten, after the dispatch can still be asked or listed with a reason, and must be.
func TestPartyAdmittedAfterTheDispatch(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.put(func(tx *survey.Tx) error {
		return errors.Join(
			tx.Alliances.Put(survey.Alliance{Name: "Bündnis Probe", Email: "buero@buendnis.example", Imprint: "x", Privacy: "x", CheckDispatch: survey.RuleOff}),
			tx.Parties.Put(survey.Party{ID: "nn", ShortName: "Neu", Name: "Neue Nordmark"}),
			tx.Contestants.Put(survey.Contestant{Election: "e1", Party: "nn", BallotPosition: 4, Email: "nn@partei.example"}),
			tx.Contestants.Put(survey.Contestant{Election: "e1", Party: "zz", BallotPosition: 1, Email: "zz@partei.example"}))
	})
	publish := func() string {
		t.Helper()
		_, _, err := s.PreparePublication(t.Context(), s.office, s.q, "")
		return errorKey(err)
	}
	s.change("aehrenbund", func(c *survey.SaveRespondent) { c.NotAsked = "Nimmt keine Fragen an." })
	s.change("zett", func(c *survey.SaveRespondent) { c.NotAsked = "Auf eigenen Wunsch." })
	b, err := s.SendBoard(t.Context(), s.admin, s.q)
	if err != nil || !slices.Equal(b.Missing, []string{"Neu"}) {
		t.Errorf("the board does not say who is missing: %v, %v", b.Missing, err)
	}
	st, err := s.PublicationState(t.Context(), s.office, s.q)
	if err != nil || !slices.Equal(st.Missing, []string{"Neu"}) || publish() != "compare.error.missing" {
		t.Errorf("published without a party of the election: %v, %v", st.Missing, err)
	}
	for i, want := range []int{1, 0} { // the second is a double click
		if n, err := s.TakeContestants(t.Context(), s.office, s.q); n != want || err != nil {
			t.Fatal(i, n, err)
		}
	}
	if r := s.respondent("neu"); !r.AskedAt.IsZero() || !r.Editable(s.questionnaire()) || len(s.audited("take_contestants")) != 1 {
		t.Errorf("%+v", r)
	}
	s.put(func(tx *survey.Tx) error {
		return tx.Contestants.Put(survey.Contestant{Election: "e1", Party: "nn", BallotPosition: 5, Email: "nn@partei.example"})
	})
	if n, err := s.TakeContestants(t.Context(), s.office, s.q); n != 0 || err != nil || len(s.audited("take_contestants")) != 2 {
		t.Errorf("a place on the ballot followed the election unnoted: %d, %v", n, err)
	}
	if zz, ub := s.respondent("zett").Sequence, s.respondent("ub").Sequence; zz != 2 || ub != 1 {
		t.Errorf("the printed order does not follow the ballot: %d, %d", zz, ub)
	}
	if publish() != "compare.error.unexplained" {
		t.Errorf("published without a reason: %s", publish())
	}
	// one taken over by mistake can go again, until it was asked
	if err := s.RemoveRespondent(t.Context(), s.office, s.q, "neu"); err != nil {
		t.Fatal(err)
	}
	if publish() != "compare.error.missing" {
		t.Errorf("removed, and not missed: %s", publish())
	}
	if _, err := s.TakeContestants(t.Context(), s.office, s.q); err != nil {
		t.Fatal(err)
	}
	s.change("neu", func(c *survey.SaveRespondent) { c.Procedure.Channel = survey.ChannelForm })
	if err := s.inviteLate("neu"); err != nil {
		t.Fatal(err)
	}
	if s.mails(survey.MailInvitation)["nn@partei.example"].Body == "" || publish() != "compare.error.changed" {
		t.Errorf("not asked, or something else stands in the way: %s", publish())
	}
	if err := s.RemoveRespondent(t.Context(), s.office, s.q, "neu"); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("removed after it was asked: %v", err)
	}
}

func TestNoDispatchWithoutAMailServer(t *testing.T) {
	s := newSending(t)
	s.ready()
	s.MailReady = false
	if _, err := s.dispatch(s.office); errorKey(err) != "send.error.not_ready" {
		t.Fatalf("sent: %v", err)
	}
	for _, slug := range []string{"fm", "gz", "ub"} {
		s.change(slug, func(c *survey.SaveRespondent) { c.Procedure.Channel, c.DueLocal = survey.ChannelPortal, "" })
	}
	if sent, err := s.dispatch(s.office); !sent || err != nil {
		t.Errorf("nobody needs mail: %v, %v", sent, err)
	}
}

func TestApprovalBindsAllThatIsSent(t *testing.T) {
	for name, change := range map[string]func(tx *survey.Tx) error{
		"title":        editQuestionnaire(func(q *survey.Questionnaire) { q.Title = "Anders" }),
		"intro":        editQuestionnaire(func(q *survey.Questionnaire) { q.Intro = "Anders" }),
		"answer limit": editQuestionnaire(func(q *survey.Questionnaire) { q.AnswerLimit = 10 }),
		"licence":      editQuestionnaire(func(q *survey.Questionnaire) { q.Licence = "CC0-1.0" }),
		"election":     func(tx *survey.Tx) error { return tx.Elections.Put(survey.Election{ID: "e1", Name: "Andere Wahl"}) },
		"alliance": func(tx *survey.Tx) error {
			return tx.Alliances.Put(survey.Alliance{Name: "Anders", Email: "buero@buendnis.example", CheckDispatch: survey.RuleOn})
		},
		"address": func(tx *survey.Tx) error {
			return tx.Alliances.Put(survey.Alliance{Name: "Bündnis Probe", Email: "anders@buendnis.example", CheckDispatch: survey.RuleOn})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSending(t)
			s.ready()
			s.twoPersons()
			if sent, err := s.dispatch(s.office); sent || err != nil {
				t.Fatal(sent, err)
			}
			p, err := s.DispatchPlan(t.Context(), s.second, s.q)
			if err != nil {
				t.Fatal(err)
			}
			s.put(change)
			if _, err := s.Dispatch(t.Context(), s.second, s.q, p.Digest); errorKey(err) != "error.stale" {
				t.Errorf("confirmed what has changed: %v", err)
			}
		})
	}
}

func editQuestionnaire(change func(*survey.Questionnaire)) func(tx *survey.Tx) error {
	return func(tx *survey.Tx) error {
		q, err := tx.Questionnaires.Get("q1")
		if err != nil {
			return err
		}
		change(&q)
		return tx.Questionnaires.Put(q)
	}
}

func TestMailsAfterAnExtensionTellTheNewDate(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	first := s.mails(survey.MailInvitation)
	gz, fm := first["gz@partei.example"].Mail, first["fm@partei.example"].Mail
	record := func(id string, o survey.MailOutcome) {
		o.Attempt = 1
		if err := s.RecordAttempt(t.Context(), id, o); err != nil {
			t.Fatal(err)
		}
	}
	record(gz.ID, survey.MailOutcome{Permanent: true, Reply: "550"})
	record(fm.ID, survey.MailOutcome{Sent: true})
	// zz has been asked, but its letter still waits when the deadline is extended
	s.change("zett", func(c *survey.SaveRespondent) { c.Procedure.Channel = survey.ChannelForm })
	if err := s.inviteLate("zett"); err != nil {
		t.Fatal(err)
	}
	old := s.mails(survey.MailInvitation)["zz@partei.example"]
	s.clock.Advance(time.Hour)
	cmd := survey.SetDeadline{Local: "2027-01-10T18:00", Zone: "Europe/Berlin", Reason: "Störung", Revision: s.questionnaire().Revision}
	for range 2 { // the second is a double click
		if err := s.ExtendDeadline(t.Context(), s.office, s.q, cmd); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.mails(survey.MailExtension)); n != 3 {
		t.Errorf("%d mails about one extension", n)
	}
	isNew := func(what string, m survey.MailDue) {
		t.Helper()
		if !strings.Contains(m.Body, "Sonntag, 10. Januar 2027, 18:00 Uhr (MEZ)") || strings.Contains(m.Body, "21. Dezember") ||
			!strings.Contains(m.Mail.Calendar, "DTSTART:20270110T170000Z") || !strings.Contains(m.Mail.Calendar, "SEQUENCE:1") {
			t.Errorf("%s tells the old date:\n%s\n%s", what, m.Body, m.Mail.Calendar)
		}
	}
	fresh := s.mails(survey.MailInvitation)["zz@partei.example"]
	isNew("what still waited", fresh)
	if fresh.Mail.ID == old.Mail.ID || !s.link(old.Body).RevokedAt.IsZero() {
		t.Error("the text of a mail that may be on its way changed, or its link died")
	}
	if err := s.RetryMail(t.Context(), s.office, gz.ID); err != nil {
		t.Fatal(err)
	}
	isNew("what had failed", s.mails(survey.MailInvitation)["gz@partei.example"])
	if _, _, err := s.ResendMail(t.Context(), s.office, s.q, fm.ID, survey.ResendMail{To: "fm@partei.example"}); err != nil {
		t.Fatal(err)
	}
	isNew("what is sent again", s.mails(survey.MailInvitation)["fm@partei.example"])
}

func TestOwnDateCanMoveWithAPublicReason(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	move := func(slug, local, reason string, back int) error {
		return s.SaveDue(t.Context(), s.office, s.q, slug, survey.SaveDue{Local: local, Zone: "Europe/Berlin", Reason: reason, Revision: s.respondent(slug).Revision - back})
	}
	for name, test := range map[string]struct{ slug, local, reason, want string }{
		"our form":      {"fm", "2027-01-20T12:00", "x", "send.error.due_form"},
		"not asked yet": {"aehrenbund", "2027-01-20T12:00", "x", "send.error.due_form"},
		"no reason":     {"ub", "2027-01-20T12:00", " ", "due_reason error.required"},
		"no date":       {"ub", "", "x", "due error.required"},
		"past":          {"ub", "2026-11-20T12:00", "x", "due error.time.past"},
		"no change":     {"ub", "2027-01-15T12:00", "x", "due send.error.due_same"},
	} {
		if err := move(test.slug, test.local, test.reason, 0); errorKey(err) != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	if err := move("ub", "2027-01-20T12:00", "Die Partei tagt später.", 1); errorKey(err) != "error.stale" {
		t.Errorf("stale: %v", err)
	}
	for back := range 2 { // the second is a double click
		if err := move("ub", "2027-01-20T12:00", "Die Partei tagt später.", back); err != nil {
			t.Fatal(err)
		}
	}
	r := s.respondent("ub")
	if len(r.DueChanges) != 1 || r.DueChanges[0].From.Local != "2027-01-15T12:00" || r.Due.Local != "2027-01-20T12:00" {
		t.Errorf("%+v", r.DueChanges)
	}
	m := s.mails(survey.MailExtension)["ub@partei.example"]
	if !strings.Contains(m.Body, "Neues Datum: Mittwoch, 20. Januar 2027, 12:00 Uhr") || !strings.Contains(m.Mail.Calendar, "SEQUENCE:1") {
		t.Errorf("%s", m.Body)
	}
	if letter := s.mails(survey.MailInvitation)["ub@partei.example"]; !strings.Contains(letter.Body, "20. Januar 2027") {
		t.Errorf("the letter that waits tells the old date:\n%s", letter.Body)
	}
	var c survey.Comparison
	s.put(func(tx *survey.Tx) (err error) { c, err = survey.BuildComparison(tx, s.q, s.clock.Now()); return err })
	i := slices.IndexFunc(c.Respondents, func(r survey.ComparedRespondent) bool { return r.Slug == "ub" })
	if d := c.Respondents[i].DueChanges; len(d) != 1 || d[0].Reason != "Die Partei tagt später." {
		t.Errorf("not public: %+v", d)
	}
	if a := s.audited("own_date"); len(a) != 1 || !strings.Contains(a[0].From, "2027-01-15T12:00") {
		t.Errorf("%+v", a)
	}
}

func TestWhoseOwnDateIsOverIsNotReminded(t *testing.T) {
	s := newSending(t)
	s.ready()
	s.change("ub", func(c *survey.SaveRespondent) {
		c.Procedure.Channel, c.DueLocal, c.DueZone = survey.ChannelMail, "2026-11-30T12:00", "Europe/Berlin"
	})
	if sent, err := s.dispatch(s.office); !sent || err != nil {
		t.Fatal(sent, err)
	}
	s.clock.Advance(8 * 24 * time.Hour)
	p, err := s.ReminderPlan(t.Context(), s.admin, s.q)
	if err != nil || len(p.Recipients) != 2 || len(p.Over) != 1 || p.Over[0].Slug != "ub" {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestPublicStatesAreChangedKnowinglyAndAudited(t *testing.T) {
	s := newSending(t)
	s.ready()
	mark := survey.MarkNotReached{Reason: "Postfach voll", Revision: s.respondent("fm").Revision}
	if err := s.MarkNotReached(t.Context(), s.office, s.q, "fm", mark); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("before the dispatch: %v", err)
	}
	r := s.respondent("gz") // marked by an earlier version of this program
	r.NotReached = &survey.DeliveryFailure{Reason: "alt", At: sendStart, By: "u1"}
	s.put(func(tx *survey.Tx) error { return tx.Respondents.Put(r) })
	if sent, err := s.dispatch(s.office); !sent || err != nil {
		t.Fatal(sent, err)
	}
	if s.mails(survey.MailInvitation)["gz@partei.example"].Body == "" || s.respondent("gz").NotReached != nil {
		t.Error("who was marked before the dispatch got no letter")
	}
	if err := s.MarkNotReached(t.Context(), s.office, s.q, "fm", mark); errorKey(err) != "error.stale" {
		t.Errorf("stale: %v", err)
	}
	mark.Revision = s.respondent("fm").Revision
	for range 2 { // the second is a double click
		if err := s.MarkNotReached(t.Context(), s.office, s.q, "fm", mark); err != nil {
			t.Fatal(err)
		}
	}
	s.change("zett", func(c *survey.SaveRespondent) { c.NotAsked = "Auf eigenen Wunsch" })
	s.change("zett", func(c *survey.SaveRespondent) { c.NotAsked, c.Procedure.Channel = "", survey.ChannelForm })
	left := []survey.LeftOutQuestion{{Question: "q02", Reason: "Keine Thesen."}}
	for range 2 {
		if err := s.LeaveOut(t.Context(), s.office, s.q, "zett", s.respondent("zett").Revision, left); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.inviteLate("zett"); err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string][]string{
		"not_reached": {" -> Postfach voll"}, "left_out": {" -> 2: Keine Thesen."}, "invite_late": {"unasked -> waiting"},
		"not_asked": {" -> Auf eigenen Wunsch", "Auf eigenen Wunsch -> "},
	} {
		var got []string
		for _, a := range s.audited(what) {
			got = append(got, a.From+" -> "+a.To)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
}

func TestJoiningLosesNothing(t *testing.T) {
	s := newSending(t)
	s.ready()
	join := func() (string, error) {
		return s.JoinParties(t.Context(), s.office, s.q, survey.JoinParties{Parties: []string{"fm", "gz"}})
	}
	s.change("fm", func(c *survey.SaveRespondent) { c.NotAsked = "Ein Grund" })
	if _, err := join(); errorKey(err) != "parties send.error.join_carries" {
		t.Fatalf("a reason would be lost: %v", err)
	}
	if s.respondent("fm").NotAsked == "" {
		t.Error("something happened")
	}
	s.change("fm", func(c *survey.SaveRespondent) { c.NotAsked = "" })
	var first string
	for i := range 2 { // the second is a double click
		slug, err := join()
		if err != nil || i == 1 && slug != first {
			t.Fatal(slug, err)
		}
		first = slug
	}
	if r := s.respondent(first); r.Procedure.Channel != survey.ChannelForm || r.Email == "" {
		t.Errorf("what was the same for both is lost: %+v", r)
	}
	if len(s.audited("join_parties")) != 1 {
		t.Error("not in the audit")
	}
}

func TestDoubleClicksSucceed(t *testing.T) {
	s := newSending(t)
	s.ready()
	q := s.questionnaire()
	cover := survey.SaveCover{Cover: survey.Cover{Subject: "Neu", Body: "{{frist}}\n\n{{link}}\n\n{{fragen}}", Language: "de"}, Revision: q.Revision}
	deadline := survey.SetDeadline{Local: "2027-01-05T18:00", Zone: "Europe/Berlin", Revision: q.Revision + 1}
	r := s.respondent("fm")
	respondent := survey.SaveRespondent{ShortName: "FM", Name: "Freie Mitte neu", Language: "de", Email: "fm@partei.example", Procedure: r.Procedure, Revision: r.Revision}
	added := survey.SaveRespondent{ShortName: "Extra", Name: "Extraliste", Language: "de"}
	for range 2 {
		if err := s.SaveCover(t.Context(), s.office, s.q, cover); err != nil {
			t.Errorf("cover: %v", err)
		}
		if err := s.SetDeadline(t.Context(), s.office, s.q, deadline); err != nil {
			t.Errorf("deadline: %v", err)
		}
		if _, err := s.SaveRespondent(t.Context(), s.office, s.q, "fm", respondent); err != nil {
			t.Errorf("respondent: %v", err)
		}
		if slug, err := s.AddRespondent(t.Context(), s.office, s.q, added); slug != "extra" || err != nil {
			t.Errorf("added %q, %v", slug, err)
		}
	}
	cover.Subject = "Anders"
	if err := s.SaveCover(t.Context(), s.office, s.q, cover); errorKey(err) != "error.stale" {
		t.Errorf("another text: %v", err)
	}
	respondent.Name = "Anders"
	if _, err := s.SaveRespondent(t.Context(), s.office, s.q, "fm", respondent); errorKey(err) != "error.stale" {
		t.Errorf("another name: %v", err)
	}
}

// A reminder is settled when the date is over: the worker is told not to send it, and nobody can send it again.
func TestNoReminderPastTheDate(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.remind()
	reminders := s.mails(survey.MailReminder)
	failed := reminders["gz@partei.example"].Mail.ID
	if err := s.RecordAttempt(t.Context(), failed, survey.MailOutcome{Attempt: 1, Permanent: true, Reply: "550"}); err != nil {
		t.Fatal(err)
	}
	s.clock.Set(time.Date(2026, 12, 21, 17, 0, 0, 0, time.UTC)) // the deadline for all; that of ub is later
	reminders = s.mails(survey.MailReminder)
	fm := reminders["fm@partei.example"]
	if !fm.Settled || reminders["ub@partei.example"].Settled || s.mails(survey.MailInvitation)["fm@partei.example"].Settled {
		t.Error("not exactly the reminder past its date is settled")
	}
	if err := s.RecordAttempt(t.Context(), fm.Mail.ID, survey.MailOutcome{Attempt: fm.Attempt, Settled: true}); err != nil {
		t.Fatal(err)
	}
	m, err := s.OutboxMail(t.Context(), s.office, s.q, fm.Mail.ID)
	if err != nil || m.State != survey.MailRevoked || m.Attempts != 0 || len(s.mails(survey.MailReminder)) != 1 {
		t.Errorf("%s after %d attempts, %v", m.State, m.Attempts, err)
	}
	_, _, resent := s.ResendMail(t.Context(), s.office, s.q, failed, survey.ResendMail{To: "gz@partei.example"})
	for what, err := range map[string]error{"retried": s.RetryMail(t.Context(), s.office, failed), "resent": resent} {
		if errorKey(err) != "send.error.reminder_over" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n, err := s.RetryFailed(t.Context(), s.office, s.q); n != 0 || err != nil {
		t.Errorf("retried with all: %d, %v", n, err)
	}
}

// remind sends the reminder.
func (s *sending) remind() survey.Cover {
	s.t.Helper()
	text, err := s.StartingText("de", "reminder")
	if err == nil {
		err = s.SendReminder(s.t.Context(), s.office, s.q, text)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}

// There is one reminder, and whoever is asked late has it too, in the same words.
func TestReminderForThoseInvitedLate(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	if err := s.RemindLate(t.Context(), s.office, s.q); errorKey(err) != "send.error.not_reminded" {
		t.Errorf("before the reminder: %v", err)
	}
	text := s.remind()
	if err := s.RemindLate(t.Context(), s.office, s.q); err != nil || len(s.mails(survey.MailReminder)) != 3 {
		t.Errorf("all have had it: %v", err)
	}
	s.change("zett", func(c *survey.SaveRespondent) { c.Procedure.Channel = survey.ChannelForm })
	if err := s.inviteLate("zett"); err != nil {
		t.Fatal(err)
	}
	if p, err := s.ReminderPlan(t.Context(), s.admin, s.q); err != nil || len(p.Recipients) != 1 || p.Recipients[0].Slug != "zett" {
		t.Errorf("offered to %+v, %v", p.Recipients, err)
	}
	if err := s.SendReminder(t.Context(), s.office, s.q, text); err != nil || len(s.mails(survey.MailReminder)) != 3 {
		t.Errorf("a double click on the first one: %v", err)
	}
	if err := s.RemindLate(t.Context(), s.admin, s.q); survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("by an administrator: %v", err)
	}
	for range 2 { // the second is a double click
		if err := s.RemindLate(t.Context(), s.office, s.q); err != nil {
			t.Fatal(err)
		}
	}
	mails := s.mails(survey.MailReminder)
	first, late := mails["fm@partei.example"], mails["zz@partei.example"]
	if len(mails) != 4 || late.Mail.Dispatch != first.Mail.Dispatch || !strings.Contains(late.Body, "keine Antwort von Zentrale Liste") {
		t.Errorf("%d mails:\n%s", len(mails), late.Body)
	}
	p, err := s.ReminderPlan(t.Context(), s.admin, s.q)
	if err != nil || len(p.Recipients) != 0 || p.Sent.Recipients != 4 {
		t.Errorf("%+v, %v", p.Recipients, err)
	}
}

// A failed mail stays a problem until another of its kind has taken its place, and all of them can be tried again at once.
func TestFailedMailsAreToldAndTriedAgain(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	first := s.mails(survey.MailInvitation)
	for to, m := range first {
		if err := s.RecordAttempt(t.Context(), m.Mail.ID, survey.MailOutcome{Attempt: 1, Permanent: to != "ub@partei.example", Reply: "dial tcp: refused", NoReply: true}); err != nil {
			t.Fatal(err)
		}
	}
	s.remind()
	rows := func() map[string]survey.SendRow {
		t.Helper()
		b, err := s.SendBoard(t.Context(), s.admin, s.q)
		if err != nil {
			t.Fatal(err)
		}
		by := map[string]survey.SendRow{}
		for _, row := range b.Rows {
			by[row.Respondent.Slug] = row
		}
		return by
	}
	by := rows()
	if by["fm"].Problem != survey.ProblemMail || by["ub"].Problem != survey.ProblemDelayed || by["fm"].Mail.ID != first["fm@partei.example"].Mail.ID || !by["fm"].Mail.NoReply {
		t.Errorf("a reminder hides the letter that did not arrive: %q, %q", by["fm"].Problem, by["ub"].Problem)
	}
	if _, _, err := s.ResendMail(t.Context(), s.office, s.q, first["fm@partei.example"].Mail.ID, survey.ResendMail{To: "fm@partei.example"}); err != nil {
		t.Fatal(err)
	}
	if by = rows(); by["fm"].Problem != survey.ProblemNone || by["gz"].Problem != survey.ProblemMail || by["fm"].Mail.State != survey.MailQueued {
		t.Errorf("sent again: %q, %q", by["fm"].Problem, by["gz"].Problem)
	}
	if _, err := s.RetryFailed(t.Context(), s.admin, s.q); survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("by an administrator: %v", err)
	}
	for i, want := range []int{1, 0} { // what was sent again is not tried again; the second is a double click
		if n, err := s.RetryFailed(t.Context(), s.office, s.q); n != want || err != nil {
			t.Errorf("click %d: %d, %v", i, n, err)
		}
	}
	if m := s.mails(survey.MailInvitation)["gz@partei.example"]; m.Mail.ID != first["gz@partei.example"].Mail.ID || len(s.audited("retry_mails")) != 1 {
		t.Error("the failed letter is not tried again, or not in the audit")
	}
}
