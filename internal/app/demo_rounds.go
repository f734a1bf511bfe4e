package app

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"pruefstein/internal/answer"
	"pruefstein/internal/draft"
	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/transcribe"
	letters "pruefstein/internal/web/transcribe"
)

// closed is the questionnaire that has been answered and published twice: every status and provenance that a questionnaire
// conducted here can have is in it.
func (s *seeder) closed(election survey.ElectionID) {
	s.at(20)
	q := s.questionnaire(draft.SaveQuestionnaire{
		Title: "Wahlprüfsteine zur Landtagswahl Nordmark", Slug: demoClosedSlug, Election: election,
		Intro: "Acht Fragen aus vier Arbeitsgruppen: zu digitaler Bildung, Demokratie, Souveränität und freier Software. Alle Parteien auf dem Stimmzettel wurden gefragt, alle Antworten stehen hier im vollen Wortlaut.",
		Slots: "8", QuestionLimit: "300", AnswerLimit: "1500", Deadline: s.local(-6, "18:00"), DeadlineZone: survey.DefaultZone,
	}, demoQuestions, allAgreed)
	s.step("respondents", func() error {
		if _, err := s.service.Send.TakeContestants(s.ctx, s.actor(coordinator), q.ID); err != nil {
			return err
		}
		_, err := s.service.Send.JoinParties(s.ctx, s.actor(coordinator), q.ID, send.JoinParties{Parties: []survey.PartyID{s.parties["KB"], s.parties["KP"]}})
		return err
	})
	for _, slug := range []survey.Slug{"fm", "sun", "gz", "sl", "dn", "en", "jln", "wfn"} {
		s.respondent(q, slug, func(*send.SaveRespondent) {})
	}
	for _, slug := range []survey.Slug{"buergerforum", "tuu", "fj", "h-h"} {
		s.respondent(q, slug, func(r *send.SaveRespondent) { r.Procedure = survey.Procedure{Channel: survey.ChannelMail} })
	}
	portal := survey.Procedure{Channel: survey.ChannelPortal, MaxQuestions: 8, MaxCharacters: 300, Source: "https://wahlpruefsteine.example/kb-kp",
		CheckedOn: s.now.Add(-20 * week).Format(time.DateOnly)}
	s.respondent(q, "kb-kp", func(r *send.SaveRespondent) {
		r.Procedure, r.Due, r.DueZone = portal, s.local(-5.5, "12:00"), survey.DefaultZone
	})
	s.respondent(q, "vn", func(r *send.SaveRespondent) {
		r.Procedure, r.Due, r.DueZone = portal, s.local(3, "12:00"), survey.DefaultZone
		r.Procedure.MaxQuestions, r.Procedure.Source = 6, "https://fragen.volksbund.example"
	})
	s.respondent(q, "fischer", func(r *send.SaveRespondent) {
		r.NotAsked = "Die Freien Fischer wurden vom Landeswahlausschuss nicht zur Wahl zugelassen."
	})
	s.leaveOut(q, "vn", []int{1, 5}, "Das Formular des Volksbunds nimmt nur sechs Fragen an. Wir haben die sechs Fragen eingereicht, die unsere Mitglieder zuerst nannten.")

	s.at(19)
	s.lock(q)
	s.at(18)
	s.dispatch(q)
	for _, slug := range []survey.Slug{"kb-kp", "vn"} {
		s.portal(q, slug, -18)
	}
	s.step("not reached", func() error {
		f, err := s.service.Send.RespondentFile(s.ctx, s.actor(coordinator), q.ID, "jln")
		if err != nil {
			return err
		}
		for _, m := range f.Mails { // the server took it, and it came back
			if err := s.service.Send.RecordBounce(s.ctx, s.actor(coordinator), q.ID, m.ID, send.RecordBounce{Day: s.clock.at.Format(time.DateOnly),
				Said: "Postfach unbekannt"}); err != nil {
				return err
			}
		}
		return s.service.Send.MarkNotReached(s.ctx, s.actor(coordinator), q.ID, "jln", send.MarkNotReached{Revision: f.Row.Respondent.Revision,
			Reason: "Die Adresse der Landesgeschäftsstelle nimmt keine E-Mails an, ein Brief kam als unzustellbar zurück."})
	})

	for i, slug := range []survey.Slug{"fm", "sun", "gz", "sl", "dn", "en"} {
		s.at(9 - float64(i)*0.3)
		actor := s.party(q, slug)
		s.answer(actor, demoAnswers[demoShort(slug)])
		s.submit(actor, "Kim Beispiel", "Landesgeschäftsführung")
	}
	s.at(7)
	europe := s.party(q, "en")
	for _, number := range []int{4, 5} { // a party may withdraw what it has submitted
		s.step("withdraw", func() error {
			sheet, err := s.service.Answer.Sheet(s.ctx, europe)
			if err != nil {
				return err
			}
			cell, err := sheet.Cell(number)
			if err != nil {
				return err
			}
			_, err = s.service.Answer.Save(s.ctx, europe, answer.Save{Number: number, Revision: cell.Draft.Revision, Mark: answer.MarkDone,
				Entry: survey.Entry{Status: survey.Withdrawn}})
			return err
		})
	}
	s.submit(europe, "Kim Beispiel", "Landesgeschäftsführung")

	s.at(5.4)
	s.transcribe(q, "kb-kp", transcribe.Save{Kind: survey.LetterDocument, Entries: demoSaid(demoJointAnswers)}, -5.7, "")
	s.transcribe(q, "buergerforum", transcribe.Save{Kind: survey.LetterMail, Whole: survey.Entry{Status: survey.Declined, Reason: demoDecline}}, -8, demoDecline)
	s.transcribe(q, "fj", transcribe.Save{Kind: survey.LetterMail, Whole: survey.Entry{Status: survey.General, Text: demoGeneral}}, -7, demoGeneral)
	s.transcribe(q, "h-h", transcribe.Save{Kind: survey.LetterPaper, Whole: survey.Entry{Status: survey.Refers, Text: demoRefers}}, -7.5, demoRefers)
	s.quote(q, "h-h", 1, demoQuotes[0], "Wahlprogramm Heimat und Handwerk, S. 12")
	s.quote(q, "h-h", 5, demoQuotes[1], "Wahlprogramm Heimat und Handwerk, S. 31")
	s.at(5)
	s.publish(q)

	s.at(4)
	s.transcribe(q, "tuu", transcribe.Save{Kind: survey.LetterMail,
		Entries: []survey.SubmissionEntry{{Number: 1, Entry: survey.Entry{Status: survey.Answered, Text: demoLate}}}}, -4.2, demoLate)
	s.transcribe(q, "kb-kp", transcribe.Save{Kind: survey.LetterMail, ChangeNote: "Die Parteien haben ihre Position zu Frage 6 nachgereicht.",
		Entries: []survey.SubmissionEntry{{Number: 6, Entry: survey.Entry{Status: survey.Answered, Position: survey.Disagree, Text: demoCorrection}}}}, -4.1, demoCorrection)
	s.at(3)
	s.publish(q)
}

