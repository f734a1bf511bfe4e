package interchange

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/survey"
)

// minimal is the smallest sound file, with a place to break it at.
const minimal = `{
 "format": "pruefstein/1",
 "election": {"name": "Landtagswahl Nordmark 2027", "date": "2027-03-14"},
 "questionnaire": {"slug": "nordmark-2027", "title": "Wahlprüfsteine"},
 "topics": [{"id": "oer", "name": "Bildung"}],
 "questions": [
  {"id": "q1", "number": 1, "text": "Was tun Sie?", "topic": "oer"},
  {"id": "q2", "number": 2, "kind": "thesis", "text": "Das Land soll handeln."}
 ],
 "parties": [
  {"id": "fm", "short_name": "FM", "name": "Freie Mitte"},
  {"id": "gzn", "short_name": "GZN", "name": "Grüne Zukunft Nordmark"}
 ],
 "answers": [
  {"question": "q1", "party": "fm", "status": "answered", "text": "Viel."},
  {"question": "q2", "party": "gzn", "status": "answered", "position": "agree"}
 ]
}`

func TestReadTakesTheMinimum(t *testing.T) {
	f, err := Read(strings.NewReader(minimal))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Answers[0]; got.Version != 1 || got.Text != "Viel." {
		t.Errorf("answer %+v: want version 1 and its text", got)
	}
	if f.Questions[0].Kind != "text" {
		t.Errorf("kind %q of a question that says none", f.Questions[0].Kind)
	}
}

func TestReadWantsSomethingToCompare(t *testing.T) {
	_, err := Read(strings.NewReader(`{"format": "pruefstein/1", "election": {"name": "Wahl", "date": "2027-03-14"},
		"questionnaire": {"slug": "leer", "title": "Leer"}, "questions": [], "parties": [], "answers": []}`))
	var faults Faults
	if !errors.As(err, &faults) || len(faults) != 2 || faults[0].Path != "questions" || faults[1].Path != "parties" {
		t.Errorf("%v", err)
	}
}

func TestReadPassesOverAByteOrderMark(t *testing.T) {
	if _, err := Read(strings.NewReader("\uFEFF" + minimal)); err != nil {
		t.Error(err)
	}
}

