package survey_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/survey"
)

// A word that people may write where a name, a title, a question or a letter is asked for.
const plainWord = "Wort"

var (
	anyToken = regexp.MustCompile(`/(zugang|passwort|einladung)/[^\s]+`)
	anyCode  = regexp.MustCompile(`\d{4} \d{4} \d{4}`)
)

// readMails returns by kind and address how each mail reads when it is sent ("sent") and in the proof ("kept", with § for the
// secret), with the same token in all links.
func readMails(t *testing.T, s *survey.Service) map[string]string {
	t.Helper()
	due, err := s.DueMails(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]string{}
	for _, d := range due {
		name := string(d.Mail.Kind) + " " + d.Mail.To
		read[name+" sent"] = d.Mail.Subject + "\n" + anyCode.ReplaceAllString(anyToken.ReplaceAllString(d.Body, "/$1/TOKEN"), "1111 2222 3333")
		read[name+" kept"] = strings.Join(d.Mail.Texts(), "§")
		if kept := d.Mail.Texts(); len(kept) > 1 && !strings.Contains(d.Mail.Body, survey.LinkMark) {
			t.Errorf("%s: the stored text does not say where the link stood:\n%s", name, d.Mail.Body)
		}
	}
	return read
}

// theSame compares a world where people wrote the words of the mark with one where they wrote a plain word.
func theSame(t *testing.T, mails int, world func(t *testing.T, word string) map[string]string) {
	t.Helper()
	plain, marked := world(t, plainWord), world(t, survey.LinkMark)
	if len(plain) != 2*mails {
		t.Errorf("%d mails, want %d", len(plain)/2, mails)
	}
	for name, text := range marked {
		if name = strings.TrimSpace(name); !strings.Contains(text, survey.LinkMark) {
			t.Errorf("%s: the words are gone:\n%s", name, text)
		}
		marked[name] = strings.ReplaceAll(text, survey.LinkMark, plainWord)
	}
	if diff := cmp.Diff(plain, marked); diff != "" {
		t.Errorf("(-plain word +mark)\n%s", diff)
	}
}

// What people write never collides with what stands for a link: not in a dispatch, nor in what follows it.
func TestLettersHoldTheMark(t *testing.T) {
	theSame(t, 11, func(t *testing.T, word string) map[string]string {
		s := newSending(t)
		s.put(func(tx *survey.Tx) error {
			alliance, err := tx.Alliances.Get(survey.AllianceKey)
			alliance.Name = "Bündnis " + word
			return errors.Join(err, tx.Alliances.Put(alliance),
				tx.Elections.Put(survey.Election{ID: "e1", Name: "Wahl " + word, Date: "2027-03-07"}),
				tx.Parties.Put(survey.Party{ID: "fm", ShortName: "FM", Name: "Freie " + word}),
				tx.Catalogues.Put(survey.Catalogue{Questionnaire: "q1", Hash: "abc", Questions: []survey.CatalogueQuestion{
					{ID: "q01", Number: 1, Kind: survey.KindText, Label: "Label " + word, Text: word + "? {{link}}", Context: word + "\n\n" + word},
				}}))
		})
		s.ready()
		cover, err := s.StartingText("de", "cover")
		if err != nil {
			t.Fatal(err)
		}
		cover.Body = word + "\n\n{{link}} " + word + " {{link}}\n\n" + cover.Body
		cover.Subject += " " + word
		q := s.questionnaire()
		q.Title = word
		s.put(func(tx *survey.Tx) error { return tx.Questionnaires.Put(q) })
		if err := s.SaveCover(t.Context(), s.office, s.q, survey.SaveCover{Cover: cover, Revision: q.Revision}); err != nil {
			t.Fatal(err)
		}
		preview, err := s.PreviewLetter(t.Context(), s.office, s.q, cover, "fm")
		if err != nil || len(preview.Texts) != 4 {
			t.Errorf("preview %q, %v", preview.Texts, err)
		}
		if err := s.SendTestLetter(t.Context(), s.office, s.q, "fm"); err != nil {
			t.Error(err)
		}
		if sent, err := s.dispatch(s.office); err != nil || !sent {
			t.Fatal(sent, err)
		}
		invitation := s.mails(survey.MailInvitation)["fm@partei.example"]
		if _, err := s.MakeAccessLink(t.Context(), s.office, s.q, "fm"); err != nil {
			t.Error(err)
		}
		s.remind()
		if _, _, err := s.ResendMail(t.Context(), s.office, s.q, invitation.Mail.ID, survey.ResendMail{To: "anders@partei.example"}); err != nil {
			t.Error(err)
		}
		read := readMails(t, s.Service)
		// what waited is written anew with the new date, and all are told of it
		if err := s.ExtendDeadline(t.Context(), s.office, s.q, survey.SetDeadline{Local: "2027-01-10T18:00", Zone: "Europe/Berlin", Reason: word, Revision: s.questionnaire().Revision}); err != nil {
			t.Error(err)
		}
		for name, text := range readMails(t, s.Service) {
			if !strings.Contains(text, word) {
				t.Errorf("%s after the extension: %s", name, text)
			}
			if strings.HasPrefix(name, string(survey.MailExtension)) {
				read[name] = text
			}
		}
		return read
	})
}