// open is the questionnaire whose deadline is still to come: one party has submitted, one is in the middle of it, and the
// letter of a third waits for its check: whoever comes in finds something that takes a second person.
func (s *seeder) open(election survey.ElectionID) {
	s.at(3)
	q := s.questionnaire(draft.SaveQuestionnaire{
		Title: "Vier Fragen zum kommunalen Netz", Slug: demoOpenSlug, Election: election,
		Intro: "Eine zweite, kürzere Runde für die Kommunen der Nordmark.",
		Slots: "4", QuestionLimit: "300", AnswerLimit: "1000", Deadline: s.local(3, "18:00"), DeadlineZone: survey.DefaultZone,
	}, demoOpenQuestions, allAgreed)
	s.step("respondents", func() error {
		_, err := s.service.Send.TakeContestants(s.ctx, s.actor(coordinator), q.ID)
		return err
	})
	for _, p := range demoParties {
		s.respondent(q, survey.SlugOf(p.short), func(*send.SaveRespondent) {})
	}
	s.at(2.5)
	s.lock(q)
	s.at(2)
	s.plan(q, "7")
	s.dispatch(q)
	s.at(1)
	union := s.party(q, "sun")
	s.answer(union, []demoEntry{
		text("Bis zum Ende der Wahlperiode. Die letzten Kilometer bezahlt das Land, denn sie rechnen sich für niemanden, werden aber von allen gebraucht."),
		text("Ja. Das Land stellt eine gemeinsame Plattform bereit und übernimmt für Gemeinden unter 5.000 Einwohnern die laufenden Kosten."),
		thesis(survey.Agree, "Wer mit dem Bus fährt, soll nicht abgehängt sein."),
		text("Wir wollen ein Leihrecht für elektronische Bücher und setzen uns dafür auch beim Bund ein."),
	})
	s.submit(union, "Kim Beispiel", "Landesgeschäftsführung")
	s.at(0.5)
	s.answer(s.party(q, "dn"), []demoEntry{
		text("Bis 2030, und zwar in öffentlicher Hand verlegt und an alle Anbieter vermietet. So gehört das Netz am Ende denen, die es bezahlt haben."),
	})
	s.at(0.3)
	s.handOver(q, "wfn", transcribe.Save{Kind: survey.LetterMail, Whole: survey.Entry{Status: survey.Declined, Reason: demoOpenDecline}}, -0.4, demoOpenDecline, second)
}

