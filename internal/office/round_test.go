package office_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/alliance"
	"pruefstein/internal/compare"
	"pruefstein/internal/ledger"
	"pruefstein/internal/memory"
	"pruefstein/internal/office"
	"pruefstein/internal/send"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/testworld"
)

// round is a whole round with fourteen parties and an office of three, from the dispatch on.
type round struct {
	*testworld.Letters
	t *testing.T
}

func newRound(t *testing.T) round {
	key, err := ledger.NewKey(rand.Reader)
	testworld.Must(t, err)
	sealer, err := survey.NewSealer(bytes.Repeat([]byte{7}, 32))
	testworld.Must(t, err)
	clock, store := testkit.NewClock(instant(t, "2026-11-02T10:00").At), memory.New()
	w := round{&testworld.Letters{Answers: &testworld.Answers{Store: store, Clock: clock, Office: office.New(&survey.Kernel{
		Store: storetest.Twice(store), Clock: clock, Sealer: sealer, Ledger: key, Rand: rand.Reader, BaseURL: "https://fragen.example",
		Addresses: testworld.Addresses, Cite: testworld.Cite, Compose: testworld.Compose, MailReady: true})}}, t}
	w.Anna = survey.Actor{User: survey.User{ID: "anna", Name: "Anna", PasswordHash: "x", Coordinator: true}, Language: "de"}
	w.Ben = survey.Actor{User: survey.User{ID: "ben", Name: "Ben", PasswordHash: "x", Coordinator: true}, Language: "de"}
	w.Admin = survey.Actor{User: survey.User{ID: "admin", Name: "Admin", PasswordHash: "x", Administrator: true}, Language: "de"}
	w.Write(t, func(tx *survey.Tx) error {
		catalogue := survey.Catalogue{Questionnaire: "q1", LockedAt: clock.Now(), Questions: []survey.CatalogueQuestion{
			{ID: "q01", Number: 1, Kind: survey.KindText, Text: "Wie fördern Sie freie Lernmittel?"},
			{ID: "q02", Number: 2, Kind: survey.KindThesis, Text: "Öffentlich bezahlte Software soll öffentlich sein."}}}
		hash, err := survey.CatalogueHash(catalogue.Questions)
		catalogue.Hash = hash
		err = errors.Join(err, tx.Users.Put(w.Anna.User), tx.Users.Put(w.Ben.User), tx.Users.Put(w.Admin.User), tx.Catalogues.Put(catalogue),
			tx.Alliances.Put(survey.Alliance{Name: "Bündnis Probe", Email: "buero@buendnis.example", Imprint: "Straße 1", Privacy: "Nichts."}),
			tx.Elections.Put(survey.Election{ID: "e1", Name: "Landtagswahl Nordmark", Date: "2027-02-07"}),
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q1", Slug: "nordmark", Title: "Digitales Nordmark", Election: "e1", LockedAt: clock.Now(), AnswerLimit: 500,
				Deadline: instant(t, "2026-11-30T18:00"), Revision: 1}))
		for i := range 14 {
			id := fmt.Sprintf("p%02d", i+1)
			err = errors.Join(err, tx.Parties.Put(survey.Party{ID: survey.PartyID(id), ShortName: strings.ToUpper(id), Name: "Partei " + id}),
				tx.Contestants.Put(survey.Contestant{Election: "e1", Party: survey.PartyID(id), BallotPosition: i + 1, Email: id + "@partei.example"}))
		}
		return err
	})
	return w
}

func instant(t *testing.T, local string) survey.Instant {
	t.Helper()
	i, key := survey.ParseInstant(local, survey.DefaultZone, "")
	if key != "" {
		t.Fatal(local, key)
	}
	return i
}

func (w round) at(local string) { w.Clock.Set(instant(w.t, local).At) }

// two lets two coordinators do what needs two.
func (w round) two(act func(survey.Actor) (bool, error)) {
	w.t.Helper()
	done, err := act(w.Anna)
	if done || err != nil {
		w.t.Fatal("the first person alone:", done, err)
	}
	if done, err = act(w.Ben); !done || err != nil {
		w.t.Fatal("the second person:", done, err)
	}
}

