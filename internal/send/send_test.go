package send_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func TestRespondentsStandInPrintedOrder(t *testing.T) {
	s := newSending(t)
	if n, err := s.Send.TakeContestants(t.Context(), s.office, s.q); n != 5 || err != nil {
		t.Fatal(n, err)
	}
	order := func() (list []string) {
		l, err := s.Send.RespondentList(t.Context(), s.admin, s.q)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range l.Rows {
			list = append(list, string(row.Slug))
		}
		return list
	}
	if got, want := order(), []string{"ub", "gz", "fm", "aehrenbund", "zett"}; !slices.Equal(got, want) {
		t.Errorf("taken over: %v, want %v", got, want)
	}
	if n, err := s.Send.TakeContestants(t.Context(), s.office, s.q); n != 0 || err != nil {
		t.Errorf("a second time: %d, %v", n, err)
	}
	slug, err := s.Send.JoinParties(t.Context(), s.office, s.q, send.JoinParties{Parties: []survey.PartyID{"fm", "ub"}})
	if err != nil || slug != "ub-fm" {
		t.Fatal(slug, err)
	}
	if r := s.respondent(slug); r.ShortName != "UB/FM" || !slices.Equal(r.Members, []string{"UB", "FM"}) || r.BallotPosition != 1 {
		t.Errorf("joint respondent %+v", r)
	}
	if _, err := s.Send.JoinParties(t.Context(), s.office, s.q, send.JoinParties{Parties: []survey.PartyID{"fm", "gz"}}); testworld.KeyOf(err) != "parties send.error.join_taken" {
		t.Errorf("joined twice: %v", err)
	}
	slug, err = s.Send.AddRespondent(t.Context(), s.office, s.q, send.SaveRespondent{ShortName: "GZ", Name: "Andere GZ", BallotPosition: 9, Language: "de"})
	if err != nil || slug != "gz-2" {
		t.Fatal(slug, err)
	}
	s.change("zett", func(c *send.SaveRespondent) { c.ShortName = "Aal" })
	if got, want := order(), []string{"ub-fm", "gz", "gz-2", "aal", "aehrenbund"}; !slices.Equal(got, want) {
		t.Errorf("changed: %v, want %v", got, want)
	}
	if err := s.Send.RemoveRespondent(t.Context(), s.office, s.q, "gz"); err != nil {
		t.Fatal(err)
	}
	if got, want := order(), []string{"ub-fm", "gz-2", "aal", "aehrenbund"}; !slices.Equal(got, want) {
		t.Errorf("removed: %v, want %v", got, want)
	}
}

func TestRespondentFaults(t *testing.T) {
	s := newSending(t)
	s.ready()
	base := send.SaveRespondent{ShortName: "X", Name: "X", Language: "de"}
	for name, test := range map[string]struct {
		change func(*send.SaveRespondent)
		want   string
	}{
		"no name":          {func(c *send.SaveRespondent) { c.ShortName = " " }, "short_name error.required"},
		"address":          {func(c *send.SaveRespondent) { c.Email = "wer@" }, "email error.email"},
		"channel":          {func(c *send.SaveRespondent) { c.Procedure.Channel = "brieftaube" }, "channel error.choice"},
		"no number":        {func(c *send.SaveRespondent) { c.Procedure.MaxQuestions = -1 }, "max_questions error.number"},
		"a late day":       {func(c *send.SaveRespondent) { c.Procedure.CheckedOn = "2200-01-01" }, "checked_on error.time.year"},
		"no day":           {func(c *send.SaveRespondent) { c.Procedure.CheckedOn = "2026-02-30" }, "checked_on error.date"},
		"own date with us": {func(c *send.SaveRespondent) { c.Procedure.Channel, c.Due = "form", "2026-12-01T10:00" }, "due send.error.due_form"},
		"time that is skipped": {func(c *send.SaveRespondent) {
			c.Procedure.Channel, c.Due, c.DueZone = "mail", "2027-03-28T02:30", "Europe/Berlin"
		}, "due error.time.missing"},
		"time that comes twice": {func(c *send.SaveRespondent) {
			c.Procedure.Channel, c.Due, c.DueZone = "mail", "2027-10-31T02:30", "Europe/Berlin"
		}, "due error.time.ambiguous"},
		"own date without a reason": {func(c *send.SaveRespondent) {
			c.Procedure.Channel, c.Due, c.DueZone = "mail", "2026-12-01T10:00", "Europe/Berlin"
		}, "due_reason send.error.due_reason"},
		"a source is no reason for a letter": {func(c *send.SaveRespondent) {
			c.Procedure.Channel, c.Procedure.Source, c.Due, c.DueZone = "mail", "https://x.example", "2026-12-01T10:00", "Europe/Berlin"
		}, "due_reason send.error.due_reason"},
		"a form without its source": {func(c *send.SaveRespondent) {
			c.Procedure.Channel, c.Due, c.DueZone = "portal", "2026-12-01T10:00", "Europe/Berlin"
		}, "due_reason send.error.due_reason"},
		"a reason alone":            {func(c *send.SaveRespondent) { c.DueReason = "darum" }, "due send.error.due_reason_alone"},
		"a reason too long":         {func(c *send.SaveRespondent) { c.DueReason = strings.Repeat("x", 501) }, "due_reason error.text.too_long"},
		"English without a reason":  {func(c *send.SaveRespondent) { c.Language = "en" }, "language_reason send.error.language_reason"},
		"a reason that is too long": {func(c *send.SaveRespondent) { c.Language, c.LanguageReason = "en", strings.Repeat("x", 501) }, "language_reason error.text.too_long"},
		"wikidata":                  {func(c *send.SaveRespondent) { c.Wikidata = "42" }, "wikidata error.wikidata"},
		"colour":                    {func(c *send.SaveRespondent) { c.Colour = "red" }, "colour error.colour"},
	} {
		cmd := base
		test.change(&cmd)
		if _, err := s.Send.AddRespondent(t.Context(), s.office, s.q, cmd); testworld.KeyOf(err) != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	r := s.respondent("fm")
	stale := send.SaveRespondent{ShortName: "FM", Name: "Freie Mitte", Language: "de", Revision: r.Revision - 1}
	if _, err := s.Send.SaveRespondent(t.Context(), s.office, s.q, "fm", stale); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("stale: %v", err)
	}
}