// draft is the questionnaire the working groups are still at.
func (s *seeder) draft(election survey.ElectionID) {
	s.at(2)
	var questions []demoQuestion
	for _, d := range demoDraftQuestions {
		questions = append(questions, d.demoQuestion)
	}
	q := s.questionnaire(draft.SaveQuestionnaire{
		Title: "Nachfragen vor der Koalition", Slug: demoDraftSlug, Election: election,
		Intro: "Was wir nach der Wahl in die Verhandlungen geben wollen.", Slots: "6", QuestionLimit: "300", AnswerLimit: "1500",
		Deadline: s.local(8, "18:00"), DeadlineZone: survey.DefaultZone,
	}, questions, func(i int) survey.QuestionState { return demoDraftQuestions[i].state })
	s.step("respondents", func() error {
		_, err := s.service.Send.TakeContestants(s.ctx, s.actor(coordinator), q.ID)
		return err
	})
	s.respondent(q, "vn", func(r *send.SaveRespondent) {
		r.Procedure = survey.Procedure{Channel: survey.ChannelPortal, MaxQuestions: 6, MaxCharacters: 200, Source: "https://fragen.volksbund.example"}
	})
	s.respondent(q, "kb", func(r *send.SaveRespondent) {
		r.Procedure = survey.Procedure{Channel: survey.ChannelPortal, MaxQuestions: 2, MaxCharacters: 300, Source: "https://wahlpruefsteine.example/kb-kp"}
	})
	for _, slug := range []survey.Slug{"fm", "sun", "gz", "dn", "en", "sl"} {
		s.respondent(q, slug, func(*send.SaveRespondent) {})
	}
	s.at(0)
}

// portal notes that the questions were entered into a party's own form, some weeks from today.
func (s *seeder) portal(q survey.Questionnaire, slug survey.Slug, entered float64) {
	s.step("portal", func() error {
		f, err := s.service.Send.RespondentFile(s.ctx, s.actor(coordinator), q.ID, slug)
		if err != nil {
			return err
		}
		return s.service.Send.RecordPortal(s.ctx, s.actor(coordinator), q.ID, slug, send.RecordPortal{At: s.local(entered, "11:30"), Zone: survey.DefaultZone,
			Note: "Bestätigung der Geschäftsstelle am selben Tag.", Revision: f.Row.Respondent.Revision})
	})
}

// plan plans a reminder, so many days before everybody's own date.
func (s *seeder) plan(q survey.Questionnaire, days string) {
	s.step("plan a reminder", func() error {
		text, err := s.service.Send.StartingText("de", "reminder")
		if err != nil {
			return err
		}
		now, err := s.service.Alliance.QuestionnaireBySlug(s.ctx, s.actor(coordinator), q.Slug)
		if err != nil {
			return err
		}
		_, err = s.service.Send.PlanReminders(s.ctx, s.actor(coordinator), q.ID, send.PlanReminders{Steps: []send.StepForm{{Days: days, Cover: text}}, Revision: now.Revision})
		return err
	})
}

