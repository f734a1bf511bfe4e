package survey_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/survey"
)

// A moment of the cell table, in hours from the deadline.
func hours(h int) time.Time {
	return time.Date(2026, 11, 30, 17, 0, 0, 0, time.UTC).Add(time.Duration(h) * time.Hour)
}

// said is version n of a cell, from the party itself, effective h hours from the deadline.
func said(n int, status survey.Status, h int) survey.Version {
	return survey.Version{Number: n, Status: status, Text: string(status), Provenance: survey.ByForm, CountsAt: hours(h), Late: h >= 0}
}

func copied(n int, status survey.Status, h int) survey.Version {
	v := said(n, status, h)
	v.Provenance = survey.Transcribed
	return v
}

func refused(v survey.Version, reason string) survey.Version {
	v.Text, v.Reason = "", reason
	return v
}

func TestCellAt(t *testing.T) {
	sent := survey.Questionnaire{DispatchedAt: hours(-100), Deadline: survey.Instant{At: hours(0)}}
	locked := survey.Questionnaire{Deadline: survey.Instant{At: hours(0)}}
	imported := survey.Questionnaire{Imported: true}
	portal := survey.Respondent{Due: survey.Instant{At: hours(50)}}
	early := survey.Respondent{Due: survey.Instant{At: hours(-50)}}
	never := survey.Respondent{NotAsked: "Die Partei bat darum, nicht gefragt zu werden."}
	leftOut := survey.Respondent{LeftOut: map[survey.QuestionID]string{"f1": "Nur drei Fragen erlaubt."}}
	otherLeftOut := survey.Respondent{LeftOut: map[survey.QuestionID]string{"f2": "Nur drei Fragen erlaubt."}}
	bounced := survey.Respondent{NotReached: &survey.DeliveryFailure{Reason: "Die Adresse gibt es nicht."}}
	bouncedNever := survey.Respondent{NotAsked: never.NotAsked, NotReached: bounced.NotReached}

	type versions = []survey.Version
	for name, c := range map[string]struct {
		q      survey.Questionnaire
		r      survey.Respondent
		v      versions
		now    time.Time
		status survey.Status
		reason string
		shown  []int // numbers of the versions readers see
	}{
		"locked, not sent":       {q: locked, now: hours(-1), status: survey.Pending},
		"locked beyond the date": {q: locked, now: hours(1), status: survey.Pending},
		"asked":                  {q: sent, now: hours(-1), status: survey.Pending},
		"the very instant":       {q: sent, now: hours(0), status: survey.NoAnswer},
		"silent":                 {q: sent, now: hours(1), status: survey.NoAnswer},

		"answered before the date stays private": {q: sent, v: versions{said(1, survey.Answered, -5)}, now: hours(-1), status: survey.Pending},
		"transcribed before the date":            {q: sent, v: versions{copied(1, survey.Answered, -5)}, now: hours(-1), status: survey.Pending},
		"answered":                               {q: sent, v: versions{said(1, survey.Answered, -5)}, now: hours(0), status: survey.Answered, shown: []int{1}},
		"no position":                            {q: sent, v: versions{said(1, survey.NoPosition, -5)}, now: hours(1), status: survey.NoPosition, shown: []int{1}},
		"general":                                {q: sent, v: versions{copied(1, survey.General, -5)}, now: hours(1), status: survey.General, shown: []int{1}},
		"refers":                                 {q: sent, v: versions{copied(1, survey.Refers, -5)}, now: hours(1), status: survey.Refers, shown: []int{1}},
		"declined":                               {q: sent, v: versions{refused(said(1, survey.Declined, -5), "Keine Zeit.")}, now: hours(1), status: survey.Declined, reason: "Keine Zeit.", shown: []int{1}},
		"withdrawn":                              {q: sent, v: versions{said(1, survey.Answered, -5), said(2, survey.Withdrawn, 2)}, now: hours(3), status: survey.Withdrawn, shown: []int{1, 2}},
		"withdrawn before the date":              {q: sent, v: versions{said(1, survey.Answered, -5), said(2, survey.Withdrawn, -2)}, now: hours(3), status: survey.Withdrawn, shown: []int{2}},

		"replaced before the date stays private": {q: sent, v: versions{said(1, survey.Answered, -9), said(2, survey.NoPosition, -7), said(3, survey.Answered, -5)}, now: hours(1), status: survey.Answered, shown: []int{3}},
		"corrected after the date is shown":      {q: sent, v: versions{said(1, survey.Answered, -9), said(2, survey.Answered, -5), said(3, survey.NoPosition, 2), said(4, survey.Answered, 3)}, now: hours(4), status: survey.Answered, shown: []int{2, 3, 4}},
		"a correction still to come":             {q: sent, v: versions{said(1, survey.Answered, -5), said(2, survey.NoPosition, 2)}, now: hours(1), status: survey.Answered, shown: []int{1}},
		"late":                                   {q: sent, v: versions{said(1, survey.Answered, 2)}, now: hours(3), status: survey.Answered, shown: []int{1}},
		"two that were late are both shown":      {q: sent, v: versions{said(1, survey.Answered, 2), said(2, survey.Declined, 3)}, now: hours(4), status: survey.Declined, shown: []int{1, 2}},
		"late, not there yet":                    {q: sent, v: versions{said(1, survey.Answered, 2)}, now: hours(1), status: survey.NoAnswer},
		// The code arrived after the deadline; the submission counts from when it was asked for.
		"confirmed after, asked before": {q: sent, v: versions{said(1, survey.Answered, -1)}, now: hours(1), status: survey.Answered, shown: []int{1}},

		"a letter does not supersede the form":    {q: sent, v: versions{said(1, survey.Answered, -5), copied(2, survey.Declined, 2)}, now: hours(3), status: survey.Answered, shown: []int{1}},
		"the form corrects a letter":              {q: sent, v: versions{copied(1, survey.Declined, -5), said(2, survey.Answered, 2)}, now: hours(3), status: survey.Answered, shown: []int{1, 2}},
		"the form replaces a letter in time":      {q: sent, v: versions{copied(1, survey.Declined, -5), said(2, survey.Answered, -2)}, now: hours(3), status: survey.Answered, shown: []int{2}},
		"letters in time and late, then the form": {q: sent, v: versions{copied(1, survey.Declined, -5), copied(2, survey.General, -4), copied(3, survey.Refers, 1), said(4, survey.Answered, 2)}, now: hours(3), status: survey.Answered, shown: []int{2, 3, 4}},
		"a letter between two forms":              {q: sent, v: versions{said(1, survey.Answered, 1), copied(2, survey.Declined, 2), said(3, survey.Answered, 3)}, now: hours(4), status: survey.Answered, shown: []int{1, 3}},
		"a letter until the form counts":          {q: sent, v: versions{copied(1, survey.Declined, -5), said(2, survey.Answered, 2)}, now: hours(1), status: survey.Declined, shown: []int{1}},
		"a letter withdrawn by the form":          {q: sent, v: versions{copied(1, survey.Answered, -5), said(2, survey.Withdrawn, 2)}, now: hours(3), status: survey.Withdrawn, shown: []int{1, 2}},
		"two letters":                             {q: sent, v: versions{copied(1, survey.Answered, -5), copied(2, survey.Refers, 2)}, now: hours(3), status: survey.Refers, shown: []int{1, 2}},
		"two letters before the date":             {q: sent, v: versions{copied(1, survey.Answered, -5), copied(2, survey.Refers, -2)}, now: hours(3), status: survey.Refers, shown: []int{2}},
		"a form before, then letters, is one":     {q: sent, v: versions{said(1, survey.Answered, -5), copied(2, survey.Refers, 2), copied(3, survey.Refers, 3)}, now: hours(4), status: survey.Answered, shown: []int{1}},
		"own date later: pending after ours":      {q: sent, r: portal, now: hours(10), status: survey.Pending},
		"own date later: answered stays private":  {q: sent, r: portal, v: versions{copied(1, survey.Answered, 5)}, now: hours(10), status: survey.Pending},
		"own date later: over":                    {q: sent, r: portal, now: hours(50), status: survey.NoAnswer},
		"own date later: replaced within it":      {q: sent, r: portal, v: versions{copied(1, survey.Answered, 5), copied(2, survey.Refers, 20)}, now: hours(60), status: survey.Refers, shown: []int{2}},
		"own date earlier: silent before ours":    {q: sent, r: early, now: hours(-40), status: survey.NoAnswer},
		"own date earlier: answered before ours":  {q: sent, r: early, v: versions{copied(1, survey.Answered, -60)}, now: hours(-40), status: survey.Answered, shown: []int{1}},
		"not asked at all":                        {q: sent, r: never, now: hours(-1), status: survey.NotAsked, reason: never.NotAsked},
		"not asked, over":                         {q: sent, r: never, now: hours(1), status: survey.NotAsked, reason: never.NotAsked},
		"not asked, not sent yet":                 {q: locked, r: never, now: hours(-1), status: survey.NotAsked, reason: never.NotAsked},
		"this question left out":                  {q: sent, r: leftOut, now: hours(1), status: survey.NotAsked, reason: leftOut.LeftOut["f1"]},
		"another question left out":               {q: sent, r: otherLeftOut, now: hours(1), status: survey.NoAnswer},
		"not asked, answered all the same":        {q: sent, r: leftOut, v: versions{copied(1, survey.Answered, -5)}, now: hours(1), status: survey.Answered, shown: []int{1}},
		"not asked, answered, before the date":    {q: sent, r: leftOut, v: versions{copied(1, survey.Answered, -5)}, now: hours(-1), status: survey.NotAsked, reason: leftOut.LeftOut["f1"]},
		"bounced":                                 {q: sent, r: bounced, now: hours(-1), status: survey.NotReached, reason: bounced.NotReached.Reason},
		"bounced, over":                           {q: sent, r: bounced, now: hours(1), status: survey.NotReached, reason: bounced.NotReached.Reason},
		"bounced, but a letter came":              {q: sent, r: bounced, v: versions{copied(1, survey.Answered, -5)}, now: hours(1), status: survey.Answered, shown: []int{1}},
		"bounced, a letter came, before the date": {q: sent, r: bounced, v: versions{copied(1, survey.Answered, -5)}, now: hours(-1), status: survey.NotReached, reason: bounced.NotReached.Reason},
		"bounced, heard, before the date":         {q: sent, r: bounced.AsHeard(), now: hours(-1), status: survey.Pending},
		"bounced, heard, over":                    {q: sent, r: bounced.AsHeard(), now: hours(1), status: survey.NoAnswer},
		"not asked goes before not reached":       {q: sent, r: bouncedNever, now: hours(1), status: survey.NotAsked, reason: never.NotAsked},

		"never sent":               {q: sent, now: hours(-1), status: survey.NotAsked},
		"never sent, over":         {q: sent, now: hours(1), status: survey.NotAsked},
		"never sent, but a letter": {q: sent, v: versions{copied(1, survey.Answered, -5)}, now: hours(1), status: survey.Answered, shown: []int{1}},
		"never sent, bounced":      {q: sent, r: bounced, now: hours(1), status: survey.NotReached, reason: bounced.NotReached.Reason},
		"never sent, but heard":    {q: sent, r: bounced.AsHeard(), now: hours(1), status: survey.NoAnswer},

		"import without a word":           {q: imported, now: hours(1), status: survey.Unknown},
		"import says so":                  {q: imported, v: versions{{Number: 1, Status: survey.NoAnswer}}, now: hours(1), status: survey.NoAnswer, shown: []int{1}},
		"import with versions":            {q: imported, v: versions{{Number: 1, Status: survey.Answered}, {Number: 4, Status: survey.Declined, Reason: "So."}}, now: hours(1), status: survey.Declined, reason: "So.", shown: []int{1, 4}},
		"import: what it calls not asked": {q: imported, v: versions{{Number: 1, Status: survey.NotAsked, Reason: "Nicht angetreten."}}, now: hours(1), status: survey.NotAsked, reason: "Nicht angetreten.", shown: []int{1}},
		"import: letter after form":       {q: imported, v: versions{said(1, survey.Answered, 0), copied(2, survey.Refers, 0)}, now: hours(1), status: survey.Refers, shown: []int{1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			before := append(versions{}, c.v...)
			if !strings.HasPrefix(name, "never sent") {
				c.r.AskedAt = hours(-100)
			}
			cell := survey.CellAt(c.q, c.r, "f1", c.v, c.now)
			if cell.Status != c.status || cell.Reason != c.reason {
				t.Errorf("%s (%s), want %s (%s)", cell.Status, cell.Reason, c.status, c.reason)
			}
			var shown []int
			for _, v := range cell.History {
				shown = append(shown, v.Number)
			}
			if diff := cmp.Diff(c.shown, shown); diff != "" {
				t.Errorf("versions shown: %s", diff)
			}
			switch n := len(shown); {
			case n == 0 && cell.Current != nil:
				t.Errorf("current %d without a history", cell.Current.Number)
			case n > 0 && (cell.Current == nil || cell.Current.Number != shown[n-1] || cell.Current.Status != cell.Status):
				t.Errorf("current is not the last: %+v", cell.Current)
			}
			if diff := cmp.Diff(before, append(versions{}, c.v...)); diff != "" {
				t.Errorf("the versions were changed: %s", diff)
			}
		})
	}
}

