package integrity_test

import (
	"strings"
	"testing"
	"time"

	"pruefstein/internal/memory"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func TestReferencesAreSound(t *testing.T) {
	if found := testworld.Faults(t, testworld.SoundStore(t), testworld.CheckReferences); len(found) > 0 {
		t.Errorf("%q", found)
	}
	if found := testworld.Faults(t, memory.New(), testworld.CheckReferences); len(found) > 0 {
		t.Errorf("an empty store: %q", found)
	}
}

// TestReferencesToWhatIsGone removes each thing others refer to.
func TestReferencesToWhatIsGone(t *testing.T) {
	store := testworld.SoundStore(t)
	for what, test := range map[string]struct {
		gone func(*survey.Tx) error
		want []string // parts of the lines that must come
	}{
		"user":               {func(tx *survey.Tx) error { return tx.Users.Delete("u1") }, []string{"StaffLink l1", "Questionnaire q1", "Revision q1/f1", "Catalogue q1", "Approval q1/lock", "Respondent q1/fm", "Dispatch q1/d1", "Original q1/gn/b1", "Transcription q1/gn/t1", "Version q1/gn/q01", "Quotation q1/lb/q02", "Publication q1/000001", "Question q1/f1"}},
		"second person":      {func(tx *survey.Tx) error { return tx.Users.Delete("u2") }, []string{"Catalogue q1", "Approval q1/lock", "Dispatch q1/d1", "Version q1/gn"}},
		"group":              {func(tx *survey.Tx) error { return tx.WorkingGroups.Delete("g1") }, []string{"User u1", "Question q1/f1"}},
		"organisation":       {func(tx *survey.Tx) error { return tx.Organisations.Delete("o1") }, []string{"Question q1/f1"}},
		"election":           {func(tx *survey.Tx) error { return tx.Elections.Delete("e1") }, []string{"Questionnaire q1", "Contestant e1/p-fm"}},
		"party":              {func(tx *survey.Tx) error { return tx.Parties.Delete("p-fm") }, []string{"Contestant e1/p-fm", "Respondent q1/fm"}},
		"questionnaire":      {func(tx *survey.Tx) error { return tx.Questionnaires.Delete("q1") }, []string{"Question q1/f1", "Catalogue q1", "Respondent q1/gn", "Approval", "Dispatch", "Mail m-fm", "Publication"}},
		"catalogue":          {func(tx *survey.Tx) error { return tx.Catalogues.Delete("q1") }, []string{"Questionnaire q1", "Version q1/fm/q01/000001", "AnswerDraft", "Quotation", "Submission q1/fm/s1"}},
		"old catalogue":      {func(tx *survey.Tx) error { return tx.Catalogues.Delete("q0") }, []string{"Questionnaire q0", "Version q0/r0/f1"}},
		"question":           {func(tx *survey.Tx) error { return tx.Questions.Delete("q1/f1") }, []string{"Revision q1/f1/000001", "Catalogue q1"}},
		"revision":           {func(tx *survey.Tx) error { return tx.Revisions.Delete("q1/f1/000002") }, []string{"Question q1/f1"}},
		"old revision":       {func(tx *survey.Tx) error { return tx.Revisions.Delete("q1/f1/000001") }, []string{"Revision q1/f1/000002"}},
		"respondent":         {func(tx *survey.Tx) error { return tx.Respondents.Delete("q1/lb") }, []string{"AccessLink a-lb", "Mail m-lb", "Submission q1/lb/s3", "Transcription q1/gn/t1", "Version q1/lb", "AnswerDraft q1/lb", "Quotation q1/lb"}},
		"their own":          {func(tx *survey.Tx) error { return tx.Respondents.Delete("q1/gn") }, []string{"Transcription q1/gn/t1", "Original q1/gn/b1"}},
		"mail":               {func(tx *survey.Tx) error { return tx.Mails.Delete("m-fm") }, []string{"AccessLink a-fm", "OutboxEntry m-fm"}},
		"a mail's text":      {func(tx *survey.Tx) error { return tx.MailTexts.Delete("m-fm") }, []string{"Mail m-fm: its MailText is missing"}},
		"the mail of a text": {func(tx *survey.Tx) error { return tx.Mails.Delete("m-fm") }, []string{"MailText m-fm: its Mail is missing"}},
		"outbox":             {func(tx *survey.Tx) error { return tx.Outbox.Delete("m-fm") }, []string{"Mail m-fm"}},
		"dispatch":           {func(tx *survey.Tx) error { return tx.Dispatches.Delete("q1/d1") }, []string{"Mail m-gn"}},
		"the step of a reminder": {func(tx *survey.Tx) error {
			return tx.Dispatches.Put(survey.Dispatch{Questionnaire: "q1", ID: "dx", Kind: survey.MailReminder, Step: "s9", Missed: []survey.RespondentID{"weg"}})
		}, []string{`Dispatch q1/dx: the planned reminder "s9" is missing`, "weg"}},
		"original":                    {func(tx *survey.Tx) error { return tx.Originals.Delete("q1/gn/b1") }, []string{"Transcription q1/gn/t1"}},
		"submission":                  {func(tx *survey.Tx) error { return tx.Submissions.Delete("q1/fm/s1") }, []string{"Version q1/fm/q01/000001", "Version q1/fm/q02/000001"}},
		"transcription":               {func(tx *survey.Tx) error { return tx.Transcriptions.Delete("q1/gn/t1") }, []string{"Version q1/gn", "Version q1/lb"}},
		"a submission's text":         {func(tx *survey.Tx) error { return tx.SubmissionTexts.Delete("q1/fm/s1") }, []string{"Submission q1/fm/s1: its SubmissionText is missing", "Version q1/fm/q01/000001"}},
		"a letter's text":             {func(tx *survey.Tx) error { return tx.LetterTexts.Delete("q1/gn/t1") }, []string{"Transcription q1/gn/t1: its LetterText is missing", "Version q1/gn"}},
		"the letter of a text":        {func(tx *survey.Tx) error { return tx.Transcriptions.Delete("q1/gn/t1") }, []string{"LetterText q1/gn/t1: its Transcription is missing"}},
		"a publication's detail":      {func(tx *survey.Tx) error { return tx.PublicationDetails.Delete("q1/000001") }, []string{"Publication q1/000001: its PublicationDetail is missing"}},
		"the publication of a detail": {func(tx *survey.Tx) error { return tx.Publications.Delete("q1/000001") }, []string{"PublicationDetail q1/000001: its Publication is missing"}},
		"version":                     {func(tx *survey.Tx) error { return tx.Versions.Delete("q1/fm/q02/000001") }, []string{"Submission q1/fm/s1", "Submission q1/fm/s2"}},
		"old version":                 {func(tx *survey.Tx) error { return tx.Versions.Delete("q1/fm/q01/000001") }, []string{"Submission q1/fm/s1", "Version q1/fm/q01/000002"}},
	} {
		found := strings.Join(tampered(t, store, testworld.CheckReferences, test.gone), "\n")
		for _, want := range test.want {
			if !strings.Contains(found, want) {
				t.Errorf("%s gone: nothing about %s in\n%s", what, want, found)
			}
		}
	}
}

func TestReferencesFindChanges(t *testing.T) {
	store := testworld.SoundStore(t)
	catalogue := func(tx *survey.Tx) survey.Table[survey.Catalogue] { return tx.Catalogues }
	questionnaire := func(tx *survey.Tx) survey.Table[survey.Questionnaire] { return tx.Questionnaires }
	for name, test := range map[string]struct {
		edit func(*survey.Tx) error
		want string
	}{
		"a text":           {change(versions, "q1/fm/q01/000001", func(v *survey.Version) { v.Text += "\u00ad" }), "not what its record says"},
		"a normal form":    {change(versions, "q1/fm/q01/000001", func(v *survey.Version) { v.Text = strings.Replace(v.Text, "Ö", "O\u0308", 1) }), "not what its record says"},
		"a status":         {change(versions, "q1/gn/q01/000001", func(v *survey.Version) { v.Status = survey.Answered }), "not what its record says"},
		"a position":       {change(versions, "q1/fm/q02/000001", func(v *survey.Version) { v.Position = survey.Disagree }), "not what its record says"},
		"a reason":         {change(versions, "q1/fm/q01/000002", func(v *survey.Version) { v.Reason = "" }), "not what its record says"},
		"an instant":       {change(versions, "q1/fm/q01/000001", func(v *survey.Version) { v.CountsAt = v.CountsAt.Add(1) }), "not what its record says: CountsAt"},
		"a licence":        {change(versions, "q1/fm/q01/000001", func(v *survey.Version) { v.Licence = "MIT" }), "not what its record says: Licence"},
		"late":             {change(versions, "q1/gn/q01/000001", func(v *survey.Version) { v.Late = true }), "not what its record says: Late"},
		"a time":           {change(versions, "q1/fm/q01/000001", func(v *survey.Version) { v.ReceivedAt = "2026-05-03T13:00:00+02:00" }), "not what its record says: ReceivedAt"},
		"a note":           {change(versions, "q1/gn/q01/000001", func(v *survey.Version) { v.ChangeNote = "neu" }), "not what its record says: ChangeNote"},
		"joint":            {change(versions, "q1/gn/q01/000001", func(v *survey.Version) { v.Joint = nil }), "not what its record says: Joint"},
		"a source":         {change(versions, "q1/lb/q01/000001", func(v *survey.Version) { v.Source = "E-Mail" }), "not what its record says: Source"},
		"a typist":         {change(versions, "q1/lb/q01/000001", func(v *survey.Version) { v.EnteredBy = "u2" }), "not what its record says: EnteredBy"},
		"a checker":        {change(versions, "q1/lb/q01/000001", func(v *survey.Version) { v.ConfirmedBy = "" }), "not what its record says: ConfirmedBy"},
		"another record":   {change(versions, "q1/fm/q01/000002", func(v *survey.Version) { v.Record = "q1/fm/s1" }), "not what its record says"},
		"no record":        {change(versions, "q1/fm/q01/000002", func(v *survey.Version) { v.Record = "" }), "its submission"},
		"a foreign record": {change(versions, "q1/lb/q01/000001", func(v *survey.Version) { v.Provenance, v.Record = survey.ByForm, "q1/fm/s1" }), "another respondent's"},
		"not its letter":   {change(transcriptions, "q1/gn/t1", func(l *survey.Transcription) { l.Joint = nil }), "another respondent's"},
		"not submitted":    {change(versions, "q1/lb/q01/000001", func(v *survey.Version) { v.Provenance, v.Record = survey.ByForm, "q1/lb/s3" }), "its submission is requested"},
		"not checked":      {change(transcriptions, "q1/gn/t1", func(l *survey.Transcription) { l.State = survey.TranscriptionWaiting }), "its transcription is waiting"},
		"called an import": {change(versions, "q1/fm/q01/000001", func(v *survey.Version) { v.Provenance = survey.ByImport }), "not imported"},
		"import, recorded": {change(versions, "q0/r0/f1/000003", func(v *survey.Version) { v.Record = "q1/fm/s1" }), "names a record"},
		"unsaid":           {change(letterTexts, "q1/gn/t1", func(l *survey.LetterText) { l.Entries = nil }), "says nothing"},
		"another number":   {change(submissionTexts, "q1/fm/s1", func(s *survey.SubmissionText) { s.Entries[0].Version = 2 }), "its record says version 2"},
		"another question": {change(submissionTexts, "q1/fm/s1", func(s *survey.SubmissionText) { s.Entries[0].Number = 7 }), "number 7"},
		"a sent question":  {change(catalogue, "q1", func(c *survey.Catalogue) { c.Questions[0].Text += "?" }), "hash they were locked with"},
		"number twice":     {change(catalogue, "q1", func(c *survey.Catalogue) { c.Questions[1].Number = 1 }), "twice"},
		"its topic":        {change(catalogue, "q1", func(c *survey.Catalogue) { c.Topics = nil }), `topic "t1"`},
		"its organisation": {change(catalogue, "q1", func(c *survey.Catalogue) { c.Organisations = nil }), `organisation "o1"`},
		"its group":        {change(catalogue, "q1", func(c *survey.Catalogue) { c.WorkingGroups = nil }), `working group "g1"`},
		"a topic":          {change(questionnaire, "q1", func(q *survey.Questionnaire) { q.Topics = nil }), `Question q1/f1: its topic "t1"`},
		"a slug twice":     {change(questionnaire, "q0", func(q *survey.Questionnaire) { q.Slug = "nordmark-2026" }), "has the slug"},
		"a public slug":    {change(publications, "q1/000001", func(p *survey.Publication) { p.Slug = "nordmark" }), "has the slug"},
		"a quotation":      {change(quotations, "q1/lb/q02", func(q *survey.Quotation) { q.Place = "S. 12" }), "Quotation q1/lb/q02: is not what publication 1 showed"},
		"a version twice": {func(tx *survey.Tx) error {
			return tx.Publications.Put(survey.Publication{Questionnaire: "q1", Slug: "nordmark-2026", Version: 3})
		}, "version 2 is missing"},
		"left out": {change(func(tx *survey.Tx) survey.Table[survey.Respondent] { return tx.Respondents }, "q1/fm", func(r *survey.Respondent) { r.LeftOut["q99"] = "zu lang" }), `"q99" left out`},
	} {
		found := strings.Join(tampered(t, store, testworld.CheckReferences, test.edit), "\n")
		if !strings.Contains(found, test.want) {
			t.Errorf("%s: no %q in %q", name, test.want, found)
		}
	}
	edited := change(quotations, "q1/lb/q02", func(q *survey.Quotation) { q.Place, q.At = "S. 12", testworld.Someday.Add(time.Hour) })
	if found := tampered(t, store, testworld.CheckReferences, edited); len(found) > 0 {
		t.Errorf("a quotation may be changed after a publication: %q", found)
	}
}
