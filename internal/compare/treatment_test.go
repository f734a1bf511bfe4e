package compare_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/export"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// at is a time of day in the alliance's zone.
func at(t *testing.T, local string) survey.Instant {
	t.Helper()
	i, key := survey.ParseInstant(local, survey.DefaultZone, "")
	if key != "" {
		t.Fatal(local, key)
	}
	return i
}

// unequal is a round in which respondents were treated in every way that is not alike.
func unequal(t *testing.T) edition {
	t.Helper()
	w, n := newEdition(t), 0
	w.Write(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q1")
		testworld.Must(t, err)
		first, now := at(t, "2026-11-29T18:00"), q.Deadline
		q.DispatchedAt = at(t, "2026-11-01T10:00").At
		q.Reminders = []survey.ReminderStep{{ID: "s1", Days: 10, Planned: survey.Noted{At: q.DispatchedAt}},
			{ID: "s2", Days: 3, Planned: survey.Noted{At: q.DispatchedAt}, Stopped: &survey.Noted{At: at(t, "2026-11-21T10:00").At}}}
		q.Extended = []survey.DateChange{{From: first, To: now, Reason: "Feiertag", At: at(t, "2026-11-20T09:00").At, By: "anna"}}
		catalogue, err := tx.Catalogue("q1")
		testworld.Must(t, err)
		catalogue.Hash = "aa"
		frei, err := tx.Respondent("q1", "r1")
		testworld.Must(t, err)
		frei.Procedure.Channel, frei.AskedAt = survey.ChannelForm, q.DispatchedAt
		moin, err := tx.Respondent("q1", "r2")
		testworld.Must(t, err)
		moin.Procedure, moin.AskedAt = survey.Procedure{Channel: survey.ChannelPortal, Source: "https://moin.example/regeln"}, at(t, "2026-11-03T12:00").At
		moin.Due, moin.LanguageReason = at(t, "2026-12-01T12:00"), survey.Reason{Text: "schreibt nur Englisch"}
		moin.Portal = &survey.PortalSubmission{At: moin.AskedAt, Shortened: []survey.Shortened{{Question: "q03", Text: "Schützen Sie Daten?", Reason: "Das Formular nimmt 20 Zeichen"}}}
		moin.DueChanges = []survey.DateChange{{From: at(t, "2026-11-25T12:00"), To: moin.Due, Reason: "Das Formular war gestört", At: at(t, "2026-11-24T08:00").At, By: "ben"}}
		others := []survey.Respondent{
			{ID: "r3", Slug: "spaet", ShortName: "Spät", Name: "Späte", AskedAt: at(t, "2026-11-05T10:00").At, Procedure: survey.Procedure{Channel: survey.ChannelForm},
				Due: at(t, "2026-11-30T20:00"), DueReason: survey.Reason{Text: "Parteitag"}},
			{ID: "r4", Slug: "weg", ShortName: "Weg", Name: "Weggezogen", AskedAt: q.DispatchedAt, Procedure: survey.Procedure{Channel: survey.ChannelForm},
				NotReached: &survey.DeliveryFailure{Reason: "Postfach aufgelöst", At: at(t, "2026-11-06T10:00").At, By: "anna"}},
			{ID: "r5", Slug: "nein", ShortName: "Nein", Name: "Nicht Gefragt", NotAsked: "lädt zu Gewalt ein"},
			{ID: "r6", Slug: "raus", ShortName: "Raus", Name: "Raus", AskedAt: q.DispatchedAt, Procedure: survey.Procedure{Channel: survey.ChannelMail}, Due: at(t, "2026-12-02T12:00"), DueReason: survey.Reason{Text: "Umzug"},
				Standing: survey.Standing{State: survey.StateNotAdmitted, Since: "2026-11-15", Reason: "zu wenige Unterschriften", Source: "Landeswahlausschuss"}},
			{ID: "r7", Slug: "fort", ShortName: "Fort", Name: "Fort", AskedAt: q.DispatchedAt, Procedure: survey.Procedure{Channel: survey.ChannelForm},
				Standing: survey.Standing{State: survey.StateResigned, Since: "2026-11-16", Reason: "Umzug", Source: "eigene Mitteilung"}},
		}
		for _, r := range others {
			r.Questionnaire = "q1"
			err = errors.Join(err, tx.Respondents.Put(r))
		}
		cover := survey.Dispatch{Questionnaire: "q1", ID: "d1", Kind: survey.MailInvitation, Subject: "Fragen", Body: "Guten Tag", At: q.DispatchedAt, By: "anna", ConfirmedBy: "ben", Recipients: 4}
		other, reminder, told := cover, cover, cover
		other.ID, other.Body, other.At, other.Recipients = "d2", "Guten Abend", at(t, "2026-11-05T10:00").At, 1
		reminder.ID, reminder.Kind, reminder.At, reminder.Recipients = "d3", survey.MailReminder, at(t, "2026-11-19T10:00").At, 3
		step := reminder
		step.ID, step.Step, step.At, step.Recipients, step.Missed = "d6", "s1", at(t, "2026-11-21T20:30").At, 2, []survey.RespondentID{"r3", "r7", "r6"} // r7 got it, and the date of r6 has moved
		told.ID, told.Kind, told.At, told.Recipients = "d4", survey.MailExtension, at(t, "2026-11-20T09:00").At, 4
		// what went out of each: who got it, whose was refused, whose was stopped before it went
		for _, one := range []struct {
			dispatch               string
			sent, refused, stopped []survey.RespondentID
		}{
			{"d1", []survey.RespondentID{"r1", "r6", "r7"}, []survey.RespondentID{"r4", "r4", "r1"}, nil}, // r1 got it at the second try, r4 never
			{"d2", []survey.RespondentID{"r3"}, nil, nil},
			{"d3", []survey.RespondentID{"r1", "r6", "r7"}, nil, []survey.RespondentID{"r3"}},
			{"d6", []survey.RespondentID{"r1", "r7"}, nil, []survey.RespondentID{"r3"}},
			{"d4", []survey.RespondentID{"r1", "r3", "r6", "r7"}, nil, []survey.RespondentID{"r4"}},
		} {
			mail := func(r survey.RespondentID, state survey.MailState, reply string) {
				n++
				m := survey.Mail{ID: fmt.Sprintf("m%02d", n), Kind: survey.MailInvitation, Questionnaire: "q1", Respondent: r, Dispatch: one.dispatch, To: "a@" + string(r) + ".example", Language: "de",
					State: state, Attempts: 1, LastAttempt: at(t, "2026-11-01T10:05").At, Reply: reply}
				if state == survey.MailSent {
					m.SentAt = at(t, "2026-11-05T12:00").At
				}
				err = errors.Join(err, survey.PutMail(tx, survey.WrittenMail{Mail: m}))
			}
			for _, r := range one.refused {
				mail(r, survey.MailFailed, "550 unknown")
			}
			for _, r := range one.sent {
				mail(r, survey.MailSent, "250 ok")
			}
			for _, r := range one.stopped {
				mail(r, survey.MailRevoked, "")
			}
		}
		return errors.Join(err, tx.Questionnaires.Put(q), tx.Catalogues.Put(catalogue), tx.Respondents.Put(frei), tx.Respondents.Put(moin),
			tx.Dispatches.Put(cover), tx.Dispatches.Put(other), tx.Dispatches.Put(reminder), tx.Dispatches.Put(step), tx.Dispatches.Put(told))
	})
	return w
}

