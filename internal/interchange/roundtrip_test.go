package interchange_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/office"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pruefstein/internal/interchange"
	"pruefstein/internal/memory"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// TestRoundTrip: what is imported is exported equal in every field.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFile(t)
		if diff := gocmp.Diff(inOrder(f), exported(t, f)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"format": "pruefstein/1", "election": {"name": "Wahl", "date": "2027-03-14"}, "questionnaire": {"slug": "a", "title": "b"},
		"questions": [{"id": "q1", "number": 1, "text": "?"}], "parties": [{"id": "fm", "short_name": "FM", "name": "Freie Mitte"}],
		"answers": [{"question": "q1", "party": "fm", "status": "answered", "text": "\ud83d\ude00"}]}`))
	f.Add([]byte(`{"questions": [{"x": [[{}]]}], "answers": 7, "parties": null}`))
	f.Add([]byte("\xef\xbb\xbf{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := interchange.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		if diff := gocmp.Diff(inOrder(read), exported(t, read)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// exported takes a file through everything: bytes, Read, import, the store, the comparison, Write and Read again.
func exported(t rapid.TB, f interchange.File) interchange.File {
	t.Helper()
	raw, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	read, err := interchange.Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	store, now := memory.New(), time.Date(2027, 4, 1, 12, 0, 0, 0, time.UTC)
	service := office.New(&survey.Kernel{Store: storetest.Twice(store), Clock: survey.SystemClock{}})
	if _, err := service.Compare.Import(context.Background(), survey.Actor{Console: true}, interchange.ToImport(read)); err != nil {
		t.Fatal(err)
	}
	var c survey.Comparison
	if err := store.View(context.Background(), func(tx *survey.Tx) error {
		for q, err := range tx.Questionnaires.List("") {
			if err != nil {
				return err
			}
			c, err = testworld.Comparison(tx, q.ID, now)
			if err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	c.Version = 3 // a publication adds nothing to an import
	var out bytes.Buffer
	if err := interchange.Write(&out, c); err != nil {
		t.Fatal(err)
	}
	back, err := interchange.Read(&out)
	if err != nil {
		t.Fatal(err)
	}
	return inOrder(back)
}

// inOrder is a file with its defaults filled in, empty lists gone and its answers in the order of an export, so that files
// that mean the same are the same.
func inOrder(f interchange.File) interchange.File {
	place := map[string]int{}
	for i := range f.Questions {
		place["question "+f.Questions[i].ID] = i
		f.Questions[i].Kind = cmp.Or(f.Questions[i].Kind, "text")
		f.Questions[i].AskedBy = noEmpty(f.Questions[i].AskedBy)
	}
	for i := range f.Parties {
		place["party "+f.Parties[i].ID] = i
		f.Parties[i].Members = noEmpty(f.Parties[i].Members)
	}
	for i := range f.Answers {
		f.Answers[i].Version = cmp.Or(f.Answers[i].Version, 1)
		f.Answers[i].Joint = noEmpty(f.Answers[i].Joint)
	}
	slices.SortFunc(f.Answers, func(a, b interchange.Answer) int {
		return cmp.Or(cmp.Compare(place["question "+a.Question], place["question "+b.Question]),
			cmp.Compare(place["party "+a.Party], place["party "+b.Party]), cmp.Compare(a.Version, b.Version))
	})
	slices.SortFunc(f.Quotations, func(a, b interchange.Quotation) int {
		return cmp.Or(cmp.Compare(place["question "+a.Question], place["question "+b.Question]), cmp.Compare(place["party "+a.Party], place["party "+b.Party]))
	})
	f.Organisations, f.WorkingGroups, f.Topics = noEmpty(f.Organisations), noEmpty(f.WorkingGroups), noEmpty(f.Topics)
	f.Questions, f.Parties, f.Answers, f.Quotations = noEmpty(f.Questions), noEmpty(f.Parties), noEmpty(f.Answers), noEmpty(f.Quotations)
	return f
}

func noEmpty[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// anyFile draws a sound file that uses every field of the format.
func anyFile(t *rapid.T) interchange.File {
	ids := func(name string, least, most int) []string {
		return rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9][A-Za-z0-9._-]{0,8}`), least, most, strings.ToLower).Draw(t, name)
	}
	named := func(name string) (list []interchange.Named) {
		for _, id := range ids(name, 0, 3) {
			list = append(list, interchange.Named{ID: id, Name: anyLine(t)})
		}
		return list
	}
	oneOf := func(choices ...string) string { return rapid.SampledFrom(choices).Draw(t, "choice") }
	f := interchange.File{
		Format: interchange.Format,
		Election: interchange.Election{
			Name: "x" + anyLine(t), Date: oneOf("2027-03-14", "2028-02-29"), Level: oneOf("", "eu", "bund", "land", "kommune"), Region: anyLine(t),
		},
		Questionnaire: interchange.Questionnaire{
			Slug: rapid.StringMatching(`[a-z0-9]{1,8}(-[a-z0-9]{1,5})?`).Draw(t, "slug"), Title: "x" + anyLine(t), Intro: anyText(t),
			Source: oneOf("", "https://example.org/a?b=c&d", "Broschüre, S. 3"), OrderRule: anyText(t), Licence: anyLine(t),
			Deadline: oneOf("", "2027-02-01T18:00:00+01:00", "2027-02-01T17:00:00Z", "2027-02-01T17:00:00.250-03:30"), PublishedAt: anyMoment(t),
		},
		Organisations: named("organisations"), WorkingGroups: named("working groups"), Topics: named("topics"),
	}
	positions := []string{"", "agree", "neutral", "disagree"}
	newer := rapid.Bool().Draw(t, "newer")
	if newer { // its first question has a mark
		f.Format = interchange.Format11
		if rapid.Bool().Draw(t, "scale") {
			f.Questionnaire.Scale = []interchange.Step{{ID: "agree", Label: "Stimme voll zu"}, {ID: "rather_agree", Label: "Stimme eher zu"}, {ID: "s.3", Label: "Egal"}, {ID: "no", Label: "=Nein"}}
			positions = []string{"", "agree", "rather_agree", "s.3", "no"}
		}
	}
	for i, id := range ids("questions", 1, 4) {
		q := interchange.Question{
			ID: id, Number: (i*7)%5 + 5*i + 1, Kind: oneOf("", "text", "thesis"), Label: anyLine(t), Text: "x" + anyText(t), Context: anyText(t),
		}
		if newer {
			q.Mark = oneOf("1a", "A1", "=1")
		}
		if len(f.Topics) > 0 {
			q.Topic = oneOf("", f.Topics[0].ID)
		}
		for _, o := range append(f.Organisations, f.WorkingGroups...) {
			if rapid.Bool().Draw(t, "asks") {
				q.AskedBy = append(q.AskedBy, o.ID)
			}
		}
		f.Questions = append(f.Questions, q)
	}
	for _, id := range ids("parties", 1, 4) {
		p := interchange.Party{
			ID: id, ShortName: "x" + anyLine(t), Name: "x" + anyLine(t), Members: anyLines(t), BallotPosition: rapid.IntRange(0, 60).Draw(t, "ballot"),
			Wikidata: oneOf("", "Q42"), Colour: oneOf("", "#1A2b3c"),
		}
		if newer && rapid.Bool().Draw(t, "stands") {
			p.State = string(rapid.SampledFrom(survey.ContestStates).Draw(t, "state"))
			p.StateSince, p.StateReason, p.StateSource = oneOf("", "2027-01-30"), anyLine(t), oneOf("", "https://example.org/amtsblatt", "Amtsblatt, S. 3")
		}
		f.Parties = append(f.Parties, p)
	}
	for _, q := range f.Questions {
		for _, p := range f.Parties {
			version := 0
			for range rapid.IntRange(0, 3).Draw(t, "versions") {
				version += rapid.IntRange(1, 9).Draw(t, "step")
				a := interchange.Answer{
					Question: q.ID, Party: p.ID, Status: string(rapid.SampledFrom(survey.Statuses).Draw(t, "status")), Text: anyText(t), Reason: anyText(t),
					Provenance: oneOf("", "form", "transcribed", "import"), Late: rapid.Bool().Draw(t, "late"), Joint: anyLines(t),
					Source: oneOf("", "http://example.org", "Brief vom 3. Mai"), Licence: anyLine(t), ReceivedAt: anyMoment(t), Version: version, ChangeNote: anyText(t),
				}
				if q.Kind == "thesis" {
					a.Position = oneOf(positions...)
				}
				if newer {
					a.Note, a.Confirmed = anyText(t), oneOf("", "second_person", "party")
				}
				f.Answers = append(f.Answers, a)
			}
			if rapid.Bool().Draw(t, "quoted") {
				f.Quotations = append(f.Quotations, interchange.Quotation{
					Question: q.ID, Party: p.ID, Text: anyText(t), Place: anyLine(t), Source: oneOf("", "https://example.org/programm.pdf"),
				})
			}
		}
	}
	if newer && rapid.Bool().Draw(t, "treatment") {
		f.Questionnaire.Treatment = interchange.Treatment{
			Catalogue: oneOf("", strings.Repeat("a1", 32)), Letter: oneOf("", strings.Repeat("0f", 32)), Questions: rapid.IntRange(0, 9).Draw(t, "questions"),
			AnswerLimit: rapid.IntRange(0, 9).Draw(t, "limit"), DispatchedAt: survey.Stamp(oneOf("", "2027-01-01T10:20:30+01:00")),
			Deadline: survey.Stamp(oneOf("", "2027-02-01T18:00:00+01:00")), Order: survey.Order(oneOf("", "ballot", "number")), OrderSource: anyLine(t),
			Asked: rapid.IntRange(0, 9).Draw(t, "asked"), Open: rapid.Bool().Draw(t, "open"), Answers: interchange.TreatedAnswers{Form: 1, ByPerson: 2, ByParty: 3, Unchecked: 4, Over: 5},
		}
		for range rapid.IntRange(0, 3).Draw(t, "entries") {
			f.Questionnaire.Treatment.Entries = append(f.Questionnaire.Treatment.Entries, interchange.TreatmentEntry{
				Kind: rapid.SampledFrom(survey.TreatmentKinds).Draw(t, "kind"), Party: survey.Slug(oneOf("", f.Parties[0].ID)), Questions: []int{f.Questions[0].Number},
				At: survey.Stamp(anyMoment(t)), From: survey.Stamp(oneOf("", "2027-02-01T18:00:00+01:00")), To: survey.Stamp(oneOf("", "2027-02-03T18:00:00Z")),
				Days: rapid.IntRange(0, 9).Draw(t, "days"), Count: rapid.IntRange(0, 9).Draw(t, "count"), Lost: rapid.IntRange(0, 9).Draw(t, "lost"), Reason: anyText(t), Source: anyLine(t),
				Channel: survey.Channel(oneOf("", "portal", "mail")), Text: anyText(t),
			})
		}
	}
	return f
}

// pieces are what real texts hold, and what file formats trip over.
var pieces = []string{"Wir", " fordern ", "=1+1", "-", "@", "„so“", "\n\n", "\t", "<b>", "&amp;", "Soft\u00adhyphen", "😀", "_x0041_", "Ä", "\\", "\"", "a\u2028b"}

func anyText(t *rapid.T) string {
	joined := ""
	for _, piece := range rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 6).Draw(t, "text") {
		joined += piece
	}
	clean, key, _ := survey.Text(joined)
	if key != "" {
		panic(fmt.Sprintf("%q: %s", joined, key))
	}
	return clean
}

func anyLine(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "Freie Mitte", "=Bündnis & <b>Söhne</b>", "“wrapped”", "CC-BY-4.0"}).Draw(t, "line")
}

func anyLines(t *rapid.T) []string {
	return rapid.SliceOfN(rapid.SampledFrom([]string{"fm", "Freie Mitte", "Grüne Zukunft Nordmark"}), 0, 2).Draw(t, "lines")
}

func anyMoment(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "2027-02-01", "2027-02-01T10:20:30+01:00", "2027-02-01T09:20:30.5Z"}).Draw(t, "moment")
}