func TestStatusesAreClosed(t *testing.T) {
	party := 0
	seen := map[survey.Status]bool{}
	for _, s := range survey.Statuses {
		if seen[s] || s == "" {
			t.Errorf("%q twice or empty", s)
		}
		seen[s] = true
		if s.FromParty() {
			party++
		}
	}
	if len(seen) != 11 || party != 6 || survey.Status("").FromParty() || survey.NoAnswer.FromParty() {
		t.Errorf("%d statuses, %d from the party", len(seen), party)
	}
}

// What readers have seen once stays in the history, whatever replaced it.
func TestCellAtKeepsWhatWasPublished(t *testing.T) {
	q := survey.Questionnaire{DispatchedAt: hours(-100), Deadline: survey.Instant{At: hours(0)}}
	r := survey.Respondent{AskedAt: hours(-100)}
	for name, c := range map[string]struct {
		versions  []survey.Version
		published []int
		shown     []int
	}{
		"a letter corrected after it was published":   {[]survey.Version{copied(1, survey.Answered, -5), copied(2, survey.Answered, -5)}, []int{1}, []int{1, 2}},
		"a letter corrected before anything came out": {[]survey.Version{copied(1, survey.Answered, -5), copied(2, survey.Answered, -5)}, nil, []int{2}},
		"a published letter, then the party itself":   {[]survey.Version{copied(1, survey.Declined, -5), said(2, survey.Answered, 2)}, []int{1}, []int{1, 2}},
		"an unpublished letter, then the party":       {[]survey.Version{copied(1, survey.Declined, -5), said(2, survey.Answered, 2)}, nil, []int{1, 2}},
		"a letter never supersedes the form":          {[]survey.Version{said(1, survey.Answered, -5), copied(2, survey.Declined, 2)}, []int{1}, []int{1}},
	} {
		t.Run(name, func(t *testing.T) {
			var shown []int
			for _, v := range survey.CellAt(q, r, "f1", c.versions, hours(9), c.published...).History {
				shown = append(shown, v.Number)
			}
			if !slices.Equal(shown, c.shown) {
				t.Errorf("readers see %v, want %v", shown, c.shown)
			}
		})
	}
}