func TestPacketSaysWhatDoesNotFit(t *testing.T) {
	s := newSending(t)
	s.ready()
	f, err := s.Send.RespondentFile(t.Context(), s.admin, s.q, "aehrenbund")
	if err != nil {
		t.Fatal(err)
	}
	if p := f.Packet; p.Asked != 2 || p.Surplus != 1 || p.TooLong != 1 || p.Questions[1].Over != 10 || p.Questions[0].Over != 0 {
		t.Errorf("%+v", p)
	}
	left := []send.LeftOutQuestion{{Question: "q01"}, {Question: "q02", Reason: "Das Formular nimmt keine Thesen."}}
	if err := s.Send.LeaveOut(t.Context(), s.office, s.q, "aehrenbund", f.Row.Respondent.Revision, left); err != nil {
		t.Fatal(err)
	}
	f, err = s.Send.RespondentFile(t.Context(), s.admin, s.q, "aehrenbund")
	if err != nil || !f.Packet.Fits() || f.Packet.Asked != 1 {
		t.Errorf("%+v, %v", f.Packet, err)
	}
	left[0] = send.LeftOutQuestion{Question: "q99", Reason: "fremd"}
	if err := s.Send.LeaveOut(t.Context(), s.office, s.q, "aehrenbund", f.Row.Respondent.Revision, left); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("a foreign question: %v", err)
	}
}

