package transcribe_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func TestTranscriptionOfAWholeLetter(t *testing.T) {
	for _, whole := range []survey.Entry{
		{Status: survey.General, Text: "Wir sind für ein modernes Land."},
		{Status: survey.Declined, Reason: "Keine Zeit."},
		{Status: survey.Declined},
		{Status: survey.Refers},
	} {
		w := testworld.NewLetters(t)
		cmd := w.Letter(testworld.LetterLine(3, testworld.Saying("Nur hierzu.")))
		cmd.Whole = whole
		w.Effective(t, cmd)
		for id, want := range map[string]survey.Entry{"q01": whole, "q02": whole, "q03": testworld.Saying("Nur hierzu.")} {
			if v := w.Versions(t, "r1", id); len(v) != 1 || v[0].Entry() != want {
				t.Errorf("%s: %+v, want %+v", id, v, want)
			}
		}
		w.Sound(t)
	}
}

func TestJointTranscription(t *testing.T) {
	w := testworld.NewLetters(t)
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Gemeinsam.")), testworld.LetterLine(2, survey.Entry{Position: survey.Agree}))
	cmd.Joint = []survey.Slug{"moin", "moin"}
	letter := w.Effective(t, cmd)
	frei, moin := w.Versions(t, "r1", "q01"), w.Versions(t, "r2", "q01")
	if len(frei) != 1 || len(moin) != 1 || frei[0].Entry() != moin[0].Entry() || frei[0].Record != letter.Key() || moin[0].Record != letter.Key() ||
		strings.Join(frei[0].Joint, " ") != "moin" || strings.Join(moin[0].Joint, " ") != "frei" {
		t.Errorf("%+v\n%+v", frei, moin)
	}
	if v := w.Versions(t, "r2", "q02"); len(v) != 0 {
		t.Errorf("answers a question it was not asked: %+v", v)
	}
	for _, wrong := range []survey.Slug{"frei", "nobody"} {
		cmd := w.Letter(testworld.LetterLine(3, testworld.Saying("x")))
		cmd.Joint = []survey.Slug{wrong}
		if _, err := w.Transcribe.Save(t.Context(), w.Anna, cmd.Ref, cmd.Save); testworld.KeyOf(err) != "joint error.choice" {
			t.Errorf("with %s: %v", wrong, err)
		}
	}
	w.Sound(t)
}

// A joint letter that speaks as a whole says it to every question any of its speakers was asked, and passes over what one
// of them has submitted itself.
func TestJointWholeLetter(t *testing.T) {
	w := testworld.NewLetters(t)
	w.Save(t, w.Frei, 3, testworld.Saying("selbst geschrieben"))
	w.Submit(t, w.Frei)
	cmd := w.Letter() // of moin, which was not asked the second question
	cmd.Respondent, cmd.Joint = "moin", []survey.Slug{"frei"}
	cmd.Whole = survey.Entry{Status: survey.Declined, Reason: "Wir beantworten keine Prüfsteine."}
	letter := w.Effective(t, cmd)
	for cell, want := range map[string]survey.Provenance{"r2/q01": survey.Transcribed, "r2/q02": "", "r2/q03": survey.Transcribed,
		"r1/q01": survey.Transcribed, "r1/q02": survey.Transcribed, "r1/q03": survey.ByForm} {
		respondent, question, _ := strings.Cut(cell, "/")
		var got survey.Provenance
		if v := w.Versions(t, respondent, question); len(v) > 0 {
			got = v[len(v)-1].Provenance
		}
		if got != want {
			t.Errorf("%s: %q, want %q", cell, got, want)
		}
	}
	if len(letter.Entries) != 3 || letter.Entries[1].Version != 0 {
		t.Errorf("%+v", letter.Entries)
	}
	w.Sound(t)
}

