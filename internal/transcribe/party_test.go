package transcribe_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/answer"
	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// asked is how a party asks for the code to a letter.
func asked(revision int) answer.ConfirmLetter {
	return answer.ConfirmLetter{Form: survey.NewID(), Revision: revision, Name: "Kim Muster", Function: "Büroleitung", Verbatim: true}
}

// A party without a mailbox that submitted with its code on paper corrects by a letter too: nobody but it confirms that, by the link and
// the code of another letter, which two people of the office have to want.
func TestAPartyAskedByPostConfirmsALetter(t *testing.T) {
	w := testworld.NewLetters(t)
	w.Write(t, func(tx *survey.Tx) error {
		alliance, err := survey.LoadAlliance(tx)
		if err != nil {
			return err
		}
		alliance.ConfirmDispatch = survey.RuleOn
		r, err := tx.Respondents.Get("q1/r1")
		r.Email, r.Procedure.Channel = "", survey.ChannelPost
		return errors.Join(err, tx.Alliances.Put(alliance), tx.Respondents.Put(r))
	})
	open := func(l send.Letter, browser string) survey.Actor {
		return w.Enter(t, strings.ToUpper(l.Typed[strings.LastIndex(l.Typed, "/")+1:]), browser)
	}
	first, done, err := w.Send.PrintLetter(t.Context(), w.Anna, "q1", "frei", send.PrintLetter{})
	if err != nil || !done {
		t.Fatal(done, err)
	}
	frei := open(first, "paper")
	w.Answers.Save(t, frei, 1, testworld.Saying("Neutral."))
	form := w.Form(t, frei)
	form.Code = first.Code
	if sub, _, err := w.Answer.RequestSubmission(t.Context(), frei, form); err != nil || sub.State != survey.SubmissionConfirmed {
		t.Fatal(sub.State, err)
	}
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Wir stimmen zu.")))
	cmd.ChangeNote = "Brief der Partei."
	letter := w.HandOver(t, w.Anna, cmd)
	if !letter.OnlyParty || letter.State != survey.TranscriptionWaiting {
		t.Fatalf("%+v", letter)
	}
	if _, err := w.Transcribe.Confirm(t.Context(), w.Ben, cmd.Ref, letter.Revision); testworld.KeyOf(err) != "transcribe.error.only_party" {
		t.Errorf("a second person: %v", err)
	}
	confirm := asked(letter.Revision)
	confirm.Code = first.Code
	if _, err := w.Answer.RequestLetter(t.Context(), frei, letter.ID, confirm); testworld.KeyOf(err) != "answer.error.paper_spent" {
		t.Errorf("the code that was used: %v", err)
	}
	if _, done, err := w.Send.PrintLetter(t.Context(), w.Anna, "q1", "frei", send.PrintLetter{Printed: 1}); err != nil || done {
		t.Fatal("a fresh code without a second person", err)
	}
	second, done, err := w.Send.PrintLetter(t.Context(), w.Ben, "q1", "frei", send.PrintLetter{Printed: 1})
	if err != nil || !done {
		t.Fatal(done, err)
	}
	frei = open(second, "another")
	confirm.Code = second.Code
	if sub, err := w.Answer.RequestLetter(t.Context(), frei, letter.ID, confirm); err != nil || sub.State != survey.SubmissionConfirmed {
		t.Fatal(sub.State, err)
	}
	if v := w.Versions(t, "r1", "q01"); len(v) != 2 || v[1].Text != "Wir stimmen zu." || v[1].PartyConfirmedAt.IsZero() {
		t.Errorf("%+v", v)
	}
	w.Sound(t)
}

// confirmLetter confirms a letter as the party frei does.
func confirmLetter(t *testing.T, w *testworld.Letters, letter survey.Letter) survey.Submission {
	t.Helper()
	sub, err := w.Answer.RequestLetter(t.Context(), w.Frei, letter.ID, asked(letter.Revision))
	if err != nil {
		t.Fatal(err)
	}
	return w.Confirm(t, w.Frei, sub)
}

// firstCell is the first cell of frei as readers see it.
func firstCell(t *testing.T, w *testworld.Letters) (cell survey.ComparedCell) {
	t.Helper()
	w.View(t, func(tx *survey.Tx) error {
		c, err := testworld.Comparison(tx, "q1", w.Clock.Now())
		cell = c.Respondents[0].Cells[0]
		return err
	})
	return cell
}