func TestCodesAndReceiptsHoldTheMark(t *testing.T) {
	theSame(t, 2, func(t *testing.T, word string) map[string]string {
		w := newAnswerWorld(t)
		w.write(t, func(tx *survey.Tx) error {
			q, err := tx.Questionnaires.Get("q1")
			q.Title = word
			r, err2 := tx.Respondents.Get("q1/r1")
			r.Name = word
			alliance, err3 := tx.Alliances.Get(survey.AllianceKey)
			alliance.Name = word
			return errors.Join(err, err2, err3, tx.Questionnaires.Put(q), tx.Respondents.Put(r), tx.Alliances.Put(alliance))
		})
		w.save(t, w.frei, 1, answer(word))
		w.submit(t, w.frei)
		return readMails(t, w.Service)
	})
}

// The longest title a questionnaire can have leaves room for what our mails say around it.
func TestLongTitleInSubject(t *testing.T) {
	w := newAnswerWorld(t)
	w.write(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaires.Get("q1")
		q.Title = strings.Repeat("ü", 300)
		return errors.Join(err, tx.Questionnaires.Put(q))
	})
	w.save(t, w.frei, 1, answer("Text"))
	w.submit(t, w.frei)
}

func TestStaffLinksHoldTheMark(t *testing.T) {
	theSame(t, 2, func(t *testing.T, word string) map[string]string {
		w := newPeopleWorld(t)
		token, err := w.SetupToken(t.Context())
		must(t, err)
		cmd := setUp(token)
		cmd.Alliance = word
		ada, err := w.SetUp(t.Context(), cmd)
		must(t, err)
		w.invite(t, survey.Actor{User: ada}, survey.SavePerson{Name: word, Email: "kim@buendnis.example", Coordinator: true})
		must(t, w.RequestReset(t.Context(), ada.Email))
		return readMails(t, w.Service)
	})
}

// Mails queued by a version that noted no places still go out and read as they did; so do those it had failed to send, also
// when they are written anew.
func TestMailsOfBeforePlacesWereNoted(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	fresh := s.mails(survey.MailInvitation)["fm@partei.example"]
	old := fresh.Mail
	old.Places = nil
	s.put(func(tx *survey.Tx) error { return tx.Mails.Put(old) })
	got := s.mails(survey.MailInvitation)["fm@partei.example"]
	if got.Body != fresh.Body || got.Mail.Places != nil || len(got.Mail.Texts()) != 2 {
		t.Errorf("places %v, %q\n%s", got.Mail.Places, got.Mail.Texts(), got.Body)
	}
	if err := s.RecordAttempt(t.Context(), old.ID, survey.MailOutcome{Attempt: 1, Permanent: true}); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(time.Hour)
	if err := s.ExtendDeadline(t.Context(), s.office, s.q, survey.SetDeadline{Local: "2027-01-10T18:00", Zone: "Europe/Berlin", Reason: "mehr Zeit", Revision: s.questionnaire().Revision}); err != nil {
		t.Fatal(err)
	}
	if err := s.RetryMail(t.Context(), s.office, old.ID); err != nil {
		t.Fatal(err)
	}
	again := s.mails(survey.MailInvitation)["fm@partei.example"]
	if s.link(again.Body).Hash != s.link(fresh.Body).Hash || !strings.Contains(again.Body, "10. Januar 2027") {
		t.Errorf("written anew:\n%s", again.Body)
	}

	receipt := survey.Mail{Kind: survey.MailReceipt, Body: "Sie schrieben: " + survey.LinkMark}
	if texts := receipt.Texts(); len(texts) != 1 || texts[0] != receipt.Body {
		t.Errorf("an old receipt reads %q", texts)
	}
}
