package send_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// said puts a version of a respondent's answer into a cell, as if submitted, or transcribed with received as its stamp.
func (s *sending) said(slug survey.Slug, question survey.QuestionID, v survey.Version) {
	s.t.Helper()
	v.Questionnaire, v.Respondent, v.Question, v.Number, v.CountsAt = s.q, s.respondent(slug).ID, question, 1, s.clock.Now()
	s.put(func(tx *survey.Tx) error { return tx.Versions.Put(v) })
}

// The board counts by the rule the comparison counts by: a refusal, a pointer or a general text is no answer.
func TestBoardCountsAsTheComparisonDoes(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	for slug, status := range map[survey.Slug]survey.Status{"fm": survey.Declined, "gz": survey.Answered, "ub": survey.Refers} {
		s.said(slug, "q01", survey.Version{Status: status, Provenance: survey.ByForm})
	}
	s.said("fm", "q02", survey.Version{Status: survey.Declined, Provenance: survey.ByForm})
	want := map[survey.Slug]survey.Stage{"fm": survey.StageDeclined, "gz": survey.StageReturned, "ub": survey.StageRefers,
		"aehrenbund": survey.StageUnasked, "zett": survey.StageUnasked}
	look := func(at time.Time) {
		t.Helper()
		s.clock.Set(at)
		b, err := s.Send.Board(t.Context(), s.office, s.q)
		if err != nil {
			t.Fatal(err)
		}
		got := map[survey.Slug]survey.Stage{}
		for _, row := range b.Rows {
			got[row.Respondent.Slug] = row.State
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		list, err := s.Send.List(t.Context(), s.office)
		if err != nil || b.Asked() != 3 || b.Count[survey.StageReturned] != 1 || list[0].Asked != 3 || list[0].Returned != 1 {
			t.Errorf("%d of %d, in the list %d of %d, want 1 of 3: %v", b.Count[survey.StageReturned], b.Asked(), list[0].Returned, list[0].Asked, err)
		}
		if b.Phase != survey.PhaseClosed {
			return
		}
		var c survey.Comparison
		s.put(func(tx *survey.Tx) (err error) { c, err = testworld.Comparison(tx, s.q, at); return err })
		if r := survey.Returns(c); r.Asked() != b.Asked() || r.Responded() != b.Count[survey.StageReturned] {
			t.Errorf("the comparison says %d of %d", r.Responded(), r.Asked())
		}
	}
	look(s.clock.Now())
	look(time.Date(2027, 1, 16, 9, 0, 0, 0, time.UTC))
}

// Nobody noted at what hour this letter came: the board must not invent midnight.
func TestArrivalWithoutHour(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.said("ub", "q01", survey.Version{Status: survey.Answered, Text: "Ja.", Provenance: survey.Transcribed, ReceivedAt: "2026-12-01"})
	s.said("gz", "q01", survey.Version{Status: survey.Answered, Text: "Ja.", Provenance: survey.Transcribed, ReceivedAt: "2026-12-01T09:30:00+01:00"})
	b, err := s.Send.Board(t.Context(), s.office, s.q)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range b.Rows {
		if want := row.Respondent.Slug == "ub"; row.DayOnly != want {
			t.Errorf("%s: day only %v", row.Respondent.Slug, row.DayOnly)
		}
	}
}

func TestShortNoticeIsAWarning(t *testing.T) {
	for at, want := range map[string]send.PointState{
		"2026-12-07T17:00:00Z": send.PointOK, "2026-12-07T17:00:01Z": send.PointWarn, "2026-12-21T16:52:00Z": send.PointWarn, "2026-12-21T17:00:00Z": send.PointMissing,
	} {
		s := newSending(t)
		s.ready()
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		s.clock.Set(now)
		p, err := s.Send.DispatchPlan(t.Context(), s.office, s.q)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range p.Checklist {
			names = append(names, c.Name)
			if c.Name == "deadline" && c.State != want {
				t.Errorf("%s: %s, want %s", at, c.State, want)
			}
		}
		if order := []string{"respondents", "contestants", "address", "procedure", "fit", "catalogue", "cover", "mail", "contact", "deadline"}; !slices.Equal(names, order) {
			t.Errorf("%v", names)
		}
	}
}

// Two parties with one address are nearly always a slip, but an office may serve both.
func TestOneAddressTwiceIsAWarning(t *testing.T) {
	s := newSending(t)
	s.ready()
	s.change("gz", func(c *send.SaveRespondent) { c.Email = "FM@partei.example" })
	p, err := s.Send.DispatchPlan(t.Context(), s.office, s.q)
	if err != nil || !p.Ready {
		t.Fatal(p.Ready, err)
	}
	i := slices.IndexFunc(p.Checklist, func(c send.Point) bool { return c.Name == "same_address" })
	if i < 0 || p.Checklist[i].State != send.PointWarn || !slices.Equal(p.Checklist[i].Who, []string{"GZ / FM"}) {
		t.Errorf("%+v", p.Checklist)
	}
}

func TestSeveralAtOnce(t *testing.T) {
	s := newSending(t)
	if _, err := s.Send.TakeContestants(t.Context(), s.office, s.q); err != nil {
		t.Fatal(err)
	}
	s.change("ub", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelMail })
	s.change("gz", func(c *send.SaveRespondent) { c.NotAsked = "Sagt nichts zu Landesthemen." })

	form := send.NotAskMany{Respondents: []survey.Slug{"gz", "zett", "aehrenbund"}, Reason: "Tritt nicht landesweit an."}
	for field, wrong := range map[string]send.NotAskMany{"respondents": {Reason: form.Reason}, "reason": {Respondents: form.Respondents, Reason: " "}} {
		if _, err := s.Send.NotAskMany(t.Context(), s.office, s.q, wrong); survey.CodeOf(err) != survey.Invalid {
			t.Errorf("%s: %v", field, err)
		}
	}
	if n, err := s.Send.NotAskMany(t.Context(), s.office, s.q, form); n != 2 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if n, err := s.Send.AskInOurForm(t.Context(), s.office, s.q); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	channels, reasons := map[survey.Slug]survey.Channel{}, map[survey.Slug]string{}
	for _, slug := range []survey.Slug{"fm", "gz", "ub", "zett", "aehrenbund"} {
		r := s.respondent(slug)
		channels[slug], reasons[slug] = r.Procedure.Channel, r.NotAsked
	}
	if want := map[survey.Slug]survey.Channel{"fm": survey.ChannelForm, "gz": "", "ub": survey.ChannelMail, "zett": "", "aehrenbund": ""}; !maps.Equal(channels, want) {
		t.Errorf("%v", channels)
	}
	if want := map[survey.Slug]string{"fm": "", "gz": "Sagt nichts zu Landesthemen.", "ub": "", "zett": form.Reason, "aehrenbund": form.Reason}; !maps.Equal(reasons, want) {
		t.Errorf("%v", reasons)
	}
	for _, actor := range []survey.Actor{s.admin, s.member, {}} {
		_, first := s.Send.AskInOurForm(t.Context(), actor, s.q)
		_, second := s.Send.NotAskMany(t.Context(), actor, s.q, form)
		if first == nil || second == nil {
			t.Errorf("allowed to %s", actor.User.ID)
		}
	}
	s.mustDispatch()
	if _, err := s.Send.AskInOurForm(t.Context(), s.office, s.q); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("after the dispatch: %v", err)
	}
}