// A letter that changes what the party submitted itself waits for the party alone. Until it confirms, only that the letter is there is
// public; then it is a version of its own.
func TestALetterOfOwnAnswersWaitsForTheParty(t *testing.T) {
	w := testworld.NewLetters(t)
	w.Answers.Save(t, w.Frei, 1, testworld.Saying("Neutral."))
	w.Submit(t, w.Frei)
	w.Clock.Set(w.Due.Add(48 * time.Hour))
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Wir stimmen zu.")))
	cmd.ReceivedOn, cmd.LetterDate = "2026-12-01", ""
	saved := w.SaveLetter(t, w.Anna, cmd)
	if _, err := w.Transcribe.HandOver(t.Context(), w.Anna, cmd.Ref, saved.Revision); testworld.KeyOf(err) != "change_note transcribe.error.change_note" {
		t.Fatalf("without a note: %v", err)
	}
	cmd.ChangeNote, cmd.Revision, cmd.Original, cmd.Upload = "Brief der Partei.", saved.Revision, saved.Original, nil
	letter := w.HandOver(t, w.Anna, cmd)
	if !letter.OnlyParty || letter.State != survey.TranscriptionWaiting {
		t.Fatalf("%+v", letter)
	}
	w.View(t, func(tx *survey.Tx) error {
		waiting, err := survey.WaitingTranscriptions(tx, "q1")
		told, _ := survey.Collect(tx.Mails.By(survey.MailRespondent).List(survey.Exact("q1/r1")))
		if waiting != 0 || len(told) == 0 || told[len(told)-1].Kind != survey.MailNotice || told[len(told)-1].To != "post@frei.example" {
			t.Errorf("%d wait for a second person; %+v", waiting, told)
		}
		return err
	})
	if _, err := w.Transcribe.Confirm(t.Context(), w.Ben, cmd.Ref, letter.Revision); testworld.KeyOf(err) != "transcribe.error.only_party" {
		t.Errorf("a second person: %v", err)
	}
	for _, actor := range []survey.Actor{w.Ben, w.Admin} { // it is no work for them
		o, err := w.Alliance.Overview(t.Context(), actor)
		board, errBoard := w.Transcribe.Board(t.Context(), actor, "q1")
		if err := errors.Join(err, errBoard); err != nil || len(o.Transcriptions) > 0 || board.Waiting > 0 {
			t.Errorf("%+v, %d wait, %v", o.Transcriptions, board.Waiting, err)
		}
	}
	if c := firstCell(t, w); c.Current.Text != "Neutral." || c.LetterOf != "2026-12-01" {
		t.Errorf("before: %+v, letter of %q", c.Current, c.LetterOf)
	}

	// only this party, who says who it is, and what it has read
	for what, c := range map[string]struct {
		actor survey.Actor
		cmd   func(*answer.ConfirmLetter)
		want  string
	}{
		"another party": {w.Moin, func(*answer.ConfirmLetter) {}, "error.not_found"},
		"no name":       {w.Frei, func(c *answer.ConfirmLetter) { c.Name = "" }, "name error.required"},
		"no consent":    {w.Frei, func(c *answer.ConfirmLetter) { c.Verbatim = false }, "verbatim answer.error.verbatim"},
		"stale":         {w.Frei, func(c *answer.ConfirmLetter) { c.Revision-- }, "answer.error.letter_changed"},
		"the office":    {w.Anna, func(*answer.ConfirmLetter) {}, "error.forbidden"},
	} {
		cmd := asked(letter.Revision)
		c.cmd(&cmd)
		before := w.State(t)
		if _, err := w.Answer.RequestLetter(t.Context(), c.actor, letter.ID, cmd); testworld.KeyOf(err) != c.want || w.State(t) != before {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
	}

	sub := confirmLetter(t, w, letter)
	if again := w.Confirm(t, w.Frei, sub); again.ID != sub.ID || again.Leaf != sub.Leaf {
		t.Errorf("a second click: %+v", again)
	}
	c := firstCell(t, w)
	if v := c.Current; v.Text != "Wir stimmen zu." || v.Number != 2 || v.Provenance != survey.Transcribed || v.PartyConfirmedAt.IsZero() || v.ConfirmedBy != "" ||
		v.ChangeNote != "Brief der Partei." || !v.Late || len(c.History) != 2 || c.LetterOf != "" {
		t.Errorf("after: %+v, letter of %q", c, c.LetterOf)
	}
	sheet := w.Answers.Sheet(t, w.Frei)
	if s := sheet.Cells[0]; s.State != answer.StateTranscribed || !s.Entry.Empty() || len(sheet.Letters) > 0 || sheet.Changed() {
		t.Errorf("the draft of before would be submitted again: %+v", s)
	}
	if done := w.Confirmation(t, w.Frei); done.Confirmed[0].ID != sub.ID || len(done.Entries) != 1 || !done.Entries[0].New || done.Entries[0].Text != "Wir stimmen zu." {
		t.Errorf("%+v", done.Entries)
	}
	w.Sound(t)

	// and the form goes on from there
	w.Clock.Advance(time.Hour)
	w.Answers.Save(t, w.Frei, 1, survey.Entry{Status: survey.Withdrawn})
	form := w.Form(t, w.Frei)
	form.Note = "Doch nicht."
	w.Confirm(t, w.Frei, w.RequestBy(t, w.Frei, form))
	if c := firstCell(t, w); c.Status != survey.Withdrawn || c.Current.Number != 3 || len(c.History) != 3 {
		t.Errorf("%+v", c)
	}
	w.Sound(t)
}

// Where a second person is to check a letter, the party may confirm it instead.
func TestAPartyConfirmsInsteadOfASecondPerson(t *testing.T) {
	w := testworld.NewLetters(t)
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
	letter := w.HandOver(t, w.Anna, cmd)
	if letter.OnlyParty {
		t.Fatal("nothing of it was submitted by the party itself")
	}
	confirmLetter(t, w, letter)
	if v := w.Versions(t, "r1", "q01"); len(v) != 1 || v[0].PartyConfirmedAt.IsZero() || v[0].ConfirmedBy != "" || v[0].Late {
		t.Errorf("%+v", v)
	}
	if _, err := w.Transcribe.Confirm(t.Context(), w.Ben, cmd.Ref, letter.Revision); err != nil {
		t.Errorf("the second person after it: %v", err)
	}
	w.View(t, func(tx *survey.Tx) error {
		waiting, err := survey.WaitingApproval(tx, "q1", survey.ActTranscription, letter.ID)
		if waiting != nil {
			t.Errorf("still asks for a second person: %+v", waiting)
		}
		return err
	})
	// another letter does not change it without the party
	other := w.Letter(testworld.LetterLine(1, testworld.Saying("Nein.")))
	other.ChangeNote = "Neuer Brief."
	if next := w.HandOver(t, w.Anna, other); !next.OnlyParty {
		t.Errorf("%+v", next)
	}
	w.Sound(t)
}

// What the office takes back or changes while the code is under way is not confirmed, and the code stays good.
func TestALetterThatChangedIsNotConfirmed(t *testing.T) {
	w := testworld.NewLetters(t)
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
	letter := w.HandOver(t, w.Anna, cmd)
	sub, err := w.Answer.RequestLetter(t.Context(), w.Frei, letter.ID, asked(letter.Revision))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Transcribe.SendBack(t.Context(), w.Anna, cmd.Ref, letter.Revision, ""); err != nil {
		t.Fatal(err)
	}
	before := w.State(t)
	if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, sub.ID, w.Code(t, "r1/"+sub.ID), true); testworld.KeyOf(err) != "answer.error.letter_changed" || w.State(t) != before {
		t.Errorf("%v", err)
	}
	if v := w.Versions(t, "r1", "q01"); len(v) > 0 {
		t.Errorf("%+v", v)
	}
}