func TestLetterFaults(t *testing.T) {
	s := newSending(t)
	s.ready()
	sound := survey.Cover{Subject: "Fragen an {{partei}}", Body: "Bis {{ frist }}.\n \nHier: {{link}}\n\n{{fragen}}", Language: "de"}
	for name, test := range map[string]struct {
		change func(*survey.Cover)
		want   string
	}{
		"sound":              {func(*survey.Cover) {}, ""},
		"no subject":         {func(c *survey.Cover) { c.Subject = "" }, "subject error.required"},
		"two-line subject":   {func(c *survey.Cover) { c.Subject = "a\nb" }, "subject error.text.line"},
		"no body":            {func(c *survey.Cover) { c.Body = " " }, "body error.required"},
		"unknown":            {func(c *survey.Cover) { c.Body += "{{name}}" }, "body send.error.placeholder"},
		"unknown in subject": {func(c *survey.Cover) { c.Subject = "{{Partei}}" }, "subject send.error.placeholder"},
		"link in subject":    {func(c *survey.Cover) { c.Subject = "{{link}}" }, "subject send.error.placeholder_subject"},
		"not closed":         {func(c *survey.Cover) { c.Body += "{{partei" }, "body send.error.placeholder_open"},
		"no link":            {func(c *survey.Cover) { c.Body = "{{fragen}}" }, "body send.error.placeholder_missing"},
		"no questions":       {func(c *survey.Cover) { c.Body = "{{link}}\n\n{{frist}}" }, "body send.error.placeholder_missing"},
		"no date":            {func(c *survey.Cover) { c.Body = "{{link}}\n\n{{fragen}}" }, "body send.error.placeholder_missing"},
		"single braces":      {func(c *survey.Cover) { c.Body += " {partei}" }, "body send.error.placeholder_single"},
		"in the subject":     {func(c *survey.Cover) { c.Subject = "An { Partei }" }, "subject send.error.placeholder_single"},
		"braces of theirs":   {func(c *survey.Cover) { c.Body += " {a} {parteien}" }, ""},
		"date at the link":   {func(c *survey.Cover) { c.Body = "{{link}}, bis {{frist}}\n\n{{fragen}}" }, "body send.error.placeholder_link"},
		"all in one":         {func(c *survey.Cover) { c.Body = "{{frist}}\n{{link}}\n{{fragen}}" }, "body send.error.placeholder_link"},
		"the mark":           {func(c *survey.Cover) { c.Body += survey.LinkMark }, ""},
		"language":           {func(c *survey.Cover) { c.Language = "fr" }, "language error.choice"},
	} {
		cover := sound
		test.change(&cover)
		_, err := s.Send.PreviewCover(t.Context(), s.admin, s.q, "", cover)
		if testworld.KeyOf(err) != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

func TestLetterIsWhatArrives(t *testing.T) {
	s := newSending(t)
	s.put(editQuestionnaire(func(q *survey.Questionnaire) { q.AnswerLimit = 3000 }))
	s.mustDispatch()
	mails := s.mails(survey.MailInvitation)
	if len(mails) != 3 {
		t.Fatalf("%d mails", len(mails))
	}
	form, byMail := mails["fm@partei.example"], mails["ub@partei.example"]
	for _, want := range []string{"Landtagswahl Nordmark 2027", "Digitales Nordmark", "Montag, 21. Dezember 2026, 18:00 Uhr (MEZ)",
		"Frage 1: Schulen\nWie fördern Sie freie Lernmittel?\nVorbemerkung: Es geht um Schulbücher.", "Frage 2\nÖffentlich bezahlte", "https://fragen.example/zugang/"} {
		if !strings.Contains(form.Body, want) {
			t.Errorf("form: %q is not in\n%s", want, form.Body)
		}
	}
	if strings.Contains(form.Mail.Body, "/zugang/") {
		t.Error("the stored text holds the link")
	}
	if strings.Contains(byMail.Body, "zugang") || !strings.Contains(byMail.Body, "Bitte antworten Sie auf diese E-Mail") ||
		strings.Count(byMail.Body, "Freitag, 15. Januar 2027, 12:00 Uhr (MEZ)") != 1 {
		t.Errorf("by mail:\n%s", byMail.Body)
	}
	unfolded := strings.NewReplacer("\r\n ", "")
	if strings.Contains(unfolded.Replace(byMail.Mail.Calendar), "Zugang") || !strings.Contains(unfolded.Replace(byMail.Mail.Calendar), "Bitte antworten Sie auf unsere E-Mail.") ||
		!strings.Contains(unfolded.Replace(form.Mail.Calendar), "Der persönliche Zugang steht in unserer E-Mail.") {
		t.Error("the calendar entry speaks of a link that is not there, or does not speak of one that is")
	}
	for _, body := range []string{form.Body, byMail.Body} {
		if !strings.Contains(body, "Bitte höchstens 3.000 Zeichen je Antwort, Leerzeichen mitgezählt.\n\nFrage 1: Schulen") {
			t.Errorf("does not tell the limit of an answer:\n%s", body)
		}
	}
	if !strings.Contains(form.Mail.Calendar, "DTSTART:20261221T170000Z") || !strings.Contains(byMail.Mail.Calendar, "DTSTART:20270115T110000Z") {
		t.Error("calendar entries do not hold the dates")
	}
	if form.Mail.Subject != "Digitales Nordmark: unsere Fragen an Freie Mitte" {
		t.Errorf("subject %q", form.Mail.Subject)
	}
	if s.link(form.Body).Hash == s.link(mails["gz@partei.example"].Body).Hash {
		t.Error("two respondents have one link")
	}
}

func TestDispatchOnce(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	q := s.questionnaire()
	if !q.DispatchedAt.Equal(sendStart) || q.Phase(s.clock.Now()) != survey.PhaseOpen {
		t.Errorf("dispatched at %v", q.DispatchedAt)
	}
	s.clock.Advance(time.Minute)
	if sent, err := s.dispatch(s.office); !sent || err != nil {
		t.Errorf("a second click: %v, %v", sent, err)
	}
	if n := len(s.mails(survey.MailInvitation)); n != 3 {
		t.Errorf("%d mails after a second click", n)
	}
	for _, slug := range []survey.Slug{"fm", "gz", "ub"} {
		if r := s.respondent(slug); !r.AskedAt.Equal(sendStart) {
			t.Errorf("%s asked at %v", slug, r.AskedAt)
		}
	}
	for name, err := range map[string]error{
		"remove": s.Send.RemoveRespondent(t.Context(), s.office, s.q, "fm"),
		"cover": s.Send.SaveCover(t.Context(), s.office, s.q, send.SaveCover{Revision: s.questionnaire().Revision,
			Cover: survey.Cover{Subject: "x", Body: "{{frist}}\n\n{{link}}\n\n{{fragen}}", Language: "de"}}),
		"deadline": s.Send.SetDeadline(t.Context(), s.office, s.q, send.SetDeadline{Deadline: "2027-01-01T10:00", Zone: "UTC", Revision: s.questionnaire().Revision}),
	} {
		if survey.CodeOf(err) != survey.Conflict {
			t.Errorf("%s after the dispatch: %v", name, err)
		}
	}
	r := s.respondent("fm")
	if _, err := s.Send.SaveRespondent(t.Context(), s.office, s.q, "fm", send.SaveRespondent{ShortName: "FM", Name: "Neu", Language: "de", Revision: r.Revision}); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("change after the dispatch: %v", err)
	}
}

func TestDispatchIsAllOrNothing(t *testing.T) {
	s := newSending(t)
	s.ready()
	plan, err := s.Send.DispatchPlan(t.Context(), s.office, s.q)
	if err != nil {
		t.Fatal(err)
	}
	compose, events := s.Compose, 0
	s.Compose = func(lang, name string, data any) (string, string, error) {
		if name == "deadline_event" {
			if events++; events >= 3 { // whichever run it is
				return "", "", errors.New("the third mail cannot be made")
			}
		}
		return compose(lang, name, data)
	}
	if _, err := s.Send.Dispatch(t.Context(), s.office, s.q, plan.Digest); err == nil {
		t.Fatal("no error")
	}
	if !s.questionnaire().DispatchedAt.IsZero() || len(s.mails(survey.MailInvitation)) != 0 || !s.respondent("fm").AskedAt.IsZero() {
		t.Error("half of a dispatch happened")
	}
	s.Compose = compose
	if sent, err := s.dispatch(s.office); !sent || err != nil {
		t.Errorf("again: %v, %v", sent, err)
	}
}

func TestDispatchWantsEverything(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(s *sending)
		point string
	}{
		"no address":    {func(s *sending) { s.change("fm", func(c *send.SaveRespondent) { c.Email = "" }) }, "address"},
		"deadline over": {func(s *sending) { s.clock.Set(time.Date(2026, 12, 21, 17, 0, 0, 0, time.UTC)) }, "deadline"},
		"not locked": {func(s *sending) {
			q := s.questionnaire()
			q.LockedAt = time.Time{}
			s.put(func(tx *survey.Tx) error { return tx.Questionnaires.Put(q) })
		}, "catalogue"},
		"no cover": {func(s *sending) {
			q := s.questionnaire()
			q.Cover = survey.Cover{}
			s.put(func(tx *survey.Tx) error { return tx.Questionnaires.Put(q) })
		}, "cover"},
		"text of an older rule": {func(s *sending) {
			q := s.questionnaire()
			q.Cover.Body = "{{link}}\n\n{{fragen}}"
			s.put(func(tx *survey.Tx) error { return tx.Questionnaires.Put(q) })
		}, "letter"},
		"nobody to answer": {func(s *sending) {
			s.put(func(tx *survey.Tx) error { return tx.Alliances.Put(survey.Alliance{Name: "Bündnis Probe"}) })
		}, "contact"},
		"nobody is reached": {func(s *sending) {
			for _, slug := range []survey.Slug{"fm", "gz", "ub", "aehrenbund"} {
				s.change(slug, func(c *send.SaveRespondent) { c.Procedure = survey.Procedure{} })
			}
		}, "nobody"},
		"subject too long": {func(s *sending) {
			s.change("fm", func(c *send.SaveRespondent) { c.Name = strings.Repeat("Freie Mitte ", 25) })
		}, "letter"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSending(t)
			s.ready()
			test.spoil(s)
			p, err := s.Send.DispatchPlan(t.Context(), s.office, s.q)
			if err != nil {
				t.Fatal(err)
			}
			var missing []string
			for _, c := range p.Checklist {
				if c.State == send.PointMissing {
					missing = append(missing, c.Name)
				}
			}
			if !slices.Equal(missing, []string{test.point}) {
				t.Errorf("missing %v, want %s", missing, test.point)
			}
			if _, err := s.dispatch(s.office); testworld.KeyOf(err) != "send.error.not_ready" {
				t.Errorf("sent all the same: %v", err)
			}
			if s.questionnaire().DispatchedAt != (time.Time{}) || len(s.mails(survey.MailInvitation)) != 0 {
				t.Error("something happened")
			}
		})
	}
}