// Late is what came after the date that holds now. What was recorded when it came does not count.
func TestCellAtIsLateByTheDateThatHolds(t *testing.T) {
	end := func(h int) survey.Instant { return survey.Instant{At: hours(h)} }
	moved := func(from, to int, reason string) []survey.DateChange {
		return []survey.DateChange{{From: end(from), To: end(to), Reason: reason}}
	}
	sent := survey.Questionnaire{DispatchedAt: hours(-100), Deadline: end(0)}
	extended, ended := sent, sent
	extended.Deadline, extended.Extended = end(50), moved(0, 50, "Feiertag")
	ended.Deadline, ended.Extended = end(-20), moved(0, -20, "")
	ownDate := survey.Respondent{Due: end(50), DueChanges: moved(0, 50, "Parteitag")}
	day := copied(1, survey.Answered, 0) // the day begins at the date
	day.ReceivedAt = "2026-11-30"
	for name, c := range map[string]struct {
		q    survey.Questionnaire
		r    survey.Respondent
		v    survey.Version
		late bool
	}{
		"in time":                           {q: sent, v: said(1, survey.Answered, -1)},
		"at the date":                       {q: sent, v: said(1, survey.Answered, 0), late: true},
		"a letter of the day":               {q: sent, v: day},
		"late, then extended for all":       {q: extended, v: said(1, survey.Answered, 2)},
		"a late letter, then extended":      {q: extended, v: copied(1, survey.Answered, 2)},
		"late for the extension too":        {q: extended, v: said(1, survey.Answered, 50), late: true},
		"late, then an own date":            {q: sent, r: ownDate, v: said(1, survey.Answered, 2)},
		"an own date, extended for others":  {q: extended, r: survey.Respondent{Due: end(10)}, v: said(1, survey.Answered, 20), late: true},
		"after an early end":                {q: ended, v: said(1, survey.Answered, -10)},
		"after the date that was announced": {q: ended, v: said(1, survey.Answered, 1), late: true},
	} {
		for _, recorded := range []bool{false, true} {
			c.r.AskedAt, c.v.Late = hours(-100), recorded
			if cell := survey.CellAt(c.q, c.r, "f1", []survey.Version{c.v}, hours(99)); cell.Current.Late != c.late || cell.History[0].Late != c.late {
				t.Errorf("%s, recorded %t: late %t", name, recorded, cell.Current.Late)
			}
		}
		if c.v.Late != true {
			t.Errorf("%s: the version was changed", name)
		}
	}
}