func TestReadKeepsTextsInNormalForm(t *testing.T) {
	f, err := Read(strings.NewReader(change(t, `"Viel."`, `"  =Mu\u0308he\r\n\r\n<b>-</b> Soft\u00adhyphen „so“ "`)))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := f.Answers[0].Text, "=Mühe\n\n<b>-</b> Soft\u00adhyphen „so“"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReadFaults(t *testing.T) {
	tests := []struct {
		name, old, new string
		want           []string // path: key
	}{
		{"unknown field", `"text": "Viel."`, `"text": "Viel.", "txt": "x"`, []string{"answers[0].txt: error.import.unknown_field"}},
		{"field in other case", `"status": "answered", "text"`, `"Status": "answered", "text"`,
			[]string{"answers[0].Status: error.import.unknown_field", "answers[0].status: error.import.required"}},
		{"duplicate field", `"text": "Viel."`, `"text": "Viel.", "text": "x"`, []string{"answers[0].text: error.import.duplicate_field"}},
		{"wrong type", `"text": "Viel."`, `"text": ["Viel.", {"a": [1]}]`, []string{"answers[0].text: error.import.type"}},
		{"number as text", `"number": 1`, `"number": "1"`, []string{"questions[0].number: error.import.number_mark"}},
		{"other format", `"format": "pruefstein/1"`, `"format": "pruefstein/2"`, []string{"format: error.import.format"}},
		{"newer key in the first format", `"number": 1`, `"number": 1, "mark": "1a"`, []string{"format: error.import.format_newer"}},
		{"confirmed by nobody we know", `"text": "Viel."`, `"text": "Viel.", "confirmed": "me"`, []string{"answers[0].confirmed: error.import.choice", "format: error.import.format_newer"}},
		{"no step without a scale", `"position": "agree"`, `"position": "rather_agree"`, []string{"answers[1].position: error.import.choice"}},
		{"broken scale", `"title": "Wahlprüfsteine"`, `"title": "Wahlprüfsteine", "scale": [{"id": "a", "label": "Ja"}, {"id": "a", "label": "Ja"}, {"id": "b b", "label": ""}]`, []string{
			"questionnaire.scale[2].id: error.import.id", "questionnaire.scale[2].label: error.import.required", "format: error.import.format_newer",
			"questionnaire.scale[1].id: error.import.duplicate", "questionnaire.scale[1].label: error.import.duplicate"}},
		{"broken number", `"number": 1`, `"number": 1.5`, []string{"questions[0].number: error.import.range"}},
		{"negative number", `"number": 1`, `"number": -1`, []string{"questions[0].number: error.import.range"}},
		{"missing", `"name": "Landtagswahl Nordmark 2027", `, ``, []string{"election.name: error.import.required"}},
		{"blank", `"Wahlprüfsteine"`, `" "`, []string{"questionnaire.title: error.import.required"}},
		{"missing object", `"election": {"name": "Landtagswahl Nordmark 2027", "date": "2027-03-14"},`, ``,
			[]string{"election.name: error.import.required", "election.date: error.import.required"}},
		{"null object", `{"slug": "nordmark-2027", "title": "Wahlprüfsteine"}`, `null`,
			[]string{"questionnaire.slug: error.import.required", "questionnaire.title: error.import.required"}},
		{"other format", "pruefstein/1", "pruefstein/2", []string{"format: error.import.format"}},
		{"date that does not exist", "2027-03-14", "2027-02-30", []string{"election.date: error.import.date"}},
		{"date of another century", "2027-03-14", "2217-03-14", []string{"election.date: error.time.year"}},
		{"five digits in UTC", `"title": "Wahlprüfsteine"`, `"title": "Wahlprüfsteine", "deadline": "9999-12-31T23:59:59-05:00", "published_at": "0000-01-01"`,
			[]string{"questionnaire.deadline: error.time.year", "questionnaire.published_at: error.time.year"}},
		{"received in another century", `"text": "Viel."`, `"received_at": "1027-01-01T10:00:00Z"`, []string{"answers[0].received_at: error.time.year"}},
		{"slug", "nordmark-2027", "../nordmark", []string{"questionnaire.slug: error.import.slug"}},
		{"id", `"id": "gzn"`, `"id": "../gzn"`, []string{"parties[1].id: error.import.id", "answers[1].party: error.import.dangling"}},
		{"duplicate id", `"id": "gzn"`, `"id": "fm"`, []string{"parties[1].id: error.import.duplicate", "answers[1].party: error.import.dangling"}},
		{"ids that differ in case", `"id": "gzn"`, `"id": "FM"`, []string{"parties[1].id: error.import.case", "answers[1].party: error.import.dangling"}},
		{"duplicate number", `"number": 2`, `"number": 1`, []string{"questions[1].number: error.import.duplicate"}},
		{"dangling party", `"party": "gzn"`, `"party": "spn"`, []string{"answers[1].party: error.import.dangling"}},
		{"dangling topic", `"topic": "oer"`, `"topic": "x"`, []string{"questions[0].topic: error.import.dangling"}},
		{"dangling asked_by", `"topic": "oer"`, `"asked_by": ["x"]`, []string{"questions[0].asked_by[0]: error.import.dangling"}},
		{"empty asked_by", `"topic": "oer"`, `"asked_by": [""]`, []string{"questions[0].asked_by[0]: error.import.required"}},
		{"unknown status", `"status": "answered", "position"`, `"status": "silent", "position"`, []string{"answers[1].status: error.import.choice"}},
		{"position on a question", `"text": "Viel."`, `"position": "agree"`, []string{"answers[0].position: error.import.position_on_question"}},
		{"control character", `"Viel."`, `"Vi\u0007el."`, []string{"answers[0].text: error.text.control"}},
		{"noncharacter", `"Viel."`, `"Vi\uffffel."`, []string{"answers[0].text: error.text.control"}},
		{"half a character", `"Viel."`, `"Vi\ud83del."`, []string{"answers[0].text: error.import.surrogate"}},
		{"two lines in a name", `"Freie Mitte"`, `"Freie\nMitte"`, []string{"parties[0].name: error.text.line"}},
		{"too long", `"Viel."`, `"` + strings.Repeat("x", 32001) + `"`, []string{"answers[0].text: error.text.too_long"}},
		{"script as source", `"text": "Viel."`, `"source": "javascript:alert(1)"`, []string{"answers[0].source: error.import.source"}},
		{"ftp as source", `"text": "Viel."`, `"source": "ftp://example.org/a"`, []string{"answers[0].source: error.import.source"}},
		{"received", `"text": "Viel."`, `"received_at": "2027-01-01 10:00"`, []string{"answers[0].received_at: error.import.moment"}},
		{"colour", `"short_name": "FM"`, `"short_name": "FM", "colour": "red", "wikidata": "42"`,
			[]string{"parties[0].colour: error.import.colour", "parties[0].wikidata: error.import.wikidata"}},
		{"same version twice", `{"question": "q2", "party": "gzn", "status": "answered", "position": "agree"}`,
			`{"question": "q1", "party": "fm", "status": "answered", "version": 1}`, []string{"answers[1].version: error.import.duplicate_version"}},
		{"versions fall", `{"question": "q1", "party": "fm", "status": "answered", "text": "Viel."},`,
			`{"question": "q1", "party": "fm", "status": "answered", "version": 3}, {"question": "q1", "party": "fm", "status": "answered", "version": 2},`,
			[]string{"answers[1].version: error.import.version_order"}},
		{"two quotations", `"answers": [`, `"quotations": [{"question": "q1", "party": "fm", "text": "a"}, {"question": "q1", "party": "fm", "text": "b"}], "answers": [`,
			[]string{"quotations[1]: error.import.duplicate_quotation"}},
		{"broken report", `"title": "Wahlprüfsteine"`, `"title": "Wahlprüfsteine", "treatment": {"catalogue": "AB", "order": "size", "entries": [{"kind": "gift", "party": "x", "questions": [1, 9], "channel": "fax", "at": "gestern"}]}`, []string{
			"questionnaire.treatment.catalogue: error.import.digest", "questionnaire.treatment.order: error.import.choice", "questionnaire.treatment.entries[0].kind: error.import.choice",
			"questionnaire.treatment.entries[0].channel: error.import.choice", "questionnaire.treatment.entries[0].at: error.import.moment", "format: error.import.format_newer",
			"questionnaire.treatment.entries[0].party: error.import.dangling"}},
		{"all at once", `"short_name": "FM", "name": "Freie Mitte"`, `"shortname": "FM"`,
			[]string{"parties[0].shortname: error.import.unknown_field", "parties[0].short_name: error.import.required", "parties[0].name: error.import.required"}},
		{"a misspelled list is one fault", `"parties": [`, `"partys": [`, []string{"partys: error.import.unknown_field"}},
		{"cut off", `"status": "answered", "position": "agree"}`, ``, []string{": error.import.syntax"}},
		{"more than one value", `"position": "agree"}
 ]
}`, `"position": "agree"}
 ]
} {}`, []string{": error.import.syntax"}},
		{"not UTF-8", "Viel.", "Vi\xfcl", []string{": error.import.encoding"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Read(strings.NewReader(change(t, tt.old, tt.new)))
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("got %v, want faults", err)
			}
			if !f.Equal(File{}) {
				t.Error("a faulty file is handed out")
			}
			var got []string
			for _, fault := range faults {
				got = append(got, fault.Path+": "+fault.Key)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// With a scale of its own a file's positions are its steps, and no others; a scale of one step is none.
func TestReadTakesAnOwnScale(t *testing.T) {
	newer := func(scale, position string) string {
		file := strings.Replace(change(t, `"format": "pruefstein/1"`, `"format": "pruefstein/1.1"`), `"title": "Wahlprüfsteine"`, `"title": "Wahlprüfsteine", "scale": [`+scale+`]`, 1)
		return strings.Replace(file, `"position": "agree"`, `"position": "`+position+`"`, 1)
	}
	five := `{"id": "1", "label": "Ja"}, {"id": "2", "label": "Eher ja"}, {"id": "3", "label": "Teils"}, {"id": "4", "label": "Eher nein"}, {"id": "5", "label": "Nein"}`
	f, err := Read(strings.NewReader(newer(five, "2")))
	if err != nil || f.Answers[1].Position != "2" || len(f.Questionnaire.Scale) != 5 || f.Format != Format11 {
		t.Errorf("%+v, %v", f.Questionnaire, err)
	}
	for file, want := range map[string]string{
		newer(five, "agree"):                     "answers[1].position: error.import.choice [Value agree Choices 1, 2, 3, 4, 5]",
		newer(`{"id": "1", "label": "Ja"}`, "1"): "questionnaire.scale: error.import.scale",
	} {
		if _, err := Read(strings.NewReader(file)); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// How a party stands in the election is a key of the newer format, is imported, and needs its state.
func TestReadTakesHowAPartyStands(t *testing.T) {
	newer := func(keys string) string {
		file := strings.Replace(change(t, `"format": "pruefstein/1"`, `"format": "pruefstein/1.1"`), `"short_name":`, keys+`, "short_name":`, 1)
		return file
	}
	f, err := Read(strings.NewReader(newer(`"state": "not_admitted", "state_since": "2026-05-03", "state_reason": "Zu wenige Unterschriften.", "state_source": "Amtsblatt"`)))
	if err != nil {
		t.Fatal(err)
	}
	want := survey.Standing{State: survey.StateNotAdmitted, Since: "2026-05-03", Reason: "Zu wenige Unterschriften.", Source: "Amtsblatt"}
	if got := ToImport(f).Respondents[0].Standing; got != want || f.Format != Format11 {
		t.Errorf("%+v, format %q", got, f.Format)
	}
	for keys, want := range map[string]string{
		`"state": "gone"`: "parties[0].state: error.import.choice [Value gone Choices expected, standing, not_admitted, resigned]",
		`"state": "resigned", "state_since": "2026-02-30"`:    "parties[0].state_since: error.import.date",
		`"state_reason": "Rückzug"`:                           "parties[0].state: error.import.state",
		`"state": "resigned", "state_source": "javascript:x"`: "parties[0].state_source: error.import.source",
	} {
		if _, err := Read(strings.NewReader(newer(keys))); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A file that names the newer format and uses none of its keys is one of the first.
func TestReadNamesTheFormatAFileNeeds(t *testing.T) {
	f, err := Read(strings.NewReader(change(t, `"format": "pruefstein/1"`, `"format": "pruefstein/1.1"`)))
	if err != nil || f.Format != Format {
		t.Errorf("%q, %v", f.Format, err)
	}
}

func TestReadTakesProseAndAddressesAsSources(t *testing.T) {
	for _, source := range []string{"Brief vom 3. Mai 2027", "https://example.org/a?b=c#d", "E-Mail: Antwort der Partei", "Archiv 12:4"} {
		f, err := Read(strings.NewReader(change(t, `"text": "Viel."`, `"source": "`+source+`"`)))
		if err != nil || f.Answers[0].Source != source {
			t.Errorf("%s: %q, %v", source, f.Answers[0].Source, err)
		}
	}
}

func TestReadRefusesTooLarge(t *testing.T) {
	_, err := Read(io.LimitReader(spaces{}, MaxBytes+1))
	if want := "error.import.too_large [Limit 64]"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// spaces is an endless file.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestSyntaxFaultSaysWhere(t *testing.T) {
	_, err := Read(strings.NewReader("{\n \"format\": nope}"))
	if want := "error.import.syntax [Line 2 Column 13]"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// change returns the minimal file with one thing changed.
func change(t *testing.T, old, new string) string {
	t.Helper()
	if !strings.Contains(minimal, old) {
		t.Fatalf("the file has no %s", old)
	}
	return strings.Replace(minimal, old, new, 1)
}