// A party whose mailbox is unknown cannot be asked: the office is told before it hands the letter over.
func TestALetterNeedsSomebodyToConfirmIt(t *testing.T) {
	w := testworld.NewLetters(t)
	w.Answers.Save(t, w.Frei, 1, testworld.Saying("Neutral."))
	w.Submit(t, w.Frei)
	w.Write(t, func(tx *survey.Tx) error {
		r, err := tx.Respondents.Get("q1/r1")
		if err != nil {
			return err
		}
		r.Email = ""
		return tx.Respondents.Put(r)
	})
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
	cmd.ChangeNote = "Brief der Partei."
	saved := w.SaveLetter(t, w.Anna, cmd)
	if _, err := w.Transcribe.HandOver(t.Context(), w.Anna, cmd.Ref, saved.Revision); testworld.KeyOf(err) != " transcribe.error.no_address" {
		t.Errorf("%v", err)
	}
}

// What was asked for before the party confirmed a letter is over with that: its code would bring the older words back.
func TestAConfirmedLetterEndsWhatWaitedBefore(t *testing.T) {
	w := testworld.NewLetters(t)
	w.Answers.Save(t, w.Frei, 1, testworld.Saying("Alte Worte."))
	old := w.Request(t, w.Frei)
	code := w.Code(t, "r1/"+old.ID)
	letter := w.HandOver(t, w.Anna, w.Letter(testworld.LetterLine(1, testworld.Saying("Neue Worte."))))
	confirmLetter(t, w, letter)
	if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, old.ID, code, true); testworld.KeyOf(err) != "answer.error.code_void" {
		t.Errorf("the older one: %v", err)
	}
	if v := w.Versions(t, "r1", "q01"); len(v) != 1 || v[0].Text != "Neue Worte." {
		t.Errorf("%+v", v)
	}
	w.Sound(t)
}