func TestDispatchBySecondPerson(t *testing.T) {
	s := newSending(t)
	s.ready()
	s.put(func(tx *survey.Tx) error {
		return tx.Alliances.Put(survey.Alliance{Name: "Bündnis Probe", Email: "buero@buendnis.example"})
	}) // on from two coordinators
	if _, err := s.dispatch(s.admin); survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("an administrator asks: %v", err)
	}
	if sent, err := s.dispatch(s.office); sent || err != nil {
		t.Fatal(sent, err)
	}
	if sent, err := s.dispatch(s.office); sent || err != nil {
		t.Errorf("the same person confirms: %t, %v", sent, err)
	}
	p, err := s.Send.DispatchPlan(t.Context(), s.admin, s.q)
	if err != nil || p.Waiting == nil || p.WaitingName != "Person u1" || p.Own || p.Outdated {
		t.Fatalf("%+v, %v", p.Waiting, err)
	}

	s.change("fm", func(c *send.SaveRespondent) {
		c.Email = "neu@partei.example"
		c.Procedure.Channel = survey.ChannelForm
	})
	if _, err := s.Send.Dispatch(t.Context(), s.second, s.q, p.Digest); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("confirmed what has changed since: %v", err)
	}
	if p, err = s.Send.DispatchPlan(t.Context(), s.second, s.q); err != nil || !p.Outdated {
		t.Errorf("the request is not void: %v", err)
	}
	if err := s.WithdrawApproval(t.Context(), s.second, s.q, survey.ActDispatch, ""); err != nil {
		t.Fatal(err)
	}
	if sent, err := s.dispatch(s.office); sent || err != nil {
		t.Fatal(sent, err)
	}
	if sent, err := s.dispatch(s.admin); !sent || err != nil {
		t.Fatal(sent, err)
	}
	if p, err = s.Send.DispatchPlan(t.Context(), s.admin, s.q); err != nil || p.Sent == nil || p.Sent.By != "u1" || p.Sent.ConfirmedBy != "u3" || p.Sent.Recipients != 3 {
		t.Errorf("%+v, %v", p.Sent, err)
	}
}

// Whoever nothing has reached yet is reminded of nothing, by hand as by plan, until its address is mended or somebody decides.
func TestNoReminderToWhereMailsAreLost(t *testing.T) {
	s, _ := refused(t)
	plan := func() (unreached string) {
		p, err := s.Send.ReminderPlan(t.Context(), s.office, s.q)
		testworld.Must(t, err)
		return strings.Join(shortNames(p.Unreached), " ")
	}
	if got := plan(); got != "FM" {
		t.Errorf("not reached: %q", got)
	}
	s.remind()
	if mails := s.mails(survey.MailReminder); mails["fm@partei.example"].Body != "" || mails["gz@partei.example"].Body == "" {
		t.Errorf("reminded %v", mails)
	}
	testworld.Must(t, s.Send.MarkReached(t.Context(), s.office, s.q, "fm", send.MarkReached{Reason: "am Telefon gesagt", Revision: s.respondent("fm").Revision}))
	if got := plan(); got != "" {
		t.Errorf("not reached after that was decided: %q", got)
	}
}

