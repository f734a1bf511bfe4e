package send_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pruefstein/internal/compare"
	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// A letter to one alone is a dispatch as well.
func TestLateInvitationNeedsASecondPerson(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.twoPersons()
	s.change("zett", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelForm })
	invite := func(actor survey.Actor) (bool, error) {
		return s.Send.Invite(t.Context(), actor, s.q, "zett", s.invitation(s.office, "zett").Digest)
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
	p := s.invitation(s.admin, "zett")
	if p.Waiting == nil || p.WaitingName != "Person u1" || p.Own || p.Outdated || !strings.Contains(p.Cover.Subject, "Zentrale Liste") {
		t.Errorf("the second person does not see it: %+v", p)
	}
	o, err := s.Alliance.Overview(t.Context(), s.admin)
	if err != nil || len(o.Approvals) != 1 || o.Approvals[0].Respondent != "zett" {
		t.Errorf("the overview does not lead the second person there: %+v, %v", o.Approvals, err)
	}
	if own, err := s.Alliance.Overview(t.Context(), s.office); err != nil || len(own.Approvals) != 0 {
		t.Errorf("who asked is asked to confirm: %+v, %v", own.Approvals, err)
	}
	s.change("zett", func(c *send.SaveRespondent) { c.NotAsked = "Auf eigenen Wunsch." })
	if p := s.invitation(s.admin, "zett"); p.Waiting == nil || p.Fault == "" {
		t.Errorf("a request that cannot be carried out any more cannot be withdrawn either: %+v", p)
	}
	s.change("zett", func(c *send.SaveRespondent) { c.NotAsked = "" })
	b, err := s.Send.Board(t.Context(), s.admin, s.q)
	if err != nil || b.Problems[send.ProblemInvitation] != 1 {
		t.Errorf("the board does not say that it waits: %v, %v", b.Problems, err)
	}
	s.change("zett", func(c *send.SaveRespondent) { c.NotAsked, c.Procedure.Note = "", "Ruft zurück" })
	if _, err := s.Send.Invite(t.Context(), s.second, s.q, "zett", p.Digest); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("confirmed what has changed since: %v", err)
	}
	if !s.invitation(s.second, "zett").Outdated {
		t.Error("the request is not void")
	}
	if sent, err := invite(s.second); sent || err != nil {
		t.Fatal(sent, err)
	}
	if sent, err := invite(s.admin); !sent || err != nil {
		t.Fatal(sent, err)
	}
	f, err := s.Send.RespondentFile(t.Context(), s.admin, s.q, "zett")
	if err != nil || f.Invited == nil || f.InvitedBy != "Person u2" || f.InvitedConfirmedBy != "Person u3" || f.Invitation != nil {
		t.Errorf("%+v, by %q, confirmed by %q, %v", f.Invited, f.InvitedBy, f.InvitedConfirmedBy, err)
	}
	if letter := s.mails(survey.MailInvitation)["zz@partei.example"]; letter.Body == "" || letter.Mail.Urgency() != survey.UrgentLink || len(s.audited("request_dispatch")) != 2 {
		t.Error("no letter, or not in the audit")
	}
	if s.questionnaire().DispatchedAt != sendStart {
		t.Error("the dispatch of all was touched")
	}
}