// What a letter replaced before the deadline stays private, whenever it was typed.
func TestReplacedLetterStaysPrivate(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(first, second *testworld.Letter)
		want   []string
	}{
		{"both in time", func(_, second *testworld.Letter) { second.ReceivedOn = "2026-11-25" }, []string{"Zweite."}},
		{"the second on the last day", func(_, second *testworld.Letter) { second.ReceivedOn = "2026-11-30" }, []string{"Zweite."}},
		{"the second an hour too late", func(_, second *testworld.Letter) {
			second.ReceivedOn, second.ReceivedTime = "2026-11-30", "19:00"
		}, []string{"Erste.", "Zweite."}},
		{"both too late", func(first, second *testworld.Letter) {
			first.ReceivedOn, second.ReceivedOn = "2026-12-01", "2026-12-02"
		}, []string{"Erste.", "Zweite."}},
	} {
		w := testworld.NewLetters(t)
		w.Clock.Set(w.Due.Add(48 * time.Hour))
		first, second := w.Letter(testworld.LetterLine(1, testworld.Saying("Erste."))), w.Letter(testworld.LetterLine(1, testworld.Saying("Zweite.")))
		second.ChangeNote = "neuer Brief der Partei"
		test.change(&first, &second)
		w.Effective(t, first)
		waiting := w.HandOver(t, w.Anna, second)
		public := func() (texts []string) {
			w.View(t, func(tx *survey.Tx) error {
				c, err := testworld.Comparison(tx, "q1", w.Clock.Now())
				if err != nil {
					return err
				}
				for _, v := range c.Respondents[0].Cells[0].History {
					texts = append(texts, v.Text)
				}
				return nil
			})
			return texts
		}
		if got := public(); !slices.Equal(got, []string{"Erste."}) {
			t.Errorf("%s, not checked yet: %q", test.name, got)
		}
		if _, err := w.Transcribe.Confirm(t.Context(), w.Ben, second.Ref, waiting.Revision); err != nil {
			t.Fatal(err)
		}
		if got := public(); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q", test.name, got)
		}
		w.Sound(t)
	}
}

// An extension changes neither what a letter was nor what check finds.
func TestLetterBeforeAnExtension(t *testing.T) {
	w := testworld.NewLetters(t)
	w.Clock.Set(w.Due.Add(48 * time.Hour))
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
	cmd.ReceivedOn, cmd.ReceivedTime = "2026-12-01", "10:00"
	w.Effective(t, cmd)
	w.Write(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q1")
		extended, _ := survey.ParseInstant("2026-12-10T18:00", "Europe/Lisbon", "")
		q.Extended = []survey.DateChange{{From: q.Deadline, To: extended, Reason: "Feiertage", By: "anna"}}
		q.Deadline = extended
		r, rerr := tx.Respondents.Get("q1/r1")
		r.Due, _ = survey.ParseInstant("2026-12-24T12:00", survey.DefaultZone, "")
		r.DueChanges = []survey.DateChange{{To: r.Due, Reason: "ihr Verfahren", By: "anna"}}
		return errors.Join(err, rerr, tx.Questionnaires.Put(q), tx.Respondents.Put(r))
	})
	if v := w.Versions(t, "r1", "q01"); !v[0].Late {
		t.Error("no longer late")
	}
	w.Sound(t)
}

func TestTranscriptionLate(t *testing.T) {
	for _, test := range []struct {
		due, day, hour string
		want           bool
	}{
		{"2026-11-30T18:00", "2026-11-29", "", false},
		{"2026-11-30T18:00", "2026-11-30", "", false}, // nobody knows that it came after six
		{"2026-11-30T18:00", "2026-11-30", "17:59", false},
		{"2026-11-30T18:00", "2026-11-30", "18:00", true},
		{"2026-11-30T23:59", "2026-11-30", "", false},
		{"2026-12-01T00:00", "2026-11-30", "", false},
		{"2026-12-01T00:00", "2026-12-01", "", false},
		{"2026-11-30T18:00", "2026-12-01", "", true},
		{"2026-10-25T23:59", "2026-10-25", "", false}, // a day of 25 hours
		{"2026-10-25T22:59", "2026-10-25", "", false},
		{"2026-10-25T23:59", "2026-10-26", "", true},
		{"2026-10-25T02:30", "2026-10-25", "02:30", true}, // the first of two; the deadline is the first as well
		{"2026-10-26T00:00", "2026-10-25", "", false},
		{"2026-03-29T23:59", "2026-03-29", "", false}, // a day of 23 hours
		{"2026-03-30T00:00", "2026-03-29", "", false},
		{"2026-03-28T23:59", "2026-03-29", "", true},
	} {
		due, key := survey.ParseInstant(test.due, survey.DefaultZone, "first")
		if key != "" {
			t.Fatal(key)
		}
		letter := survey.Transcription{ReceivedOn: test.day, ReceivedTime: test.hour}
		if got := letter.Late(survey.Questionnaire{Deadline: due}, due); got != test.want {
			t.Errorf("%s %q for %s: late %v", test.day, test.hour, test.due, got)
		}
	}

	w := testworld.NewLetters(t)
	w.Clock.Set(w.Due.Add(48 * time.Hour))
	w.Write(t, func(tx *survey.Tx) error {
		r, err := tx.Respondents.Get("q1/r2")
		r.Due, _ = survey.ParseInstant("2026-12-24T12:00", survey.DefaultZone, "")
		return errors.Join(err, tx.Respondents.Put(r))
	})
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Verzeihung.")))
	cmd.ReceivedOn, cmd.ReceivedTime, cmd.Joint = "2026-12-01", "09:30", []survey.Slug{"moin"}
	w.Effective(t, cmd)
	v := w.Versions(t, "r1", "q01")
	if !v[0].Late || v[0].ReceivedAt != "2026-12-01T09:30:00+01:00" {
		t.Errorf("%+v", v[0])
	}
	if v := w.Versions(t, "r2", "q01"); v[0].Late {
		t.Error("late against another's date")
	}
}