func TestReminderOnlyToThoseWithoutSubmission(t *testing.T) {
	s := newSending(t)
	step := s.atOnce()
	if _, err := s.remindAs(s.office, step); !slices.Equal(testworld.FaultsOf(t, err), []string{"days-1 error.number"}) {
		t.Errorf("before the dispatch: %v", err)
	}
	s.mustDispatch()
	first := s.link(s.mails(survey.MailInvitation)["gz@partei.example"].Body)
	s.submitted("fm")
	s.clock.Advance(24 * time.Hour)
	p, err := s.Send.ReminderSchedule(t.Context(), s.office, s.q, []send.StepForm{step})
	testworld.Must(t, err)
	if len(p.New) != 1 || strings.Join(shortNames(p.New[0].Moments[0].Respondents), " ") != "UB GZ" {
		t.Errorf("the preview names %+v", p.New)
	}
	click := func() error {
		_, err := s.Send.PlanReminders(t.Context(), s.office, s.q, send.PlanReminders{Steps: []send.StepForm{step}, Seen: p.Digest})
		return err
	}
	testworld.Must(t, click())
	mails := s.mails(survey.MailReminder)
	if len(mails) != 2 || mails["gz@partei.example"].Body == "" {
		t.Fatalf("reminded %v", mails)
	}
	if body := mails["ub@partei.example"].Body; strings.Contains(body, "zugang") || !strings.Contains(body, "Bitte antworten Sie auf diese E-Mail") {
		t.Errorf("who answers by mail is reminded without a link:\n%s", body)
	}
	if again := s.link(mails["gz@partei.example"].Body); again.Hash == first.Hash || !first.RevokedAt.IsZero() {
		t.Error("a reminder has a link of its own, beside the first")
	}
	if err := click(); err != nil {
		t.Errorf("a double click: %v", err)
	}
	if n := len(s.mails(survey.MailReminder)); n != 2 {
		t.Errorf("%d mails after a double click", n)
	}
	step.Subject = "Noch einmal"
	if _, err := s.remindAs(s.office, step); !slices.Equal(testworld.FaultsOf(t, err), []string{"days-1 send.error.reminded"}) {
		t.Errorf("a second reminder: %v", err)
	}
	if err := click(); testworld.KeyOf(err) != "send.error.reminded" {
		t.Errorf("a second reminder: %v", err)
	}
}

// Whose letter is typed, or waits for its check, has not been silent.
func TestNoReminderWhileALetterIsAtWork(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	letter := survey.Transcription{Questionnaire: s.q, Respondent: s.respondent("ub").ID, ID: "l1", Joint: []survey.RespondentID{s.respondent("gz").ID}}
	for state, want := range map[survey.TranscriptionState]int{survey.TranscriptionDraft: 1, survey.TranscriptionWaiting: 1, survey.TranscriptionEffective: 3} {
		letter.State = state
		s.put(func(tx *survey.Tx) error { return tx.Transcriptions.Put(letter) })
		p, err := s.Send.ReminderPlan(t.Context(), s.office, s.q)
		if err != nil || len(p.Recipients) != want || len(p.Letters) != 3-want {
			t.Errorf("%s: to %d, not to %d, %v", state, len(p.Recipients), len(p.Letters), err)
		}
	}
	// a letter that comes while a reminder waits to go out stops it
	letter.State = survey.TranscriptionEffective
	s.put(func(tx *survey.Tx) error { return tx.Transcriptions.Put(letter) })
	s.remind()
	letter.State = survey.TranscriptionDraft
	s.put(func(tx *survey.Tx) error { return tx.Transcriptions.Put(letter) })
	reminders := s.mails(survey.MailReminder)
	if !reminders["ub@partei.example"].Settled || !reminders["gz@partei.example"].Settled || reminders["fm@partei.example"].Settled {
		t.Error("not exactly the reminders to those with a letter are settled")
	}
}