func TestAllOnTheBallotAreAskedOrTheReasonIsRecorded(t *testing.T) {
	s := newSending(t)
	s.ready()
	if err := s.Send.RemoveRespondent(t.Context(), s.office, s.q, "zett"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.dispatch(s.office); testworld.KeyOf(err) != "send.error.not_ready" {
		t.Fatalf("sent without a party of the election: %v", err)
	}
	if _, err := s.Send.TakeContestants(t.Context(), s.office, s.q); err != nil {
		t.Fatal(err)
	}
	s.change("zett", func(c *send.SaveRespondent) { c.NotAsked = "Die Partei hat ausdrücklich darum gebeten." })
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
			tx.Alliances.Put(survey.Alliance{Name: "Bündnis Probe", Email: "buero@buendnis.example", Imprint: "x", Privacy: "x", ConfirmDispatch: survey.RuleOff}),
			tx.Parties.Put(survey.Party{ID: "nn", ShortName: "Neu", Name: "Neue Nordmark"}),
			tx.Contestants.Put(survey.Contestant{Election: "e1", Party: "nn", BallotPosition: 4, Email: "nn@partei.example"}),
			tx.Contestants.Put(survey.Contestant{Election: "e1", Party: "zz", BallotPosition: 1, Email: "zz@partei.example"}))
	})
	publish := func() string {
		t.Helper()
		_, _, err := s.Compare.PreparePublication(t.Context(), s.office, s.q, compare.PreparePublication{})
		return testworld.KeyOf(err)
	}
	s.change("aehrenbund", func(c *send.SaveRespondent) { c.NotAsked = "Nimmt keine Fragen an." })
	s.change("zett", func(c *send.SaveRespondent) { c.NotAsked = "Auf eigenen Wunsch." })
	b, err := s.Send.Board(t.Context(), s.admin, s.q)
	if err != nil || !slices.Equal(b.Missing, []string{"Neu"}) {
		t.Errorf("the board does not say who is missing: %v, %v", b.Missing, err)
	}
	st, err := s.Compare.PublicationPage(t.Context(), s.office, s.q)
	if err != nil || !slices.Equal(st.Missing, []string{"Neu"}) || publish() != "compare.error.missing" {
		t.Errorf("published without a party of the election: %v, %v", st.Missing, err)
	}
	for i, want := range []int{1, 0} { // the second is a double click
		if n, err := s.Send.TakeContestants(t.Context(), s.office, s.q); n != want || err != nil {
			t.Fatal(i, n, err)
		}
	}
	if r := s.respondent("neu"); !r.AskedAt.IsZero() || !r.Editable(s.questionnaire()) || len(s.audited("take_contestants")) != 1 {
		t.Errorf("%+v", r)
	}
	s.put(func(tx *survey.Tx) error {
		return tx.Contestants.Put(survey.Contestant{Election: "e1", Party: "nn", BallotPosition: 5, Email: "nn@partei.example"})
	})
	if n, err := s.Send.TakeContestants(t.Context(), s.office, s.q); n != 0 || err != nil || len(s.audited("take_contestants")) != 2 {
		t.Errorf("a place on the ballot followed the election unnoted: %d, %v", n, err)
	}
	if l, err := s.Send.RespondentList(t.Context(), s.office, s.q); err != nil || l.Rows[0].Slug != "ub" || l.Rows[1].Slug != "zett" {
		t.Errorf("the printed order does not follow the ballot: %v, %v", l.Rows, err)
	}
	if publish() != "compare.error.unexplained" {
		t.Errorf("published without a reason: %s", publish())
	}
	// one taken over by mistake can go again, until it was asked
	if err := s.Send.RemoveRespondent(t.Context(), s.office, s.q, "neu"); err != nil {
		t.Fatal(err)
	}
	if publish() != "compare.error.missing" {
		t.Errorf("removed, and not missed: %s", publish())
	}
	if _, err := s.Send.TakeContestants(t.Context(), s.office, s.q); err != nil {
		t.Fatal(err)
	}
	s.change("neu", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelForm })
	if err := s.invite("neu"); err != nil {
		t.Fatal(err)
	}
	if s.mails(survey.MailInvitation)["nn@partei.example"].Body == "" || publish() != "compare.error.changed" {
		t.Errorf("not asked, or something else stands in the way: %s", publish())
	}
	if err := s.Send.RemoveRespondent(t.Context(), s.office, s.q, "neu"); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("removed after it was asked: %v", err)
	}
}