func TestTranscriptionFaults(t *testing.T) {
	long := strings.Repeat("ä", survey.MaxTextUnits+1)
	for _, test := range []struct {
		name   string
		change func(*testworld.Letter)
		want   string
	}{
		{"complete", func(*testworld.Letter) {}, ""},
		{"longer than a submission may be, with a reason", func(c *testworld.Letter) { c.Entries[0].Text, c.OverReason = long[:2000], "kam so" }, ""},
		{"longer than any text", func(c *testworld.Letter) { c.Entries[0].Text = long }, "text-1 error.text.too_long"},
		{"control character", func(c *testworld.Letter) { c.Entries[0].Text = "a\x00" }, "text-1 error.text.unseen"},
		{"a status no letter has", func(c *testworld.Letter) { c.Entries[0].Status = survey.NotReached }, "status-1 error.choice"},
		{"position on a question", func(c *testworld.Letter) { c.Entries[0].Position = survey.Agree }, "position-1 error.choice"},
		{"position of who refers to something else", func(c *testworld.Letter) {
			c.Entries[0] = testworld.LetterLine(2, survey.Entry{Status: survey.Refers, Position: survey.Agree})
		}, "position-2 transcribe.error.position"},
		{"no question", func(c *testworld.Letter) { c.Entries[0].Number = 9 }, "error.not_found"},
		{"an id spelt otherwise", func(c *testworld.Letter) { c.ID = "urn:uuid:" + c.ID }, " error.form"},
		{"no id", func(c *testworld.Letter) { c.ID = "../x" }, " error.form"},
		{"no kind", func(c *testworld.Letter) { c.Kind = "" }, "kind transcribe.error.kind"},
		{"a kind there is not", func(c *testworld.Letter) { c.Kind = "pigeon" }, "kind error.choice"},
		{"no day", func(c *testworld.Letter) { c.ReceivedOn = "" }, "received_on transcribe.error.received_on"},
		{"no such day", func(c *testworld.Letter) { c.ReceivedOn = "2026-02-30" }, "received_on error.date"},
		{"a day of another century", func(c *testworld.Letter) { c.LetterDate = "0026-02-20" }, "letter_date error.time.year"},
		{"tomorrow", func(c *testworld.Letter) { c.ReceivedOn = "2026-11-24" }, "received_on transcribe.error.future"},
		{"later today", func(c *testworld.Letter) { c.ReceivedTime = "23:00" }, "received_time transcribe.error.future"},
		{"no such hour", func(c *testworld.Letter) { c.ReceivedTime = "25:00" }, "received_time transcribe.error.time"},
		{"skipped hour", func(c *testworld.Letter) { c.ReceivedOn, c.ReceivedTime = "2026-03-29", "02:30" }, "received_time error.time.missing"},
		{"written after it came", func(c *testworld.Letter) { c.LetterDate = "2026-11-24" }, "letter_date transcribe.error.letter_after"},
		{"longer than our form takes", func(c *testworld.Letter) { c.Entries[0].Text = strings.Repeat("x", 51) }, "over_reason transcribe.error.over_reason"},
		{"a reason for nothing", func(c *testworld.Letter) { c.OverReason = "kam so" }, "over_reason transcribe.error.over_reason_alone"},
		{"a reason that is too long", func(c *testworld.Letter) { c.OverReason = strings.Repeat("x", 501) }, "over_reason error.text.too_long"},
		{"no original", func(c *testworld.Letter) { c.Upload = nil }, "original transcribe.error.no_original"},
		{"somebody else's original", func(c *testworld.Letter) { c.Upload, c.Original = nil, "x" }, "error.not_found"},
		{"a form without original", func(c *testworld.Letter) { c.Upload, c.Kind = nil, survey.LetterPortal }, "without transcribe.error.without"},
		{"a form without original, and why", func(c *testworld.Letter) {
			c.Upload, c.Kind, c.Without = nil, survey.LetterPortal, "stand nur dort"
		}, ""},
		{"nothing", func(c *testworld.Letter) { c.Entries = nil }, "whole transcribe.error.nothing"},
		{"answered with nothing", func(c *testworld.Letter) { c.Entries[0].Entry = survey.Entry{Status: survey.Answered} }, "text-1 transcribe.error.empty"},
		{"declined and answered", func(c *testworld.Letter) { c.Entries[0].Status = survey.Declined }, "text-1 transcribe.error.declined_text"},
		{"reason for an answer", func(c *testworld.Letter) { c.Entries[0].Reason = "darum" }, "reason-1 transcribe.error.reason"},
		{"general without a text", func(c *testworld.Letter) { c.Whole.Status = survey.General }, "whole_text transcribe.error.whole_text"},
		{"a text to the whole without a choice", func(c *testworld.Letter) { c.Whole.Text = "x" }, "whole transcribe.error.whole_status"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := testworld.NewLetters(t)
			cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
			test.change(&cmd)
			letter, err := w.Transcribe.Save(t.Context(), w.Anna, cmd.Ref, cmd.Save)
			if err == nil {
				_, err = w.Transcribe.HandOver(t.Context(), w.Anna, cmd.Ref, letter.Revision)
			}
			if got := testworld.KeyOf(err); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if len(w.Versions(t, "r1", "q01")) != 0 {
				t.Error("in effect")
			}
		})
	}
}

