package office_test

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/answer"
	"pruefstein/internal/draft"
	"pruefstein/internal/ledger"
	"pruefstein/internal/memory"
	"pruefstein/internal/office"
	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/testworld"
	"pruefstein/internal/transcribe"
)

var update = flag.Bool("update", false, "rewrite the table of rows in docs/performance.md")

var rowsDay = time.Date(2027, time.January, 11, 9, 0, 0, 0, time.UTC)

// size is how much an installation holds. The questionnaire that is looked at is q, asked, answered and mailed to its respondents.
type size struct {
	name                   string
	others                 int // further questionnaires, of 8 respondents and 15 questions, past their deadline; one respondent of each has answered. One of ten is being drafted
	respondents, questions int // of q
	mails                  int // that wait, of the others
	publications           int // of q
	answer                 int // characters of each answer to q
}

var sizes = []size{
	{"10 of 8 x 15", 9, 8, 15, 0, 1, 3},
	{"100 of 8 x 15", 99, 8, 15, 0, 1, 3},
	{"1,000 of 8 x 15", 999, 8, 15, 0, 1, 3},
	{"10, one of 60 x 200", 9, 60, 200, 0, 1, 3},
	{"the same, 20 publications", 9, 60, 200, 0, 20, 3},
	{"the same, 10,000 mails wait", 9, 60, 200, 10_000, 20, 3},
	{"the same, answers of 500 characters", 9, 60, 200, 10_000, 20, 500},
}

// use is a page or a use case whose rows are counted.
type use struct {
	name string
	// grows: it lists all questionnaires, so it may read a row for each. With nothing else may its rows grow.
	grows bool
	// large: it shows or sends what a letter or a mail says, or what a publication showed. Nothing else reads that.
	large bool
	// words: it reads what a party answered. What is neither this nor large reads no more where answers are long.
	words bool
	run   func(t *testing.T, o *office.Office) error
}

var (
	rowsCoordinator = survey.Actor{User: survey.User{ID: "u1", Name: "Ada", PasswordHash: "x", Coordinator: true, Administrator: true}}
	rowsParty       = survey.Actor{Questionnaire: "q", Respondent: "q-r001", Link: "q-r001"}
)

// rowsByLetter is the respondent of q that answers by letter alone.
const rowsByLetter = "q-r008"

// draftedID is the id of a question while it is drafted.
func draftedID(n int) survey.QuestionID {
	return survey.QuestionID(fmt.Sprintf("00000000-0000-7000-8000-%012d", n))
}

func anyMail(send.QueuedMail) bool { return true }