// The report tells everything in which respondents were not treated alike, from the records alone.
func TestTreatment(t *testing.T) {
	w := unequal(t)
	w.Clock.Set(w.Due.Add(-3 * 24 * time.Hour))
	long := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja, mit sehr vielen Worten, es sind mehr als fünfzig Zeichen.")), testworld.LetterLine(3, testworld.Saying("Auch.")))
	long.ReceivedOn, long.OverReason = "2026-11-26", "Nur so verständlich"
	w.Effective(t, long)

	// while somebody has time, nothing tells who has answered
	open := w.state().Comparison.Treatment
	if !open.Open || open.Answers != (survey.TreatedAnswers{}) {
		t.Errorf("%+v", open)
	}
	for _, e := range open.Entries {
		if e.Kind == survey.TreatedReminder && (e.Count+e.Lost > 0 || e.At != "2026-11-19T10:00:00+01:00") || e.Kind == survey.TreatedMissed {
			t.Error("the reminder's count tells how many have answered")
		}
	}

	w.Clock.Set(w.Due.Add(2 * 24 * time.Hour))
	w.letter("2026-12-02", testworld.LetterLine(1, testworld.Saying("Doch nicht.")))
	got := w.state().Comparison.Treatment
	letter := survey.DigestOf([]string{"Fragen", "Guten Tag"})
	want := survey.Treatment{
		Catalogue: "aa", Letter: letter, Questions: 3, AnswerLimit: 50, DispatchedAt: "2026-11-01T10:00:00+01:00", Deadline: "2026-11-29T18:00:00+01:00",
		Order: survey.OrderBallot, Asked: 6, Answers: survey.TreatedAnswers{ByPerson: 2},
		Entries: []survey.TreatmentEntry{
			{Kind: survey.TreatedDispatch, At: "2026-11-01T10:00:00+01:00", Count: 4, Lost: 1},
			{Kind: survey.TreatedPlanned, At: "2026-11-01T10:00:00+01:00", Days: 10},
			{Kind: survey.TreatedPlanned, At: "2026-11-01T10:00:00+01:00", Days: 3, To: "2026-11-21T10:00:00+01:00"},
			{Kind: survey.TreatedReminder, At: "2026-11-19T10:00:00+01:00", Count: 3},
			{Kind: survey.TreatedReminder, At: "2026-11-21T20:30:00+01:00", Count: 2},
			{Kind: survey.TreatedMissed, Party: "spaet", At: "2026-11-21T20:30:00+01:00"},
			{Kind: survey.TreatedExtension, At: "2026-11-20T09:00:00+01:00", From: "2026-11-29T18:00:00+01:00", To: "2026-11-30T18:00:00+01:00", Count: 4, Reason: "Feiertag"},
			{Kind: survey.TreatedLetter, At: "2026-11-05T10:00:00+01:00", Count: 1},
			{Kind: survey.TreatedNotAsked, Party: "nein", Reason: "lädt zu Gewalt ein"},
			{Kind: survey.TreatedNotReached, Party: "weg", At: "2026-11-06T10:00:00+01:00", Reason: "Postfach aufgelöst"},
			{Kind: survey.TreatedNotAdmitted, Party: "raus", At: "2026-11-15", Reason: "zu wenige Unterschriften", Source: "Landeswahlausschuss"},
			{Kind: survey.TreatedResigned, Party: "fort", At: "2026-11-16", Reason: "Umzug", Source: "eigene Mitteilung"},
			{Kind: survey.TreatedLater, Party: "spaet", At: "2026-11-05T10:00:00+01:00"},
			{Kind: survey.TreatedProcedure, Party: "moin", At: "2026-11-03T12:00:00+01:00", Source: "https://moin.example/regeln", Channel: survey.ChannelPortal},
			{Kind: survey.TreatedProcedure, Party: "raus", At: "2026-11-01T10:00:00+01:00", Channel: survey.ChannelMail},
			{Kind: survey.TreatedOwnDate, Party: "moin", To: "2026-11-25T12:00:00+01:00", Source: "https://moin.example/regeln"},
			{Kind: survey.TreatedOwnDate, Party: "raus", To: "2026-12-02T12:00:00+01:00", Reason: "Umzug"},
			{Kind: survey.TreatedOwnDate, Party: "spaet", To: "2026-11-30T20:00:00+01:00", Reason: "Parteitag"},
			{Kind: survey.TreatedOwnMore, Party: "moin", At: "2026-11-24T08:00:00+01:00", From: "2026-11-25T12:00:00+01:00", To: "2026-12-01T12:00:00+01:00", Reason: "Das Formular war gestört"},
			{Kind: survey.TreatedLanguage, Party: "moin", Reason: "schreibt nur Englisch"},
			{Kind: survey.TreatedLeftOut, Party: "moin", Questions: []int{2}, Reason: "passt nicht in ihr Verfahren"},
			{Kind: survey.TreatedShortened, Party: "moin", Questions: []int{3}, At: "2026-11-03T12:00:00+01:00", Reason: "Das Formular nimmt 20 Zeichen", Text: "Schützen Sie Daten?"},
			{Kind: survey.TreatedOverLimit, Party: "frei", Questions: []int{1}, At: "2026-11-26", Reason: "Nur so verständlich"},
			{Kind: survey.TreatedCorrected, Party: "frei", Questions: []int{1}, At: "2026-12-02", Reason: "neuer Brief der Partei"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if c := w.publish(); !cmp.Equal(c.Treatment, want) {
		t.Error(cmp.Diff(want, c.Treatment))
	}
	w.View(t, func(tx *survey.Tx) error {
		detail, err := tx.PublicationDetails.Get("q1/000001")
		if !cmp.Equal(detail.Treatment, want) {
			t.Error("the record of the publication has another report:", cmp.Diff(want, detail.Treatment))
		}
		return err
	})
}

// A report that was recorded is held against what it was made of, for good.
func TestTreatmentIsChecked(t *testing.T) {
	w := unequal(t)
	w.Clock.Set(w.Due.Add(2 * 24 * time.Hour))
	w.letter("2026-12-02", testworld.LetterLine(1, testworld.Saying("Spät.")))
	w.publish()
	told := func() int { return len(reportFaults(t, w)) }
	if n := told(); n != 0 {
		t.Fatal(n, "faults of a sound report")
	}
	var kept survey.PublicationDetail
	for name, spoil := range map[string]func(*survey.TreatmentEntry) bool{
		"count": func(e *survey.TreatmentEntry) bool { e.Count++; return e.Kind == survey.TreatedDispatch },
		"instant": func(e *survey.TreatmentEntry) bool {
			e.At = "2026-11-19T11:00:00+01:00"
			return e.Kind == survey.TreatedReminder
		},
		"reason": func(e *survey.TreatmentEntry) bool { e.Reason = "anders"; return e.Kind == survey.TreatedExtension },
		"own":    func(e *survey.TreatmentEntry) bool { e.To = ""; return e.Kind == survey.TreatedOwnMore },
		"late":   func(e *survey.TreatmentEntry) bool { e.Party = "moin"; return e.Kind == survey.TreatedLate },
	} {
		w.Write(t, func(tx *survey.Tx) error {
			detail, err := tx.PublicationDetails.Get("q1/000001")
			testworld.Must(t, err)
			kept = detail
			detail.Treatment.Entries = slices.Clone(detail.Treatment.Entries)
			for i := range detail.Treatment.Entries {
				if e := detail.Treatment.Entries[i]; spoil(&e) {
					detail.Treatment.Entries[i] = e
					break
				}
			}
			return tx.PublicationDetails.Put(detail)
		})
		if n := told(); n != 1 {
			t.Errorf("%s: %d faults", name, n)
		}
		w.Write(t, func(tx *survey.Tx) error { return tx.PublicationDetails.Put(kept) })
	}
}

// A date that was the common one when it was moved for a respondent alone was none of its own from the start.
func TestNoOwnDateIsInvented(t *testing.T) {
	w := unequal(t)
	w.Write(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q1")
		testworld.Must(t, err)
		middle := q.Deadline
		q.Deadline = at(t, "2026-12-01T18:00")
		q.Extended = append(q.Extended, survey.DateChange{From: middle, To: q.Deadline, Reason: "noch einmal", At: at(t, "2026-11-28T09:00").At, By: "anna"})
		r, err := tx.Respondent("q1", "r6")
		testworld.Must(t, err)
		r.DueChanges = []survey.DateChange{{From: middle, To: r.Due, Reason: "Krankheit", At: at(t, "2026-11-27T08:00").At, By: "ben"}}
		return errors.Join(err, tx.Questionnaires.Put(q), tx.Respondents.Put(r))
	})
	for _, e := range w.state().Comparison.Treatment.Of(survey.TreatedOwnDate) {
		if e.Party == "raus" {
			t.Errorf("%+v", e)
		}
	}
}

// Who is asked by post gets no mail about a change: the report says for each whether a letter told it, and check holds it to that.
func TestTreatmentTellsWhoWasToldByPost(t *testing.T) {
	w := unequal(t)
	moved, printed := at(t, "2026-11-20T09:00").At, at(t, "2026-11-02T10:00").At
	first := survey.PrintedLetter{At: printed, By: "anna", SentOn: "2026-11-03"}
	w.Write(t, func(tx *survey.Tx) (err error) {
		for id, letters := range map[survey.RespondentID][]survey.PrintedLetter{
			"p1": {first, {At: moved.Add(time.Hour), By: "anna", SentOn: "2026-11-21"}},
			"p2": {first, {At: moved.Add(time.Hour), By: "anna"}},                        // printed, and not sent
			"p3": {first, {At: moved.Add(-time.Hour), By: "anna", SentOn: "2026-11-21"}}, // still says the former date
			"p4": {{At: moved.Add(time.Hour), By: "anna", SentOn: "2026-11-21"}},         // was asked with the new date
		} {
			r := survey.Respondent{Questionnaire: "q1", ID: id, Slug: survey.Slug(id), ShortName: string(id), Name: string(id), Letters: letters,
				AskedAt: letters[0].At, Procedure: survey.Procedure{Channel: survey.ChannelPost}}
			err = errors.Join(err, tx.Respondents.Put(r))
		}
		return err
	})
	w.Clock.Set(w.Due.Add(2 * 24 * time.Hour))
	since := survey.Stamp("2026-11-20T09:00:00+01:00")
	want := []survey.TreatmentEntry{
		{Kind: survey.TreatedByPost, Party: "p1", At: "2026-11-21", From: since}, {Kind: survey.TreatedByPost, Party: "p2", At: since, From: since},
		{Kind: survey.TreatedByPost, Party: "p3", At: since, From: since},
	}
	c := w.publish()
	if diff := cmp.Diff(want, c.Treatment.Of(survey.TreatedByPost)); diff != "" {
		t.Error(diff)
	}
	var lines []string
	for _, s := range export.TreatmentSections(locale.For("de"), c) {
		for _, l := range s.Lines {
			if strings.Contains(l.What, "mitgeteilt") {
				lines = append(lines, strings.TrimSpace(l.Party+" | "+l.When+" | "+l.What))
			}
		}
	}
	if len(lines) != 3 || !strings.Contains(lines[0], "21. November 2026") || !strings.Contains(lines[0], "per Brief mitgeteilt") || !strings.Contains(lines[1], "nicht mitgeteilt") {
		t.Errorf("%q", lines)
	}
	unbacked := func() bool {
		return slices.ContainsFunc(testworld.Faults(t, w.Store, testworld.CheckReferences), func(f string) bool { return strings.Contains(f, "by_post p1") })
	}
	if unbacked() {
		t.Error("a sound report is no fault")
	}
	w.Write(t, func(tx *survey.Tx) error {
		r, err := tx.Respondent("q1", "p1")
		r.Letters = r.Letters[:1]
		return errors.Join(err, tx.Respondents.Put(r))
	})
	if !unbacked() {
		t.Error("a letter that nobody sent is told")
	}
}

// After an early end a correction is told though it is not late, and the check finds the record it was made from.
func TestTreatmentTellsWhatCameAfterAnEarlyEnd(t *testing.T) {
	w := newEdition(t)
	w.Clock.Set(w.Due.Add(-5 * 24 * time.Hour))
	w.letter("2026-11-24", testworld.LetterLine(1, testworld.Saying("Ja.")))
	w.Write(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q1")
		testworld.Must(t, err)
		end := at(t, "2026-11-26T10:00")
		q.Extended = []survey.DateChange{{From: q.Deadline, To: end, At: end.At, By: "anna"}}
		q.Deadline = end
		return tx.Questionnaires.Put(q)
	})
	w.Clock.Set(at(t, "2026-11-28T10:00").At)
	w.letter("2026-11-27", testworld.LetterLine(1, testworld.Saying("Nein.")))
	w.Clock.Set(at(t, "2026-11-28T12:00").At)
	c := w.state().Comparison
	cell := c.Respondents[0].Cells[0]
	if len(cell.History) != 2 || cell.Current.Late {
		t.Errorf("%+v", cell)
	}
	if e := c.Treatment.Of(survey.TreatedCorrected); len(e) != 1 || e[0].At != "2026-11-27" || e[0].Reason != "neuer Brief der Partei" {
		t.Errorf("%+v", c.Treatment.Entries)
	}
	w.Save(t, w.Moin, 1, testworld.Saying("Moin."))
	w.Submit(t, w.Moin) // a first answer
	w.publish()
	w.Clock.Set(w.Due.Add(24 * time.Hour))
	w.letter("2026-12-01", testworld.LetterLine(1, testworld.Saying("Vielleicht.")))
	w.publish()
	if faults := reportFaults(t, w); len(faults) > 0 {
		t.Error(faults)
	}
	w.Write(t, func(tx *survey.Tx) error {
		detail, err := tx.PublicationDetails.Get("q1/000002")
		testworld.Must(t, err)
		for i, e := range detail.Treatment.Entries {
			if e.Kind == survey.TreatedCorrected {
				detail.Treatment.Entries[i].Kind = survey.TreatedWithdrawn
			}
		}
		return tx.PublicationDetails.Put(detail)
	})
	if faults := reportFaults(t, w); len(faults) != 2 {
		t.Errorf("what was not withdrawn: %v", faults)
	}
}

// reportFaults are what the check finds wrong in reports.
func reportFaults(t *testing.T, w edition) []string {
	t.Helper()
	return slices.DeleteFunc(testworld.Faults(t, w.Store, testworld.CheckReferences), func(f string) bool { return !strings.Contains(f, "equal-treatment") })
}

// What goes out after a publication is news of its own, and the next one says that its report has changed.
func TestTreatmentIsNews(t *testing.T) {
	w := unequal(t)
	w.publish()
	if w.state().News {
		t.Error("nothing has happened")
	}
	w.Write(t, func(tx *survey.Tx) error {
		return errors.Join(tx.Dispatches.Put(survey.Dispatch{Questionnaire: "q1", ID: "d5", Kind: survey.MailReminder, Subject: "Bitte", Body: "Noch einmal", At: w.Clock.Now(), By: "anna", Recipients: 1}),
			survey.PutMail(tx, survey.WrittenMail{Mail: survey.Mail{ID: "m99", Kind: survey.MailReminder, Questionnaire: "q1", Respondent: "r1", Dispatch: "d5", To: "a@r1.example", Language: "de", State: survey.MailQueued}}))
	})
	if st := w.state(); !st.News || len(st.Changes) != 1 || st.Changes[0].Facet != survey.FacetReport {
		t.Errorf("news %v, %+v", st.News, st.Changes)
	}
}