// The list counts by outlines what the board counts by the respondents and their answers.
func TestListCountsAsTheBoardDoes(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	slugs := []survey.Slug{"fm", "gz", "ub", "aehrenbund", "zett"}
	changes := map[string]func(r *survey.Respondent){
		"as it is":           func(*survey.Respondent) {},
		"not asked":          func(r *survey.Respondent) { r.NotAsked = "antritt zurückgezogen" },
		"never asked":        func(r *survey.Respondent) { r.AskedAt = time.Time{} },
		"not reached":        func(r *survey.Respondent) { r.NotReached = &survey.DeliveryFailure{Reason: "kommt zurück"} },
		"a date of its own":  func(r *survey.Respondent) { r.Due.At = s.clock.Now().Add(90 * 24 * time.Hour) },
		"without a question": func(r *survey.Respondent) { r.LeftOut = map[survey.QuestionID]string{"q01": "zu lang"} },
		"with no question": func(r *survey.Respondent) {
			r.LeftOut = map[survey.QuestionID]string{"q01": "zu lang", "q02": "zu lang"}
		},
	}
	statuses := []survey.Status{"", survey.Answered, survey.NoPosition, survey.Declined, survey.Withdrawn, survey.General}
	for name, change := range changes {
		for n, status := range statuses {
			slug := slugs[n%len(slugs)]
			r := s.respondent(slug)
			before := r
			change(&r)
			s.put(func(tx *survey.Tx) error { return tx.Respondents.Put(r) })
			if status != "" {
				s.said(slug, "q01", survey.Version{Status: status, Provenance: survey.ByForm})
			}
			for _, later := range []time.Duration{0, 60 * 24 * time.Hour} {
				s.clock.Set(s.clock.Now().Add(later))
				b, errBoard := s.Send.Board(t.Context(), s.office, s.q)
				list, errList := s.Send.List(t.Context(), s.office)
				if errBoard != nil || errList != nil || list[0].Asked != b.Asked() || list[0].Returned != b.Count[survey.StageReturned] {
					t.Errorf("%s, %s: %d of %d, in the list %d of %d: %v, %v", name, status, b.Count[survey.StageReturned], b.Asked(), list[0].Returned, list[0].Asked, errBoard, errList)
				}
				s.clock.Set(s.clock.Now().Add(-later))
			}
			s.put(func(tx *survey.Tx) error { return tx.Respondents.Put(before) })
		}
	}
}