var uses = []use{
	{"who signed in, and the questionnaire of the address", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Alliance.StaffActor(t.Context(), rowsCoordinator.User.SessionValue())
		_, errSlug := o.Alliance.QuestionnaireBySlug(t.Context(), rowsCoordinator, "q")
		return errors.Join(err, errSlug)
	}},
	{"status board of a dispatch", false, false, false, func(t *testing.T, o *office.Office) error {
		b, err := o.Send.Board(t.Context(), rowsCoordinator, "q")
		if err == nil && (len(b.Rows) < 8 || b.Rows[0].State != survey.StageReturned || b.Rows[0].Mail == nil || b.Rows[0].LinkUsed.IsZero()) {
			err = fmt.Errorf("%+v", b.Rows)
		}
		return err
	}},
	{"file of a respondent", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Send.RespondentFile(t.Context(), rowsCoordinator, "q", "q-r001")
		return err
	}},
	{"outbox of a dispatch", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Send.OutboxPage(t.Context(), rowsCoordinator, "q", "", "")
		return err
	}},
	{"outbox of the dispatch whose mails wait", false, false, false, func(t *testing.T, o *office.Office) error {
		page, err := o.Send.OutboxPage(t.Context(), rowsCoordinator, "o0000", "", "")
		if err == nil && len(page.Rows) != min(page.Total, send.OutboxPageSize) {
			err = fmt.Errorf("%d of %d", len(page.Rows), page.Total)
		}
		return err
	}},
	{"mail worker: the next mail", false, true, false, func(t *testing.T, o *office.Office) error {
		_, _, err := o.Send.LookAhead(t.Context(), survey.Urgencies, anyMail)
		_, _, errNext := o.Send.NextMail(t.Context(), survey.Urgencies, anyMail)
		return errors.Join(err, errNext)
	}},
	{"board of what came in", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Transcribe.Board(t.Context(), rowsCoordinator, "q")
		return err
	}},
	{"sheet of a respondent, with its letters", false, true, false, func(t *testing.T, o *office.Office) error {
		sheet, err := o.Transcribe.Sheet(t.Context(), rowsCoordinator, "q", "q-r001")
		if err == nil && (len(sheet.Letters) != 1 || len(sheet.Letters[0].Entries) < 15) {
			err = fmt.Errorf("%+v", sheet.Letters)
		}
		return err
	}},
	{"answer form of a party", false, false, true, func(t *testing.T, o *office.Office) error {
		_, err := o.Answer.Sheet(t.Context(), rowsParty)
		return err
	}},
	{"what a party has submitted last", false, true, true, func(t *testing.T, o *office.Office) error {
		c, err := o.Answer.Confirmation(t.Context(), rowsParty, "")
		if err == nil && len(c.Entries) < 15 {
			err = fmt.Errorf("%+v", c.Entries)
		}
		return err
	}},
	{"page for the code of a party", false, false, true, func(t *testing.T, o *office.Office) error {
		_, err := o.Answer.Code(t.Context(), rowsParty, "")
		return err
	}},
	{"comparison, as it would be published", false, true, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Compare.Comparison(t.Context(), rowsCoordinator, "q")
		return err
	}},
	{"list of publications", true, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Compare.List(t.Context(), rowsCoordinator)
		return err
	}},
	{"what is served", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Compare.PublicationRecords(t.Context())
		return err
	}},
	{"audit, the newest 200", false, false, false, func(t *testing.T, o *office.Office) error {
		_, _, err := o.Alliance.AuditLog(t.Context(), rowsCoordinator, 200)
		return err
	}},
	{"list of dispatches", true, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Send.List(t.Context(), rowsCoordinator)
		return err
	}},
	{"list of what came in", true, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Transcribe.List(t.Context(), rowsCoordinator)
		return err
	}},
	{"page of a publication", false, true, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Compare.PublicationPage(t.Context(), rowsCoordinator, "q")
		return err
	}},
	{"page of a dispatch", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Send.DispatchPlan(t.Context(), rowsCoordinator, "d")
		return err
	}},
	{"page of a reminder", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Send.ReminderPlan(t.Context(), rowsCoordinator, "q")
		return err
	}},
	{"list of elections", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Alliance.Elections(t.Context(), rowsCoordinator)
		return err
	}},
	{"page of an election", false, false, false, func(t *testing.T, o *office.Office) error {
		_, _, err := o.Alliance.ElectionParties(t.Context(), rowsCoordinator, "e")
		_, errFixed := o.Alliance.ElectionFixed(t.Context(), rowsCoordinator, "e")
		return errors.Join(err, errFixed)
	}},
	{"list of the workshop", true, false, false, func(t *testing.T, o *office.Office) error {
		list, err := o.Draft.List(t.Context(), rowsCoordinator)
		if err == nil && !slices.ContainsFunc(list, func(s draft.Summary) bool { return s.Phase == survey.PhaseDraft && s.Progress.Agreed >= 15 }) {
			err = fmt.Errorf("%+v", list)
		}
		return err
	}},
	{"board of the workshop", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Draft.Board(t.Context(), rowsCoordinator, "d", draft.Filter{})
		return err
	}},
	{"page of a drafted question", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Draft.QuestionPage(t.Context(), rowsCoordinator, "d", draftedID(1))
		return err
	}},
	{"catalogue, as it would be locked", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Draft.CataloguePage(t.Context(), rowsCoordinator, "d")
		return err
	}},
	{"overview", true, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Alliance.Overview(t.Context(), rowsCoordinator)
		return err
	}},
	{"saving a questionnaire", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Draft.SaveQuestionnaire(t.Context(), rowsCoordinator, "d", draft.SaveQuestionnaire{Title: "Entwurf", Slug: "d", Election: "e", Order: survey.OrderBallot, Licence: "CC-BY-4.0"})
		return err
	}},
	{"saving a drafted question", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Draft.SaveQuestion(t.Context(), rowsCoordinator, "d", draftedID(1), draft.SaveQuestion{Revision: 1, Wording: survey.Wording{Kind: survey.KindText, Text: "Wie genau?"}})
		return err
	}},
	{"saving one answer of a party", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Answer.Save(t.Context(), rowsParty, answer.Save{Number: 1, Entry: survey.Entry{Status: survey.Answered, Text: "Anders."}, Brief: true})
		return err
	}},
	{"saving a letter", false, false, false, func(t *testing.T, o *office.Office) error {
		_, err := o.Transcribe.Save(t.Context(), rowsCoordinator, transcribe.Ref{Questionnaire: "q", Respondent: rowsByLetter, ID: survey.NewID()},
			transcribe.Save{Kind: survey.LetterPaper, ReceivedOn: "2027-01-10", Without: "nur gehört", Entries: []survey.SubmissionEntry{{Number: 1, Entry: survey.Entry{Status: survey.Answered, Text: "So."}}}})
		return err
	}},
}