func (w round) respondent(slug survey.Slug) survey.Respondent {
	w.t.Helper()
	f, err := w.Send.RespondentFile(w.t.Context(), w.Anna, "q1", slug)
	testworld.Must(w.t, err)
	return f.Row.Respondent
}

// ask takes the parties over, gives each its way, and sends.
func (w round) ask() {
	w.t.Helper()
	ctx := w.t.Context()
	_, err := w.Send.TakeContestants(ctx, w.Anna, "q1")
	testworld.Must(w.t, err)
	for i := range 14 {
		slug := survey.Slug(fmt.Sprintf("p%02d", i+1))
		r := w.respondent(slug)
		r.Procedure.Channel = survey.ChannelForm
		cmd := send.SaveRespondent{ShortName: r.ShortName, Name: r.Name, BallotPosition: r.BallotPosition, Email: r.Email, Language: "de", Procedure: r.Procedure, Revision: r.Revision}
		switch slug {
		case "p12":
			cmd.Procedure = survey.Procedure{Channel: survey.ChannelMail}
		case "p13":
			cmd.Procedure, cmd.Email = survey.Procedure{Channel: survey.ChannelPost}, ""
		}
		_, err := w.Send.SaveRespondent(ctx, w.Anna, "q1", slug, cmd)
		testworld.Must(w.t, err)
	}
	text, err := w.Send.StartingText("de", "cover")
	testworld.Must(w.t, err)
	var q survey.Questionnaire
	w.View(w.t, func(tx *survey.Tx) (err error) { q, err = tx.Questionnaire("q1"); return err })
	testworld.Must(w.t, w.Send.SaveCover(ctx, w.Anna, "q1", send.SaveCover{Cover: text, Revision: q.Revision}))
	w.two(func(actor survey.Actor) (bool, error) {
		p, err := w.Send.DispatchPlan(ctx, actor, "q1")
		testworld.Must(w.t, err)
		return w.Send.Dispatch(ctx, actor, "q1", p.Digest)
	})
}

// deliver has the mail server accept all mails that wait, and returns the tokens of the links in them by address.
func (w round) deliver() map[string]string {
	w.t.Helper()
	due, err := w.Send.DueMails(w.t.Context(), 100)
	testworld.Must(w.t, err)
	tokens := map[string]string{}
	for _, d := range due {
		if _, rest, found := strings.Cut(d.Body, "https://fragen.example/zugang/"); found {
			tokens[d.Mail.To], _, _ = strings.Cut(rest, "\n")
		}
		testworld.Must(w.t, w.Send.RecordAttempt(w.t.Context(), d.Mail.ID, send.MailOutcome{Attempt: d.Attempt, Sent: true, Reply: "250 ok"}))
	}
	return tokens
}

// answers fills in the form for a party and submits it.
func (w round) answers(actor survey.Actor, words string) {
	w.t.Helper()
	w.Save(w.t, actor, 1, testworld.Saying(words))
	w.Save(w.t, actor, 2, survey.Entry{Status: survey.Answered, Position: survey.Agree, Text: words})
	w.Submit(w.t, actor)
}

// letter brings a letter of p12 into effect, checked by a second person.
func (w round) letter(day, note string, says survey.Entry) {
	w.t.Helper()
	cmd := w.Letter(testworld.LetterLine(1, says))
	cmd.Respondent, cmd.ReceivedOn, cmd.LetterDate, cmd.ChangeNote = "p12", day, day, note
	w.Effective(w.t, cmd)
}

// publish publishes by two and returns what was published.
func (w round) publish() (c survey.Comparison) {
	w.t.Helper()
	w.two(func(actor survey.Actor) (bool, error) {
		st, err := w.Compare.PublicationPage(w.t.Context(), actor, "q1")
		testworld.Must(w.t, err)
		plan, ready, err := w.Compare.PreparePublication(w.t.Context(), actor, "q1", compare.PreparePublication{Seen: st.Content})
		if !ready || err != nil {
			return ready, err
		}
		c = plan.Comparison
		_, err = w.Compare.CommitPublication(w.t.Context(), actor, plan, sha256.Sum256([]byte(plan.Content)))
		return true, err
	})
	return c
}

