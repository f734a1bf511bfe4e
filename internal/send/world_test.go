package send_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/memory"
	"pruefstein/internal/office"
	"pruefstein/internal/send"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/testworld"
)

// sending is a questionnaire about to be sent, with the people who send it.
type sending struct {
	*office.Office
	Store          survey.Store // runs each function once, unlike the one of the use cases: tests keep what they read
	t              *testing.T
	clock          *testkit.Clock
	office, second survey.Actor // two coordinators
	admin, member  survey.Actor
	q              survey.QuestionnaireID
}

var sendStart = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// newSending makes a locked questionnaire with two questions for five contestants, a deadline and no respondents yet. The
// two-person rule is off unless a test turns it on.
func newSending(t *testing.T) *sending {
	t.Helper()
	sealer, err := survey.NewSealer(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	clock := testkit.NewClock(sendStart)
	store := memory.New()
	s := &sending{Store: store, t: t, clock: clock, q: "q1", Office: office.New(&survey.Kernel{
		Store: storetest.Twice(store), Clock: clock, Rand: rand.Reader, Sealer: sealer, BaseURL: "https://fragen.example", Addresses: testworld.Addresses, MailReady: true,
		Compose: testworld.Compose,
	})}
	deadline, key := survey.ParseInstant("2026-12-21T18:00", "Europe/Berlin", "")
	if key != "" {
		t.Fatal(key)
	}
	person := func(id survey.UserID, u survey.User) survey.Actor {
		u.ID, u.Name, u.Email, u.PasswordHash = id, "Person "+string(id), string(id)+"@buendnis.example", "x"
		s.put(func(tx *survey.Tx) error { return tx.Users.Put(u) })
		return survey.Actor{User: u, Language: "de"}
	}
	s.office = person("u1", survey.User{Coordinator: true})
	s.second = person("u2", survey.User{Coordinator: true})
	s.admin = person("u3", survey.User{Administrator: true})
	s.member = person("u4", survey.User{Memberships: []survey.Membership{{WorkingGroup: "g"}}})
	s.put(func(tx *survey.Tx) error {
		return errors.Join(
			tx.Alliances.Put(survey.Alliance{Name: "Bündnis Probe", Email: "buero@buendnis.example", ConfirmDispatch: survey.RuleOff}),
			tx.Elections.Put(survey.Election{ID: "e1", Name: "Landtagswahl Nordmark 2027", Date: "2027-03-07"}),
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q1", Slug: "nordmark", Title: "Digitales Nordmark", Election: "e1", LockedAt: sendStart, Deadline: deadline, Revision: 1}),
			tx.Catalogues.Put(survey.Catalogue{Questionnaire: "q1", Hash: "abc", Questions: []survey.CatalogueQuestion{
				{ID: "q01", Number: 1, Kind: survey.KindText, Label: "Schulen", Text: "Wie fördern Sie freie Lernmittel?", Context: "Es geht um Schulbücher."},
				{ID: "q02", Number: 2, Kind: survey.KindThesis, Text: "Öffentlich bezahlte Software soll öffentlich sein."},
			}}))
	})
	for i, p := range []struct {
		id          survey.PartyID
		short, name string
	}{{"fm", "FM", "Freie Mitte"}, {"gz", "GZ", "Grüne Zukunft Nordmark"}, {"ub", "UB", "Union der Bürger"},
		{"ah", "Ährenbund", "Ährenbund Nordmark"}, {"zz", "Zett", "Zentrale Liste"}} {
		position := 3 - i
		if i > 2 {
			position = 0
		}
		s.put(func(tx *survey.Tx) error {
			return errors.Join(tx.Parties.Put(survey.Party{ID: p.id, ShortName: p.short, Name: p.name}),
				tx.Contestants.Put(survey.Contestant{Election: "e1", Party: p.id, BallotPosition: position, Email: string(p.id) + "@partei.example"}))
		})
	}
	return s
}

func (s *sending) put(fn func(*survey.Tx) error) {
	s.t.Helper()
	if err := s.Store.Update(context.Background(), fn); err != nil {
		s.t.Fatal(err)
	}
}

// ready takes the contestants over and gives each a way: fm and gz our form, ub e-mail with its own date, ah its own form,
// zz unknown.
func (s *sending) ready() {
	s.t.Helper()
	if _, err := s.Send.TakeContestants(s.t.Context(), s.office, s.q); err != nil {
		s.t.Fatal(err)
	}
	s.change("fm", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelForm })
	s.change("gz", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelForm })
	s.change("ub", func(c *send.SaveRespondent) {
		c.Procedure.Channel, c.Due, c.DueZone, c.DueReason = survey.ChannelMail, "2027-01-15T12:00", "Europe/Berlin", "Parteitag am 10. Januar"
	})
	s.change("aehrenbund", func(c *send.SaveRespondent) {
		c.Procedure = survey.Procedure{Channel: survey.ChannelPortal, MaxQuestions: 1, MaxCharacters: 40}
	})
	text, err := s.Send.StartingText("de", "cover")
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.Send.SaveCover(s.t.Context(), s.office, s.q, send.SaveCover{Cover: text, Revision: s.questionnaire().Revision}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sending) questionnaire() (q survey.Questionnaire) {
	s.put(func(tx *survey.Tx) (err error) { q, err = tx.Questionnaire(s.q); return err })
	return q
}