// fill writes an installation past the use cases.
func fill(t *testing.T, s *memory.Store, z size) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	sent := rowsDay.Add(-10 * 24 * time.Hour)
	ahead := survey.Instant{At: rowsDay.Add(24 * time.Hour), Zone: survey.DefaultZone, Local: "2027-01-12T10:00"}
	over := survey.Instant{At: rowsDay.Add(-30 * time.Minute), Zone: survey.DefaultZone, Local: "2027-01-11T09:30"}
	election := func(q survey.QuestionnaireID) survey.ElectionID {
		if q == "q" || q == "d" {
			return "e"
		}
		return "o"
	}
	drafted := func(tx *survey.Tx, q survey.QuestionnaireID, respondents, questions int) {
		must(tx.Questionnaires.Put(survey.Questionnaire{ID: q, Slug: survey.Slug(q), Title: "Entwurf " + string(q), Election: election(q), Deadline: ahead, CreatedAt: sent}))
		for n := range respondents {
			id := fmt.Sprintf("%s-r%03d", q, n+1)
			must(tx.Respondents.Put(survey.Respondent{Questionnaire: q, ID: survey.RespondentID(id), Slug: survey.Slug(id), ShortName: id, Name: id, Sequence: n + 1, Email: "post@partei.example",
				Procedure: survey.Procedure{Channel: survey.ChannelForm}}))
		}
		for n := range questions {
			question := survey.Question{Questionnaire: q, ID: draftedID(n + 1), State: survey.StateAgreed, Revision: 1, Wording: survey.Wording{Kind: survey.KindText, Text: "Wie halten Sie es damit?"}}
			must(errors.Join(tx.Questions.Put(question), tx.Revisions.Put(survey.Revision{Questionnaire: q, Question: question.ID, Number: 1, State: question.State, Wording: question.Wording, At: sent, By: "u1"})))
		}
	}
	questionnaire := func(tx *survey.Tx, q survey.QuestionnaireID, respondents, questions int, deadline survey.Instant) {
		drafted(tx, q, 0, questions)
		catalogue := survey.Catalogue{Questionnaire: q}
		for n := range questions {
			catalogue.Questions = append(catalogue.Questions, survey.CatalogueQuestion{ID: survey.QuestionID(fmt.Sprintf("q%03d", n+1)), Number: n + 1, Kind: survey.KindText, Text: "Wie halten Sie es damit?"})
		}
		must(errors.Join(tx.Catalogues.Put(catalogue), tx.Questionnaires.Put(survey.Questionnaire{ID: q, Slug: survey.Slug(q), Title: "Wahlprüfsteine " + string(q), Election: election(q),
			Deadline: deadline, LockedAt: sent, DispatchedAt: sent, CreatedAt: sent}),
			tx.Dispatches.Put(survey.Dispatch{Questionnaire: q, ID: "d", Kind: survey.MailInvitation, At: sent, By: "u1"})))
		for i := range respondents {
			r := survey.Respondent{Questionnaire: q, ID: survey.RespondentID(fmt.Sprintf("%s-r%03d", q, i+1)), Sequence: i + 1, AskedAt: sent, Email: "post@partei.example",
				Procedure: survey.Procedure{Channel: survey.ChannelForm}}
			r.Slug, r.ShortName, r.Name = survey.Slug(r.ID), string(r.ID), string(r.ID)
			sub := survey.WrittenSubmission{Submission: survey.Submission{Questionnaire: q, Respondent: r.ID, ID: string(r.ID) + "-s", State: survey.SubmissionConfirmed, RequestedAt: rowsDay.Add(-time.Hour)}}
			must(errors.Join(tx.Respondents.Put(r), tx.AccessLinks.Put(survey.AccessLink{Hash: string(r.ID), Questionnaire: q, Respondent: r.ID, Mail: string(r.ID), UsedAt: rowsDay}),
				survey.PutMail(tx, survey.WrittenMail{Mail: survey.Mail{ID: string(r.ID), Questionnaire: q, Respondent: r.ID, Kind: survey.MailInvitation, Dispatch: "d", State: survey.MailSent, SentAt: sent}}),
				tx.Audit.Put(survey.AuditEntry{ID: string(r.ID), At: rowsDay, Who: "party:" + string(r.ID), What: "submission_confirmed", Subject: sub.ID})))
			text := "So."
			if q == "q" {
				text = strings.Repeat("S", z.answer)
			}
			for _, c := range catalogue.Questions {
				if q != "q" && i > 0 {
					break // of the others it is enough that there are some
				}
				sub.Entries = append(sub.Entries, survey.SubmissionEntry{Question: c.ID, Number: c.Number, Entry: survey.Entry{Status: survey.Answered, Text: text}, Version: 1})
				if r.ID != rowsByLetter {
					must(tx.Versions.Put(sub.Version(deadline, sub.Entries[c.Number-1], 1)))
				}
			}
			if r.ID != rowsByLetter {
				words, err := json.Marshal(sub.Entries)
				sub.Receipt.Record = words
				must(errors.Join(err, survey.PutSubmission(tx, sub)))
				if q == "q" {
					must(survey.PutMail(tx, survey.WrittenMail{Mail: survey.Mail{ID: sub.ID, Questionnaire: q, Respondent: r.ID, Kind: survey.MailReceipt, State: survey.MailSent, SentAt: sent},
						MailText: survey.MailText{Body: string(words), Attachment: &survey.MailFile{Name: "quittung.json", Type: "application/json", Data: words}}}))
				}
			}
			if q == "q" {
				must(survey.PutLetter(tx, survey.Letter{LetterText: survey.LetterText{Entries: sub.Entries}, Transcription: survey.Transcription{Questionnaire: q, Respondent: r.ID, ID: string(r.ID) + "-t",
					State: survey.TranscriptionEffective, Kind: survey.LetterPaper, ReceivedOn: "2027-01-08", EnteredBy: "u1", EnteredAt: rowsDay}}))
			}
		}
	}
	must(s.Update(t.Context(), func(tx *survey.Tx) error {
		must(errors.Join(tx.Alliances.Put(survey.Alliance{Name: "Bündnis Nordmark"}), tx.Users.Put(rowsCoordinator.User), tx.Elections.Put(survey.Election{ID: "e", Name: "Landtagswahl"}), tx.Elections.Put(survey.Election{ID: "o", Name: "Kommunalwahl"})))
		for n := range z.others {
			if id := survey.QuestionnaireID(fmt.Sprintf("o%04d", n)); n%10 == 5 {
				drafted(tx, id, 8, 15)
			} else {
				questionnaire(tx, id, 8, 15, over)
			}
		}
		questionnaire(tx, "q", z.respondents, z.questions, ahead)
		drafted(tx, "d", z.respondents, z.questions)
		var detail survey.PublicationDetail
		for i := range z.respondents * z.questions {
			detail.Digests = append(detail.Digests, survey.CellDigest{Respondent: survey.Slug(fmt.Sprintf("q-r%03d", i/z.questions+1)), Question: i%z.questions + 1, Status: survey.Answered, Version: 1,
				Digest: strings.Repeat("0", 64), Details: strings.Repeat("0", 64)})
		}
		for n := range z.publications {
			must(survey.PutPublication(tx, survey.Publication{Questionnaire: "q", Slug: "q", Version: n + 1, At: rowsDay, By: "u1", Before: "x"}, detail))
		}
		for n := range z.mails {
			id := fmt.Sprintf("w%05d", n)
			must(errors.Join(survey.PutMail(tx, survey.WrittenMail{Mail: survey.Mail{ID: id, Questionnaire: "o0000", Respondent: "o0000-r001", Kind: survey.MailExtension, To: "post@partei.example", State: survey.MailQueued}}),
				tx.Outbox.Put(survey.OutboxEntry{Mail: id, Urgency: survey.Unhurried, DueAt: rowsDay.Add(-time.Hour), Since: rowsDay.Add(-time.Hour)})))
		}
		for n := range 200 { // newer than all others
			must(tx.Audit.Put(survey.AuditEntry{ID: fmt.Sprintf("z%05d", n), At: rowsDay, Who: "u1", What: "export", Subject: "q"}))
		}
		return nil
	}))
}