// demoShort is the short name behind a slug.
func demoShort(slug survey.Slug) string {
	for _, p := range demoParties {
		if survey.SlugOf(p.short) == slug {
			return p.short
		}
	}
	return ""
}

// demoSaid numbers entries in the order of the questions.
func demoSaid(entries []demoEntry) (said []survey.SubmissionEntry) {
	for i, e := range entries {
		said = append(said, survey.SubmissionEntry{Number: i + 1, Entry: survey.Entry{Status: e.status, Position: e.position, Text: e.text}})
	}
	return said
}

// leaveOut notes questions, by their index, that a respondent is not asked.
func (s *seeder) leaveOut(q survey.Questionnaire, slug survey.Slug, indexes []int, reason string) {
	s.step("leave out", func() error {
		v, err := s.service.Draft.CataloguePage(s.ctx, s.actor(coordinator), q.ID)
		if err != nil {
			return err
		}
		f, err := s.service.Send.RespondentFile(s.ctx, s.actor(coordinator), q.ID, slug)
		if err != nil {
			return err
		}
		var lines []send.LeftOutQuestion
		for _, i := range indexes {
			lines = append(lines, send.LeftOutQuestion{Question: v.Catalogue.Questions[i].Origin, Reason: reason})
		}
		return s.service.Send.LeaveOut(s.ctx, s.actor(coordinator), q.ID, slug, f.Row.Respondent.Revision, lines)
	})
}

// transcribe enters a letter that came some weeks from today, and lets the second person check it.
func (s *seeder) transcribe(q survey.Questionnaire, slug survey.Slug, cmd transcribe.Save, came float64, letter string) {
	t := s.handOver(q, slug, cmd, came, letter, coordinator)
	s.step("check "+string(slug), func() error {
		_, err := s.service.Transcribe.Confirm(s.ctx, s.actor(second), transcribe.Ref{Questionnaire: q.ID, Respondent: slug, ID: t.ID}, t.Revision)
		return err
	})
}

// handOver lets one person enter a letter that came some weeks from today, with its original: it waits for somebody else then.
func (s *seeder) handOver(q survey.Questionnaire, slug survey.Slug, cmd transcribe.Save, came float64, letter string, person int) (t survey.Letter) {
	s.step("transcribe "+string(slug), func() error {
		if letter == "" {
			for _, e := range cmd.Entries {
				letter += fmt.Sprintf("Zu Frage %d:\n%s\n\n", e.Number, e.Text)
			}
		}
		upload, err := s.original("schreiben-"+string(slug)+".txt", letter)
		if err != nil {
			return err
		}
		ref := transcribe.Ref{Questionnaire: q.ID, Respondent: slug, ID: survey.NewID()}
		cmd.ReceivedOn, cmd.LetterDate = s.local(came, "")[:10], s.local(came-0.2, "")[:10]
		cmd.Upload = upload
		if t, err = s.service.Transcribe.Save(s.ctx, s.actor(person), ref, cmd); err != nil {
			return err
		}
		t, err = s.service.Transcribe.HandOver(s.ctx, s.actor(person), ref, t.Revision)
		return err
	})
	return t
}

// original puts a letter into the folder of originals.
func (s *seeder) original(name, letter string) (*survey.Original, error) {
	files := letters.Originals{Dir: filepath.Join(s.folder, originalsFolder)}
	hash, err := files.Put(strings.NewReader(letter))
	return &survey.Original{Name: name, Type: "text/plain", Size: int64(len(letter)), SHA256: hash}, err
}

// quote puts a passage of a manifesto beside a cell, under the alliance's name.
func (s *seeder) quote(q survey.Questionnaire, slug survey.Slug, number int, passage, place string) {
	s.step("quote", func() error {
		_, err := s.service.Transcribe.SaveQuotation(s.ctx, s.actor(coordinator), q.ID, slug, number, transcribe.SaveQuotation{Text: passage, Place: place})
		return err
	})
}