// There is one reminder, and whoever is asked afterwards has it too, in the same words.
func TestReminderForThoseInvitedAfterwards(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	step := send.StepForm{Days: "0", Cover: s.remind()}
	if _, err := s.remindAs(s.office, step); !slices.Equal(testworld.FaultsOf(t, err), []string{"days-1 send.error.all_submitted"}) || len(s.mails(survey.MailReminder)) != 3 {
		t.Errorf("all have had it: %v", err)
	}
	s.change("zett", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelForm })
	if err := s.invite("zett"); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Send.ReminderPlan(t.Context(), s.admin, s.q); err != nil || len(p.Recipients) != 1 || p.Recipients[0].Slug != "zett" {
		t.Errorf("offered to %+v, %v", p.Recipients, err)
	}
	if _, err := s.Send.PlanReminders(t.Context(), s.office, s.q, send.PlanReminders{Steps: []send.StepForm{step}, Seen: "of the first"}); testworld.KeyOf(err) != "send.error.at_once_changed" {
		t.Errorf("a late click on the first one: %v", err)
	}
	if _, err := s.remindAs(s.admin, step); survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("by an administrator: %v", err)
	}
	rest, err := s.Send.ReminderSchedule(t.Context(), s.office, s.q, []send.StepForm{step})
	testworld.Must(t, err)
	for range 2 { // the second is a double click
		if _, err := s.Send.PlanReminders(t.Context(), s.office, s.q, send.PlanReminders{Steps: []send.StepForm{step}, Seen: rest.Digest}); err != nil {
			t.Fatal(err)
		}
	}
	mails := s.mails(survey.MailReminder)
	first, last := mails["fm@partei.example"], mails["zz@partei.example"]
	if len(mails) != 4 || last.Mail.Dispatch != first.Mail.Dispatch || !strings.Contains(last.Body, "keine Antwort von Zentrale Liste") {
		t.Errorf("%d mails:\n%s", len(mails), last.Body)
	}
	p, err := s.Send.ReminderPlan(t.Context(), s.admin, s.q)
	if err != nil || len(p.Recipients) != 0 || p.Sent.Recipients != 4 {
		t.Errorf("%+v, %v", p.Recipients, err)
	}
}

func TestPortalAndLateInvitation(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	enter := func(local string) error {
		return s.Send.RecordPortal(t.Context(), s.office, s.q, "aehrenbund", send.RecordPortal{At: local, Zone: "Europe/Berlin", Revision: s.respondent("aehrenbund").Revision,
			Wordings: []send.PortalWording{{Question: "q02", Whole: true}}})
	}
	if err := enter("2026-11-24T10:00"); testworld.KeyOf(err) != "at send.error.portal_future" {
		t.Errorf("tomorrow: %v", err)
	}
	if err := enter("2026-11-23T09:30"); err != nil {
		t.Fatal(err)
	}
	if r := s.respondent("aehrenbund"); r.Portal == nil || r.Portal.By != "u1" || !r.AskedAt.Equal(r.Portal.At) || r.Editable(s.questionnaire()) {
		t.Errorf("%+v", r.Portal)
	}
	if err := s.Send.TakeBackPortal(t.Context(), s.office, s.q, "aehrenbund", s.respondent("aehrenbund").Revision); err != nil {
		t.Fatal(err)
	}
	if r := s.respondent("aehrenbund"); r.Portal != nil || !r.AskedAt.IsZero() {
		t.Error("not taken back")
	}

	if err := s.invite("zett"); testworld.KeyOf(err) != "send.error.not_late" {
		t.Errorf("procedure unknown: %v", err)
	}
	s.change("zett", func(c *send.SaveRespondent) { c.Procedure.Channel, c.Name = survey.ChannelForm, "anders" })
	if r := s.respondent("zett"); r.Name != "Zentrale Liste" {
		t.Error("the name changed after the dispatch")
	}
	if err := s.invite("zett"); err != nil {
		t.Fatal(err)
	}
	if err := s.invite("zett"); testworld.KeyOf(err) != "send.error.not_late" {
		t.Errorf("invited twice: %v", err)
	}
	if len(s.mails(survey.MailInvitation)) != 4 {
		t.Error("no mail")
	}
	if err := s.invite("fm"); testworld.KeyOf(err) != "send.error.not_late" {
		t.Errorf("invited at the dispatch: %v", err)
	}
}