// The story of a round is the story its reports tell: fourteen parties, of which one is not admitted, one bounces, one answers by
// post, and two correct after the publication, one each way.
func TestReportsTellTheRound(t *testing.T) {
	w := newRound(t)
	ctx := t.Context()
	w.ask()
	tokens := w.deliver()

	// by post, with a code on paper
	printed, _, err := w.Send.PrintLetter(ctx, w.Anna, "q1", "p13", send.PrintLetter{})
	testworld.Must(t, err)
	w.at("2026-11-03T09:00")
	testworld.Must(t, w.Send.RecordPosted(ctx, w.Anna, "q1", "p13", send.RecordPosted{Day: "2026-11-03", Revision: w.respondent("p13").Revision}))
	post := w.Enter(t, printed.Link[strings.LastIndex(printed.Link, "/")+1:], "p13")
	w.Save(t, post, 1, testworld.Saying("Mit Papier."))
	form := w.Form(t, post)
	form.Code = strings.ReplaceAll(printed.Code, " ", "")
	_, _, err = w.Answer.RequestSubmission(ctx, post, form)
	testworld.Must(t, err)

	// one bounces: nothing is published before somebody decides what that means
	var lost survey.Mail
	w.View(t, func(tx *survey.Tx) error {
		for m, err := range tx.Mails.List("") {
			if err == nil && m.To == "p14@partei.example" {
				lost = m
			}
		}
		return nil
	})
	testworld.Must(t, w.Send.RecordBounce(ctx, w.Anna, "q1", lost.ID, send.RecordBounce{Day: "2026-11-03", Said: "550 unbekannt"}))

	// one is not admitted
	_, contestants, err := w.Alliance.ElectionParties(ctx, w.Anna, "e1")
	testworld.Must(t, err)
	for _, one := range contestants {
		if one.Party.ID == "p11" {
			cmd := alliance.SaveContestant{PartyRevision: one.Party.Revision, ContestantRevision: one.Contestant.Revision,
				ListedParty: alliance.ListedParty{ShortName: one.Party.ShortName, Name: one.Party.Name, BallotPosition: "11", Email: one.Contestant.Email},
				Standing:    survey.Standing{State: survey.StateNotAdmitted, Since: "2026-11-03", Reason: "zu wenige Unterschriften", Source: "Landeswahlausschuss"}}
			_, err := w.Alliance.SaveContestant(ctx, w.Anna, "e1", "p11", cmd)
			testworld.Must(t, err)
		}
	}

	// eight answer in the form, one by letter; two are silent
	w.at("2026-11-12T09:00")
	party := map[string]survey.Actor{}
	for i := range 8 {
		id := fmt.Sprintf("p%02d", i+1)
		party[id] = w.Enter(t, tokens[id+"@partei.example"], id)
		w.answers(party[id], "Ja, sagt "+id+".")
	}
	w.letter("2026-11-10", "", testworld.Saying("Per Brief."))
	w.deliver()

	w.at("2026-12-01T09:00")
	st, err := w.Compare.PublicationPage(ctx, w.Anna, "q1")
	testworld.Must(t, err)
	if _, _, err := w.Compare.PreparePublication(ctx, w.Anna, "q1", compare.PreparePublication{Seen: st.Content}); testworld.KeyOf(err) != "compare.error.undecided" {
		t.Fatal("published though nobody knows what became of a mail:", err)
	}
	testworld.Must(t, w.Send.MarkNotReached(ctx, w.Anna, "q1", "p14", send.MarkNotReached{Reason: "Das Postfach gibt es nicht mehr.", Revision: w.respondent("p14").Revision}))
	first := w.publish()

	var catalogue survey.Catalogue
	var cover survey.Dispatch
	w.View(t, func(tx *survey.Tx) (err error) {
		catalogue, err = tx.Catalogue("q1")
		for d, e := range tx.Dispatches.List(survey.In(survey.QuestionnaireID("q1"))) {
			cover, err = d, errors.Join(err, e)
		}
		return err
	})
	want := survey.Treatment{Catalogue: catalogue.Hash, Letter: survey.DigestOf([]string{cover.Subject, cover.Body}), Questions: 2, AnswerLimit: 500,
		DispatchedAt: "2026-11-02T10:00:00+01:00", Deadline: "2026-11-30T18:00:00+01:00", Order: survey.OrderBallot, Asked: 14,
		Answers: survey.TreatedAnswers{Form: 17, ByPerson: 1},
		Entries: []survey.TreatmentEntry{
			{Kind: survey.TreatedDispatch, At: "2026-11-02T10:00:00+01:00", Count: 13, Lost: 1},
			{Kind: survey.TreatedNotReached, Party: "p14", At: "2026-12-01T09:00:00+01:00", Reason: "Das Postfach gibt es nicht mehr."},
			{Kind: survey.TreatedNotAdmitted, Party: "p11", At: "2026-11-03", Reason: "zu wenige Unterschriften", Source: "Landeswahlausschuss"},
			{Kind: survey.TreatedProcedure, Party: "p12", At: "2026-11-02T10:00:00+01:00", Channel: survey.ChannelMail},
			{Kind: survey.TreatedProcedure, Party: "p13", At: "2026-11-03", Channel: survey.ChannelPost},
		}}
	if diff := cmp.Diff(want, first.Treatment); diff != "" {
		t.Errorf("the report of the first publication: %s", diff)
	}

	// after the publication one corrects in the form, one by letter
	w.at("2026-12-05T12:00")
	w.Save(t, party["p03"], 1, testworld.Saying("Nein, wir haben uns geirrt."))
	form = w.Form(t, party["p03"])
	form.Note = "Beschluss vom 4. Dezember"
	w.Confirm(t, party["p03"], w.RequestBy(t, party["p03"], form))
	w.at("2026-12-07T12:00")
	w.letter("2026-12-06", "Brief vom 6. Dezember", testworld.Saying("Per zweitem Brief."))
	second := w.publish()
	want.Entries = append(want.Entries,
		survey.TreatmentEntry{Kind: survey.TreatedCorrected, Party: "p03", Questions: []int{1}, At: "2026-12-05T12:00:00+01:00", Reason: "Beschluss vom 4. Dezember"},
		survey.TreatmentEntry{Kind: survey.TreatedCorrected, Party: "p12", Questions: []int{1}, At: "2026-12-06", Reason: "Brief vom 6. Dezember"})
	if diff := cmp.Diff(want, second.Treatment); diff != "" {
		t.Errorf("the report of the second publication: %s", diff)
	}
	changed := func(c survey.Comparison, want ...string) {
		t.Helper()
		var changes []string
		for _, change := range c.Changes {
			changes = append(changes, fmt.Sprintf("%s %d %s", change.Respondent, change.Question, change.Note))
		}
		if diff := cmp.Diff(want, changes); diff != "" {
			t.Error(diff)
		}
	}
	changed(second, "p03 1 Beschluss vom 4. Dezember", "p12 1 Brief vom 6. Dezember")

	// then whoever answered by letter takes it back by letter
	w.at("2026-12-10T12:00")
	w.letter("2026-12-09", "Brief vom 9. Dezember", survey.Entry{Status: survey.Withdrawn, Reason: "Die Lage ist eine andere."})
	third := w.publish()
	want.Answers.ByPerson = 0 // what was withdrawn is no answer
	want.Entries = append(want.Entries,
		survey.TreatmentEntry{Kind: survey.TreatedWithdrawn, Party: "p12", Questions: []int{1}, At: "2026-12-09", Reason: "Brief vom 9. Dezember"})
	if diff := cmp.Diff(want, third.Treatment); diff != "" {
		t.Errorf("the report of the third publication: %s", diff)
	}
	changed(third, "p12 1 Brief vom 9. Dezember", "p03 1 Beschluss vom 4. Dezember", "p12 1 Brief vom 6. Dezember")
	if faults := testworld.Faults(t, w.Store, testworld.CheckReferences); len(faults) > 0 {
		t.Error(faults)
	}
}