// Where so much waits that a code is wanted at once, a letter is confirmed with one that is in the mailbox.
func TestALetterIsConfirmedWhereMuchWaits(t *testing.T) {
	w := testworld.NewLetters(t)
	letter := w.HandOver(t, w.Anna, w.Letter(testworld.LetterLine(1, testworld.Saying("Ja."))))
	w.Answers.Save(t, w.Frei, 3, testworld.Saying("drei"))
	var code string
	for n := range 10 {
		sub := w.Request(t, w.Enter(t, testworld.FreiToken, fmt.Sprint("stranger ", n)))
		code = w.Code(t, "r1/"+sub.ID)
	}
	cmd := asked(letter.Revision)
	if _, err := w.Answer.RequestLetter(t.Context(), w.Frei, letter.ID, cmd); testworld.KeyOf(err) != "code answer.error.code_first" {
		t.Fatalf("without a code: %v", err)
	}
	cmd.Code = "000000000000"
	if _, err := w.Answer.RequestLetter(t.Context(), w.Frei, letter.ID, cmd); testworld.KeyOf(err) != "code answer.error.code_wrong" {
		t.Errorf("a wrong code: %v", err)
	}
	cmd.Code = code
	if sub, err := w.Answer.RequestLetter(t.Context(), w.Frei, letter.ID, cmd); err != nil || sub.State != survey.SubmissionConfirmed {
		t.Errorf("%+v, %v", sub, err)
	}
	if v := w.Versions(t, "r1", "q01"); len(v) != 1 || v[0].PartyConfirmedAt.IsZero() {
		t.Errorf("%+v", v)
	}
	w.Sound(t)
}