// Nobody could answer until a date after the polls.
func TestNoDeadlineAfterThePolls(t *testing.T) {
	s := newSending(t)
	s.ready()
	r := s.respondent("ub")
	before := send.SaveRespondent{ShortName: r.ShortName, Name: r.Name, Email: r.Email, Language: "de", Procedure: r.Procedure, Due: "2027-03-07T18:01", DueZone: "Europe/Berlin", Revision: r.Revision}
	if _, err := s.Send.SaveRespondent(t.Context(), s.office, s.q, "ub", before); !slices.Equal(testworld.FaultsOf(t, err), []string{"due error.time.after_polls"}) {
		t.Errorf("its own date before the dispatch: %v", err)
	}
	before.ShortName, before.Revision = "Neu", 0
	if _, err := s.Send.AddRespondent(t.Context(), s.office, s.q, before); !slices.Equal(testworld.FaultsOf(t, err), []string{"due error.time.after_polls"}) {
		t.Errorf("of a new respondent: %v", err)
	}
	set := func(deadline string) error {
		return s.Send.SetDeadline(t.Context(), s.office, s.q, send.SetDeadline{Deadline: deadline, Zone: "Europe/Berlin", Revision: s.questionnaire().Revision})
	}
	late := []string{"deadline error.time.after_polls"}
	for _, deadline := range []string{"2027-03-07T18:01", "2027-03-08T00:00"} {
		if err := set(deadline); !slices.Equal(testworld.FaultsOf(t, err), late) {
			t.Errorf("%s: %v", deadline, err)
		}
	}
	testworld.Must(t, set("2027-03-07T18:00"))
	q := s.questionnaire()
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		t.Fatal(err)
	}
	later := send.SetDeadline{Deadline: "2027-03-09T12:00", Zone: "Europe/Berlin", Reason: "mehr Zeit", Revision: s.questionnaire().Revision}
	if err := s.Send.ExtendDeadline(t.Context(), s.office, s.q, later); !slices.Equal(testworld.FaultsOf(t, err), late) || !survey.Same(s.questionnaire().Deadline, q.Deadline) {
		t.Errorf("extended past the polls: %v", err)
	}
	own := send.SaveDue{Due: "2027-03-09T12:00", Zone: "Europe/Berlin", Reason: "mehr Zeit", Revision: s.respondent("ub").Revision}
	if err := s.Send.SaveDue(t.Context(), s.office, s.q, "ub", own); !slices.Equal(testworld.FaultsOf(t, err), []string{"due error.time.after_polls"}) {
		t.Errorf("its own date past the polls: %v", err)
	}
}

func TestExtension(t *testing.T) {
	s := newSending(t)
	later := send.SetDeadline{Deadline: "2027-01-10T18:00", Zone: "Europe/Berlin", Reason: "Störung des Mailservers"}
	extend := func(cmd send.SetDeadline) error {
		cmd.Revision = s.questionnaire().Revision
		return s.Send.ExtendDeadline(t.Context(), s.office, s.q, cmd)
	}
	if err := extend(later); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("before the dispatch: %v", err)
	}
	s.mustDispatch()
	s.submitted("fm")
	for name, test := range map[string]struct {
		change func(*send.SetDeadline)
		want   string
	}{
		"earlier":   {func(c *send.SetDeadline) { c.Deadline = "2026-12-20T18:00" }, "deadline send.error.deadline_earlier"},
		"over":      {func(c *send.SetDeadline) { c.Deadline = "2026-11-01T18:00" }, "deadline error.time.past"},
		"no reason": {func(c *send.SetDeadline) { c.Reason = "" }, "reason error.required"},
	} {
		cmd := later
		test.change(&cmd)
		if err := extend(cmd); testworld.KeyOf(err) != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	s.clock.Set(time.Date(2026, 12, 22, 9, 0, 0, 0, time.UTC)) // the deadline is over
	if err := extend(later); err != nil {
		t.Fatal(err)
	}
	q := s.questionnaire()
	if q.Phase(s.clock.Now()) != survey.PhaseOpen || len(q.Extended) != 1 || q.Extended[0].Reason != later.Reason || q.Extended[0].From.Local != "2026-12-21T18:00" {
		t.Errorf("%+v", q.Extended)
	}
	s.put(func(tx *survey.Tx) error {
		for d, err := range tx.Dispatches.List(survey.In(s.q)) {
			if err != nil || d.Kind == survey.MailExtension && d.Subject+d.Body != "" {
				t.Errorf("one party's text is kept as that of all: %v, %v", d, err)
			}
		}
		return nil
	})
	mails := s.mails(survey.MailExtension)
	if len(mails) != 2 {
		t.Fatalf("informed %v; ub has a date of its own", mails)
	}
	if body := mails["fm@partei.example"].Body; !strings.Contains(body, "Ihre Antwort liegt uns vor.") || !strings.Contains(body, "/zugang/") {
		t.Errorf("who has submitted is told too:\n%s", body)
	}
	m := mails["gz@partei.example"]
	if !strings.Contains(m.Body, "Neue Frist: Sonntag, 10. Januar 2027, 18:00 Uhr (MEZ)") || !strings.Contains(m.Mail.Calendar, "SEQUENCE:1") {
		t.Errorf("%s\n%s", m.Body, m.Mail.Calendar)
	}
	invitation := s.mails(survey.MailInvitation)["gz@partei.example"].Mail.Calendar
	if uid(invitation) != uid(m.Mail.Calendar) {
		t.Error("the calendar entry does not replace the first one")
	}
	s.put(func(tx *survey.Tx) error {
		return survey.PutPublication(tx, survey.Publication{Questionnaire: s.q, Version: 1}, survey.PublicationDetail{})
	})
	later.Deadline = "2027-02-10T18:00"
	if err := extend(later); testworld.KeyOf(err) != "send.error.published" {
		t.Errorf("after a publication: %v", err)
	}
}

func uid(calendar string) string {
	_, rest, _ := strings.Cut(calendar, "UID:")
	id, _, _ := strings.Cut(rest, "DTSTAMP")
	return id
}