func TestTranscriptionDoubts(t *testing.T) {
	for name, c := range map[string]struct {
		stood, day, hour string // when the letter that stands came, a day or a day and an hour; when the other one
		text             string
		unasked, older   bool
	}{
		"a day earlier":              {"2026-11-23", "2026-11-22", "", "Nein.", true, true},
		"the same day":               {"2026-11-23", "2026-11-23", "", "Nein.", false, false},
		"the same day, hours known":  {"2026-11-23T19:00", "2026-11-23", "18:30", "Nein.", false, true},
		"the same day, one hour":     {"2026-11-23T19:00", "2026-11-23", "", "Nein.", false, false},
		"later":                      {"2026-11-23T19:00", "2026-11-23", "19:30", "Nein.", false, false},
		"before the hour of asking":  {"2026-11-23", "2026-11-23", "07:00", "Nein.", true, false},
		"earlier, of the same words": {"2026-11-23", "2026-11-22", "", "Ja.", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := testworld.NewLetters(t)
			w.Clock.Advance(2 * time.Hour)
			stands := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
			stands.ReceivedOn, stands.ReceivedTime, _ = strings.Cut(c.stood, "T")
			w.Effective(t, stands)
			cmd := w.Letter(testworld.LetterLine(1, testworld.Saying(c.text)))
			cmd.ReceivedOn, cmd.ReceivedTime = c.day, c.hour
			w.SaveLetter(t, w.Anna, cmd)
			sheet, err := w.Transcribe.Sheet(t.Context(), w.Ben, "q1", "frei")
			if err != nil {
				t.Fatal(err)
			}
			line, err := sheet.Letter(cmd.ID)
			if err != nil || line.Unasked != c.unasked || (len(line.Older) == 1 && line.Older[0] == "1") != c.older {
				t.Errorf("unasked %v, older %v, %v", line.Unasked, line.Older, err)
			}
		})
	}
}

// Whoever types a letter is told when nothing says how and when a party it answers for was asked.
func TestALetterOfWhomNobodyAsked(t *testing.T) {
	w := testworld.NewLetters(t)
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
	cmd.Joint = []survey.Slug{"moin"}
	w.SaveLetter(t, w.Anna, cmd)
	for _, asked := range []bool{true, false} {
		w.Write(t, func(tx *survey.Tx) error {
			r, err := tx.Respondent("q1", "r2")
			if !asked {
				r.AskedAt = time.Time{}
			}
			return errors.Join(err, tx.Respondents.Put(r))
		})
		sheet, err := w.Transcribe.Sheet(t.Context(), w.Ben, "q1", "frei")
		if err != nil {
			t.Fatal(err)
		}
		if line, err := sheet.Letter(cmd.ID); err != nil || line.Unrecorded == asked {
			t.Errorf("asked %v: %v, %v", asked, line.Unrecorded, err)
		}
	}
}

// A question at which two speakers of a joint letter have said something later is named once.
func TestADoubtIsSaidOnce(t *testing.T) {
	w := testworld.NewLetters(t)
	for _, day := range []string{"2026-11-23", "2026-11-22"} {
		cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Vom "+day)))
		cmd.ReceivedOn, cmd.Joint = day, []survey.Slug{"moin"}
		if day == "2026-11-23" {
			w.Effective(t, cmd)
			continue
		}
		w.SaveLetter(t, w.Anna, cmd)
		sheet, err := w.Transcribe.Sheet(t.Context(), w.Ben, "q1", "frei")
		if err != nil {
			t.Fatal(err)
		}
		if line, err := sheet.Letter(cmd.ID); err != nil || !slices.Equal(line.Older, []string{"1"}) {
			t.Errorf("%v, %v", line.Older, err)
		}
	}
}