// Letters are taken as long as the form is open, and no longer: one that came when the polls had closed is not.
func TestLettersEndWithTheForm(t *testing.T) {
	for name, c := range map[string]struct{ day, hour, want string }{
		"after the deadline":              {"2026-12-24", "", ""},
		"on election day":                 {"2027-02-07", "", ""},
		"just before the polls close":     {"2027-02-07", "17:59", ""},
		"as they close":                   {"2027-02-07", "18:00", "received_on transcribe.error.after_end"},
		"the day after, typed even later": {"2027-02-08", "", "received_on transcribe.error.after_end"},
	} {
		t.Run(name, func(t *testing.T) {
			w := testworld.NewLetters(t)
			w.Clock.Set(w.End.Add(72 * time.Hour))
			cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
			cmd.ReceivedOn, cmd.ReceivedTime, cmd.LetterDate = c.day, c.hour, ""
			saved := w.SaveLetter(t, w.Anna, cmd)
			if _, err := w.Transcribe.HandOver(t.Context(), w.Anna, cmd.Ref, saved.Revision); testworld.KeyOf(err) != c.want {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// A letter of the last hour that only its party can confirm can be confirmed for two days after the polls have closed, as its mail says. Later
// none is handed over to it.
func TestALetterOfTheLastHourIsConfirmedAfterThePolls(t *testing.T) {
	for name, c := range map[string]struct {
		typed, confirmed  time.Duration // after the polls closed
		handOver, request string
	}{
		"an hour later":          {time.Hour, 2 * time.Hour, "", ""},
		"just before the end":    {time.Hour, 48*time.Hour - time.Second, "", ""},
		"confirmed too late":     {time.Hour, 48 * time.Hour, "", "answer.error.confirm_over"},
		"handed over too late":   {48 * time.Hour, 0, " transcribe.error.confirm_over", ""},
		"handed over in advance": {-time.Minute, time.Hour, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := testworld.NewLetters(t)
			w.Answers.Save(t, w.Frei, 1, testworld.Saying("Ja."))
			w.Submit(t, w.Frei)
			w.Clock.Set(w.End.Add(c.typed))
			cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Nein.")))
			cmd.ReceivedOn, cmd.ReceivedTime, cmd.LetterDate, cmd.ChangeNote = "2027-02-07", "17:00", "", "Brief der Partei."
			saved := w.SaveLetter(t, w.Anna, cmd)
			letter, err := w.Transcribe.HandOver(t.Context(), w.Anna, cmd.Ref, saved.Revision)
			if testworld.KeyOf(err) != c.handOver {
				t.Fatalf("%v, want %q", err, c.handOver)
			}
			if err != nil {
				return
			}
			w.View(t, func(tx *survey.Tx) error {
				mails, err := survey.Collect(tx.Mails.By(survey.MailRespondent).List(survey.Exact("q1/r1")))
				testworld.Must(t, err)
				told, err := mails[len(mails)-1].Written(tx)
				if !strings.Contains(told.Body, "9. Februar 2027, 18:00") {
					t.Errorf("%s", told.Body)
				}
				return err
			})
			w.Clock.Set(w.End.Add(c.confirmed))
			sub, err := w.Answer.RequestLetter(t.Context(), w.Frei, letter.ID, asked(letter.Revision))
			if testworld.KeyOf(err) != c.request {
				t.Fatalf("%v, want %q", err, c.request)
			}
			if err != nil {
				return
			}
			w.Confirm(t, w.Frei, sub)
			if got := firstCell(t, w); got.Current.Text != "Nein." || got.LetterOf != "" {
				t.Errorf("%+v, letter of %q", got.Current, got.LetterOf)
			}
		})
	}
}

// A wrong code of a printed letter is counted, and nothing is noted as asked for.
func TestAWrongCodeOnPaperAsksForNoLetter(t *testing.T) {
	w := testworld.NewLetters(t)
	letter := w.HandOver(t, w.Anna, w.Letter(testworld.LetterLine(1, testworld.Saying("Ja."))))
	w.Write(t, func(tx *survey.Tx) error {
		r, err := tx.Respondents.Get("q1/r1")
		if err != nil {
			return err
		}
		r.Email, r.Procedure.Channel = "", survey.ChannelPost
		return tx.Respondents.Put(r)
	})
	printed, _, err := w.Send.PrintLetter(t.Context(), w.Anna, "q1", "frei", send.PrintLetter{})
	testworld.Must(t, err)
	noted := func() (n int) {
		w.View(t, func(tx *survey.Tx) error {
			all, err := survey.Collect(tx.Audit.List(""))
			n = 0
			for _, e := range all {
				if e.What == "letter_requested" {
					n++
				}
			}
			return err
		})
		return n
	}
	frei := w.Enter(t, strings.ToUpper(printed.Typed[strings.LastIndex(printed.Typed, "/")+1:]), "paper")
	cmd := asked(letter.Revision)
	for range 2 {
		cmd.Code = testworld.OtherCode(strings.ReplaceAll(printed.Code, " ", ""))
		if _, err := w.Answer.RequestLetter(t.Context(), frei, letter.ID, cmd); testworld.KeyOf(err) != "code answer.error.code_wrong" {
			t.Errorf("a wrong code: %v", err)
		}
	}
	if n := noted(); n != 0 {
		t.Errorf("%d entries after wrong codes", n)
	}
	cmd.Code = printed.Code
	if sub, err := w.Answer.RequestLetter(t.Context(), frei, letter.ID, cmd); err != nil || sub.State != survey.SubmissionConfirmed {
		t.Errorf("%+v, %v", sub, err)
	}
	if n := noted(); n != 1 {
		t.Errorf("%d entries", n)
	}
}