func TestResend(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	old := s.mails(survey.MailInvitation)["fm@partei.example"]
	resend := func(id string, revoke bool, to string) (string, error) {
		newID, waits, err := s.Send.ResendMail(t.Context(), s.office, s.q, id, send.ResendMail{To: to, Keep: true, Revoke: revoke})
		if waits {
			t.Error("the rule is off, but a second person is waited for")
		}
		return newID, err
	}
	if _, err := resend(old.Mail.ID, true, "wer"); testworld.KeyOf(err) != "to error.email" {
		t.Errorf("no address: %v", err)
	}
	id, err := resend(old.Mail.ID, true, "Neu@Partei.example")
	if err != nil {
		t.Fatal(err)
	}
	mails := s.mails(survey.MailInvitation)
	if _, waits := mails["fm@partei.example"]; waits {
		t.Error("the old mail still goes out")
	}
	fresh := mails["neu@partei.example"]
	if fresh.Mail.ID != id || fresh.Mail.Body != old.Mail.Body || s.link(fresh.Body).Hash == s.link(old.Body).Hash {
		t.Error("not the same text with a link of its own")
	}
	if fresh.Mail.Urgency() != survey.UrgentLink || old.Mail.Urgency() != survey.Unhurried {
		t.Errorf("urgency %v, of the dispatch %v", fresh.Mail.Urgency(), old.Mail.Urgency())
	}
	if l := s.link(old.Body); l.RevokedAt.IsZero() {
		t.Error("the old link still works")
	}
	if r := s.respondent("fm"); r.Email != "neu@partei.example" {
		t.Errorf("address %q", r.Email)
	}
	if _, err := resend(id, false, "dritte@partei.example"); err != nil {
		t.Fatal(err)
	}
	if l := s.link(fresh.Body); !l.RevokedAt.IsZero() {
		t.Error("revoked without being asked")
	}
	if err := s.Send.RevokeLinks(t.Context(), s.office, s.q, "fm"); err != nil {
		t.Fatal(err)
	}
	if mails := s.mails(survey.MailInvitation); len(mails) != 2 {
		t.Errorf("mails with revoked links still go out: %d", len(mails))
	}
	f, err := s.Send.RespondentFile(t.Context(), s.admin, s.q, "fm")
	if err != nil || f.Row.Problem != send.ProblemLink {
		t.Errorf("problem %q, %v", f.Row.Problem, err)
	}
	address, err := s.Send.MakeAccessLink(t.Context(), s.office, s.q, "fm")
	if err != nil || s.link(address+"\n").Mail != "" {
		t.Errorf("by hand: %v", err)
	}
	if _, err := s.Send.MakeAccessLink(t.Context(), s.office, s.q, "ub"); testworld.KeyOf(err) != "send.error.link_channel" {
		t.Errorf("a link for one who answers by mail: %v", err)
	}
}

func TestSendBoard(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.submitted("fm")
	mark := func(reason string) error {
		return s.Send.MarkNotReached(t.Context(), s.office, s.q, "gz", send.MarkNotReached{Reason: reason, Revision: s.respondent("gz").Revision})
	}
	if err := mark("Adresse besteht nicht mehr"); err != nil {
		t.Fatal(err)
	}
	if err := s.Send.RecordAttempt(t.Context(), s.mails(survey.MailInvitation)["ub@partei.example"].Mail.ID, send.MailOutcome{Attempt: 1, Permanent: true, Reply: "550 unbekannt"}); err != nil {
		t.Fatal(err)
	}
	b, err := s.Send.Board(t.Context(), s.admin, s.q)
	if err != nil {
		t.Fatal(err)
	}
	type look struct {
		state   survey.Stage
		problem send.Problem
	}
	want := map[survey.Slug]look{
		"fm": {survey.StageReturned, ""}, "gz": {survey.StageNotReached, ""}, "ub": {survey.StageNotReached, send.ProblemMail},
		"aehrenbund": {survey.StageUnasked, send.ProblemPortal}, "zett": {survey.StageUnasked, send.ProblemProcedure},
	}
	for _, row := range b.Rows {
		if got := (look{row.State, row.Problem}); got != want[row.Respondent.Slug] {
			t.Errorf("%s: %v, want %v", row.Respondent.Slug, got, want[row.Respondent.Slug])
		}
	}
	if err := mark(""); err != nil {
		t.Fatal(err)
	}
	s.clock.Set(time.Date(2026, 12, 22, 9, 0, 0, 0, time.UTC))
	if b, err = s.Send.Board(t.Context(), s.admin, s.q); err != nil || b.Count[survey.StageSilent] != 1 || b.Phase != survey.PhaseClosed {
		t.Errorf("%v, %v", b.Count, err)
	}
	// a code tells that a party is about to submit: the office must not see it
	gz := s.respondent("gz").ID
	s.put(func(tx *survey.Tx) error {
		return survey.PutMail(tx, survey.WrittenMail{Mail: survey.Mail{ID: "m-code", Kind: survey.MailCode, Questionnaire: s.q, Respondent: gz}, MailText: survey.MailText{Body: "123456"}})
	})
	if _, err := s.Send.OutboxMail(t.Context(), s.admin, s.q, "m-code"); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("a code in the outbox: %v", err)
	}
}