// What a page reads does not grow with what it does not show: other questionnaires, mails of others. The table of the rows is
// printed into docs/performance.md.
func TestRowsRead(t *testing.T) {
	sealer, err := survey.NewSealer(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	counts, bytesRead := make([][]int, len(uses)), make([][]int, len(uses))
	for _, z := range sizes {
		store := memory.New()
		fill(t, store, z)
		read, size := map[string]int{}, 0
		store.Read = func(table string, bytes int) { read[table], size = read[table]+1, size+bytes }
		key, err := ledger.NewKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		o := office.New(&survey.Kernel{Store: store, Clock: testkit.NewClock(rowsDay), Sealer: sealer, Ledger: key, BaseURL: "https://fragen.example", Addresses: testworld.Addresses, MailReady: true, Compose: testworld.Compose})
		for i, u := range uses {
			clear(read)
			size = 0
			if err := u.run(t, o); err != nil {
				t.Fatalf("%s, %s: %v", z.name, u.name, err)
			}
			sum := 0
			for _, n := range read {
				sum += n
			}
			counts[i], bytesRead[i] = append(counts[i], sum), append(bytesRead[i], (size+500)/1000)
			if large := read["submission_texts"] + read["letter_texts"] + read["mail_texts"] + read["publication_details"]; large > 0 && !u.large {
				t.Errorf("%s, %s: it reads what it does not show: %v", z.name, u.name, read)
			}
			if testing.Verbose() {
				most := slices.SortedFunc(maps.Keys(read), func(a, b string) int { return cmp.Compare(read[b], read[a]) })
				for _, table := range most[:min(4, len(most))] {
					t.Logf("%s, %s: %d %s", z.name, u.name, read[table], table)
				}
			}
		}
	}
	var table bytes.Buffer
	fmt.Fprint(&table, "| page or use case |")
	for _, z := range sizes {
		fmt.Fprintf(&table, " %s |", z.name)
	}
	fmt.Fprint(&table, " kB, answers of 3 | kB, of 500 |")
	fmt.Fprintf(&table, "\n|---|%s\n", strings.Repeat("--:|", len(sizes)+2))
	for i, u := range uses {
		c := counts[i]
		fmt.Fprintf(&table, "| %s |", u.name)
		for _, n := range c {
			fmt.Fprintf(&table, " %d |", n)
		}
		short, long := bytesRead[i][5], bytesRead[i][6]
		fmt.Fprintf(&table, " %d | %d |\n", short, long)
		if long > short+1 && !u.large && !u.words {
			t.Errorf("%s: it reads answers that it does not show: %d kB, and %d kB where they are long", u.name, short, long)
		}
		each := 0
		if u.grows {
			each = 1
		}
		for n := range 2 {
			if most := each * (sizes[n+1].others - sizes[n].others); c[n+1]-c[n] > most {
				t.Errorf("%s: its rows grow with other questionnaires, or by more than one each: %v", u.name, c[:3])
			}
		}
		// Where there is a mail the worker has something to read, no more than that one and whoever it goes to, and the outbox shows a page of them.
		most := map[string]int{"mail worker: the next mail": 15, "outbox of the dispatch whose mails wait": 3*send.OutboxPageSize + 10}
		if c[5] != c[4] && c[5] > most[u.name] {
			t.Errorf("%s: its rows grow with mails of others: %v", u.name, c[4:])
		}
	}
	printed(t, "../../docs/performance.md", "<!-- rows: go test ./internal/office -run RowsRead -update -->\n", "<!-- end of rows -->", table.String())
}

// printed compares what stands in a file between two marks, or writes it there.
func printed(t *testing.T, name, from, to, want string) {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, begins := strings.Cut(string(raw), from)
	got, tail, ends := strings.Cut(rest, to)
	if !begins || !ends {
		t.Fatalf("%s has no place for the table", name)
	}
	if *update {
		if err := os.WriteFile(name, []byte(head+from+want+to+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if got != want {
		t.Errorf("%s has another table; look at the difference and run with -update:\n%s", name, want)
	}
}