func (s *sending) respondent(slug survey.Slug) survey.Respondent {
	s.t.Helper()
	f, err := s.Send.RespondentFile(s.t.Context(), s.office, s.q, slug)
	if err != nil {
		s.t.Fatal(err)
	}
	return f.Row.Respondent
}

func (s *sending) change(slug survey.Slug, fn func(*send.SaveRespondent)) {
	s.t.Helper()
	r := s.respondent(slug)
	cmd := send.SaveRespondent{ShortName: r.ShortName, Name: r.Name, BallotPosition: r.BallotPosition, Email: r.Email, Copies: strings.Join(r.Copies, "\n"),
		Postal: r.Postal, Language: "de",
		Procedure: r.Procedure, NotAsked: r.NotAsked, Revision: r.Revision}
	fn(&cmd)
	if _, err := s.Send.SaveRespondent(s.t.Context(), s.office, s.q, slug, cmd); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sending) dispatch(actor survey.Actor) (bool, error) {
	s.t.Helper()
	p, err := s.Send.DispatchPlan(s.t.Context(), actor, s.q)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.Send.Dispatch(s.t.Context(), actor, s.q, p.Digest)
}

func (s *sending) mustDispatch() {
	s.t.Helper()
	s.ready()
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		s.t.Fatal(sent, err)
	}
}

// invite invites a respondent as the office reads it, with the rule off.
func (s *sending) invite(slug survey.Slug) error {
	s.t.Helper()
	sent, err := s.Send.Invite(s.t.Context(), s.office, s.q, slug, s.invitation(s.office, slug).Digest)
	if err == nil && !sent {
		s.t.Error("a second person is waited for")
	}
	return err
}

// invitation is what an actor reads of one, empty if there is to be none.
func (s *sending) invitation(actor survey.Actor, slug survey.Slug) send.InvitationPlan {
	s.t.Helper()
	f, err := s.Send.RespondentFile(s.t.Context(), actor, s.q, slug)
	if err != nil {
		s.t.Fatal(err)
	}
	if f.Invitation == nil {
		return send.InvitationPlan{}
	}
	return *f.Invitation
}

// mails returns the mails of a kind with their secrets in place, by address.
func (s *sending) mails(kind survey.MailKind) map[string]send.MailDue {
	s.t.Helper()
	due, err := s.Send.DueMails(s.t.Context(), 100)
	if err != nil {
		s.t.Fatal(err)
	}
	by := map[string]send.MailDue{}
	for _, d := range due {
		if d.Mail.Kind == kind {
			if _, twice := by[d.Mail.To]; twice {
				s.t.Errorf("%s: two mails", d.Mail.To)
			}
			by[d.Mail.To] = d
		}
	}
	return by
}

// link finds the access link of a mail by the token in its text.
func (s *sending) link(body string) survey.AccessLink {
	s.t.Helper()
	_, rest, found := strings.Cut(body, "https://fragen.example/zugang/")
	if !found {
		s.t.Fatalf("no link in\n%s", body)
	}
	token, _, _ := strings.Cut(rest, "\n")
	var l survey.AccessLink
	s.put(func(tx *survey.Tx) (err error) { l, err = tx.AccessLinks.Get(survey.HashToken(token)); return err })
	return l
}

// submitted makes a respondent one that has submitted.
func (s *sending) submitted(slug survey.Slug) {
	r := s.respondent(slug)
	s.put(func(tx *survey.Tx) error {
		return tx.Submissions.Put(survey.Submission{Questionnaire: s.q, Respondent: r.ID, ID: survey.NewID(), State: survey.SubmissionConfirmed, RequestedAt: s.clock.Now()})
	})
}

// twoPersons turns the rule of the dispatch on.
func (s *sending) twoPersons() {
	s.put(func(tx *survey.Tx) error {
		return tx.Alliances.Put(survey.Alliance{Name: "Bündnis Probe", Email: "buero@buendnis.example", ConfirmDispatch: survey.RuleOn})
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

// remind sends the reminder by hand, with the rule off.
func (s *sending) remind() survey.Cover {
	s.t.Helper()
	step := s.atOnce()
	if done, err := s.remindAs(s.office, step); err != nil || !done {
		s.t.Fatal(done, err)
	}
	return step.Cover
}

// atOnce is a reminder that goes at once as typed.
func (s *sending) atOnce() send.StepForm {
	s.t.Helper()
	text, err := s.Send.StartingText("de", "reminder")
	testworld.Must(s.t, err)
	return send.StepForm{Days: "0", Cover: text}
}

// remindAs reads the preview of steps and presses the button below it.
func (s *sending) remindAs(actor survey.Actor, steps ...send.StepForm) (bool, error) {
	s.t.Helper()
	p, err := s.Send.ReminderSchedule(s.t.Context(), actor, s.q, steps)
	if err != nil {
		return false, err
	}
	return s.Send.PlanReminders(s.t.Context(), actor, s.q, send.PlanReminders{Steps: steps, Seen: p.Digest})
}

// dispatches are what went out to all so far.
func (s *sending) dispatches() (list []survey.Dispatch) {
	s.put(func(tx *survey.Tx) (err error) {
		list, err = survey.Collect(tx.Dispatches.List(survey.In(s.q)))
		return err
	})
	return list
}