func TestSendRights(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	ctx := t.Context()
	for name, act := range map[string]func(survey.Actor) error{
		"take": func(a survey.Actor) error { _, err := s.Send.TakeContestants(ctx, a, s.q); return err },
		"join": func(a survey.Actor) error { _, err := s.Send.JoinParties(ctx, a, s.q, send.JoinParties{}); return err },
		"add": func(a survey.Actor) error {
			_, err := s.Send.AddRespondent(ctx, a, s.q, send.SaveRespondent{})
			return err
		},
		"save": func(a survey.Actor) error {
			_, err := s.Send.SaveRespondent(ctx, a, s.q, "fm", send.SaveRespondent{})
			return err
		},
		"remove": func(a survey.Actor) error { return s.Send.RemoveRespondent(ctx, a, s.q, "fm") },
		"leave":  func(a survey.Actor) error { return s.Send.LeaveOut(ctx, a, s.q, "fm", 1, nil) },
		"cover":  func(a survey.Actor) error { return s.Send.SaveCover(ctx, a, s.q, send.SaveCover{}) },
		"test":   func(a survey.Actor) error { return s.Send.TestCover(ctx, a, s.q, "fm") },
		"resend": func(a survey.Actor) error {
			_, _, err := s.Send.ResendMail(ctx, a, s.q, "m", send.ResendMail{})
			return err
		},
		"due":    func(a survey.Actor) error { return s.Send.SaveDue(ctx, a, s.q, "ub", send.SaveDue{}) },
		"revoke": func(a survey.Actor) error { return s.Send.RevokeLinks(ctx, a, s.q, "fm") },
		"link":   func(a survey.Actor) error { _, err := s.Send.MakeAccessLink(ctx, a, s.q, "fm"); return err },
		"reach": func(a survey.Actor) error {
			return s.Send.MarkNotReached(ctx, a, s.q, "fm", send.MarkNotReached{Reason: "x"})
		},
		"extend": func(a survey.Actor) error { return s.Send.ExtendDeadline(ctx, a, s.q, send.SetDeadline{}) },
		"portal": func(a survey.Actor) error { return s.Send.RecordPortal(ctx, a, s.q, "fm", send.RecordPortal{}) },
	} {
		for who, actor := range map[string]survey.Actor{"admin": s.admin, "member": s.member, "reader": {}, "party": {Respondent: "r", Questionnaire: s.q}} {
			if err := act(actor); survey.CodeOf(err) != survey.Forbidden {
				t.Errorf("%s by %s: %v", name, who, err)
			}
		}
	}
	for name, read := range map[string]func(survey.Actor) error{
		"list":        func(a survey.Actor) error { _, err := s.Send.List(ctx, a); return err },
		"board":       func(a survey.Actor) error { _, err := s.Send.Board(ctx, a, s.q); return err },
		"outbox":      func(a survey.Actor) error { _, err := s.Send.OutboxPage(ctx, a, s.q, "", ""); return err },
		"invitations": func(a survey.Actor) error { _, err := s.Send.Invitations(ctx, a, s.q); return err },
		"file":        func(a survey.Actor) error { _, err := s.Send.RespondentFile(ctx, a, s.q, "fm"); return err },
		"plan":        func(a survey.Actor) error { _, err := s.Send.DispatchPlan(ctx, a, s.q); return err },
	} {
		if err := read(s.admin); err != nil {
			t.Errorf("%s by the administrator: %v", name, err)
		}
		if err := read(s.member); survey.CodeOf(err) != survey.Forbidden {
			t.Errorf("%s by a member: %v", name, err)
		}
	}
}

// Who is not asked, for a reason of record, is counted apart from the ways by which the others are.
func TestThePlanCountsWhoIsNotAsked(t *testing.T) {
	s := newSending(t)
	s.ready()
	s.change("gz", func(c *send.SaveRespondent) { c.NotAsked = "Nicht zugelassen" })
	want := map[survey.Channel]int{survey.ChannelForm: 1, survey.ChannelMail: 1, survey.ChannelPortal: 1, survey.ChannelUnknown: 1}
	p, err := s.Send.DispatchPlan(t.Context(), s.office, s.q)
	if err != nil || p.NotAsked != 1 || !maps.Equal(p.Channels, want) || len(p.Recipients) != 2 {
		t.Errorf("%d not asked, %v, %d recipients, %v", p.NotAsked, p.Channels, len(p.Recipients), err)
	}
}

// The board says when a link was used first, whichever link it was.
func TestTheBoardTellsTheFirstUseOfALink(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	r := s.respondent("fm")
	first := s.clock.Now().Add(time.Hour)
	s.put(func(tx *survey.Tx) error {
		link := survey.AccessLink{Questionnaire: s.q, Respondent: r.ID, CreatedAt: s.clock.Now()}
		var errs []error
		for i, used := range []time.Duration{2, 0, 1} {
			link.Hash, link.UsedAt = survey.HashToken(strings.Repeat("x", i+1)), first.Add(used*time.Hour)
			errs = append(errs, tx.AccessLinks.Put(link))
		}
		return errors.Join(errs...)
	})
	b, err := s.Send.Board(t.Context(), s.office, s.q)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range b.Rows {
		if want := map[survey.Slug]time.Time{"fm": first}[row.Respondent.Slug]; !row.LinkUsed.Equal(want) {
			t.Errorf("%s: used %v, want %v", row.Respondent.Slug, row.LinkUsed, want)
		}
	}
}

// A joint respondent stands where the first of its members stands on the ballot; a member without a place has no say in it.
func TestAJointRespondentStandsAtItsFirstMember(t *testing.T) {
	s := newSending(t)
	if _, err := s.Send.TakeContestants(t.Context(), s.office, s.q); err != nil {
		t.Fatal(err)
	}
	for want, parties := range map[int][]survey.PartyID{2: {"fm", "gz"}, 1: {"ub", "zz"}} {
		slug, err := s.Send.JoinParties(t.Context(), s.office, s.q, send.JoinParties{Parties: parties})
		if err != nil {
			t.Fatal(err)
		}
		if r := s.respondent(slug); r.BallotPosition != want {
			t.Errorf("%v at place %d", parties, r.BallotPosition)
		}
	}
}
