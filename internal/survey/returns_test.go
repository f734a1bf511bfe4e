package survey

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReturns(t *testing.T) {
	tests := []struct {
		name     string
		statuses []Status
		want     ReturnState
		asked    int
		said     int
	}{
		{"all answered", []Status{Answered, Answered}, ReturnAnswered, 2, 2},
		{"without a position is an answer", []Status{NoPosition, NoPosition}, ReturnAnswered, 2, 2},
		{"one answer, the rest general", []Status{NoPosition, General, Refers}, ReturnPartly, 3, 1},
		{"general alone is no answer", []Status{General, General}, ReturnGeneral, 2, 0},
		{"general beside a refusal", []Status{General, Refers, Declined}, ReturnGeneral, 3, 0},
		{"a pointer to the manifesto is no answer", []Status{Refers, NoAnswer}, ReturnRefers, 2, 0},
		{"general, and silent before its date", []Status{General, Pending}, ReturnPending, 2, 0},
		{"answered all it was asked", []Status{Answered, NotAsked}, ReturnAnswered, 1, 1},
		{"some silent", []Status{Answered, NoAnswer}, ReturnPartly, 2, 1},
		{"some declined", []Status{Answered, Declined}, ReturnPartly, 2, 1},
		{"some withdrawn", []Status{Answered, Withdrawn}, ReturnPartly, 2, 1},
		{"declined", []Status{Declined, Declined}, ReturnDeclined, 2, 0},
		{"declined one, silent on the other", []Status{Declined, NoAnswer}, ReturnDeclined, 2, 0},
		{"withdrawn", []Status{Withdrawn, NoAnswer}, ReturnWithdrawn, 2, 0},
		{"silent", []Status{NoAnswer, NoAnswer}, ReturnSilent, 2, 0},
		{"silent on what it was asked", []Status{NotAsked, NoAnswer}, ReturnSilent, 1, 0},
		{"pending", []Status{Pending, Pending}, ReturnPending, 2, 0},
		{"pending on what it was asked", []Status{NotAsked, Pending}, ReturnPending, 1, 0},
		{"not reached", []Status{NotReached, NotReached}, ReturnNotReached, 2, 0},
		{"not asked", []Status{NotAsked, NotAsked}, ReturnNotAsked, 0, 0},
		{"an import that does not say", []Status{Unknown, Unknown}, ReturnUnknown, 2, 0},
		{"an import that says some", []Status{Unknown, Answered}, ReturnPartly, 2, 1},
		{"a catalogue without questions", nil, ReturnUnknown, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := ComparedRespondent{Slug: "fm"}
			for _, s := range tt.statuses {
				r.Cells = append(r.Cells, ComparedCell{Cell: Cell{Status: s}})
			}
			got := Returns(Comparison{Respondents: []ComparedRespondent{r}})
			if one := got.Returns[0]; one.State != tt.want || one.Asked != tt.asked || one.Said != tt.said {
				t.Errorf("state %s, %d of %d said; want %s, %d of %d", one.State, one.Said, one.Asked, tt.want, tt.said, tt.asked)
			}
		})
	}
}

func TestReturnsCountsAndKeepsReasons(t *testing.T) {
	version := func(received Stamp, late bool) Cell {
		v := Version{Status: Declined, ReceivedAt: received, Late: late}
		return Cell{Status: Declined, Reason: "Keine Zeit.", Current: &v, History: []Version{v}}
	}
	corrected := version("2027-02-02T09:45:00+01:00", false)
	corrected.Current = &Version{Status: Declined, ReceivedAt: "2027-02-09T10:00:00+01:00", Late: true}
	corrected.History = append(corrected.History, *corrected.Current)
	c := Comparison{Respondents: []ComparedRespondent{
		{Slug: "a", Cells: []ComparedCell{{Cell: version("2027-02-02T10:00:00+01:00", true)}, {Cell: version("2027-02-02T09:30:00+01:00", false)},
			{Cell: corrected}, {Cell: Cell{Status: NotAsked, Reason: "Passt nicht in ihr Formular."}}}},
		{Slug: "b", Cells: []ComparedCell{{Cell: Cell{Status: NotAsked, Reason: "Tritt nicht an."}}}},
		{Slug: "c", Cells: []ComparedCell{{Cell: Cell{Status: Answered}}}},
		{Slug: "d", Cells: []ComparedCell{{Cell: Cell{Status: General}}}},
		{Slug: "e", Cells: []ComparedCell{{Cell: Cell{Status: Refers}}}},
	}}
	got := Returns(c)
	if got.Asked() != 4 || got.Responded() != 1 {
		t.Errorf("%d of %d responded, want 1 of 4", got.Responded(), got.Asked())
	}
	one := got.Returns[0]
	if diff := cmp.Diff([]string{"Keine Zeit."}, one.Reasons); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Passt nicht in ihr Formular."}, one.Left); diff != "" {
		t.Error(diff)
	}
	if one.Received != "2027-02-02T09:30:00+01:00" || one.Late != 1 || one.Given != 3 {
		t.Errorf("received %s, %d of %d late", one.Received, one.Late, one.Given)
	}
}
