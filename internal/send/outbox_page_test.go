package send_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
)

// The outbox is read in pages, from the newest mail to the oldest and back: each mail once, in order, however many there are.
func TestOutboxInPages(t *testing.T) {
	for _, n := range []int{0, 1, send.OutboxPageSize, send.OutboxPageSize + 1, 2*send.OutboxPageSize + 50} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := newSending(t)
			var want []string // the newest first
			s.put(func(tx *survey.Tx) (err error) {
				want = nil
				for i := range n {
					id := fmt.Sprintf("m%04d", i)
					want = append(want, id)
					err = errors.Join(err, tx.Mails.Put(survey.Mail{ID: id, Questionnaire: s.q, Kind: survey.MailTest, State: survey.MailSent}))
				}
				slices.Reverse(want)
				return errors.Join(err, tx.Mails.Put(survey.Mail{ID: "m0000a", Questionnaire: s.q, Kind: survey.MailCode}),
					tx.Mails.Put(survey.Mail{ID: "m0000b", Questionnaire: s.q + "x", Kind: survey.MailTest}))
			})
			page := func(before, after string) (p send.OutboxPage, ids []string) {
				t.Helper()
				p, err := s.Send.OutboxPage(t.Context(), s.office, s.q, before, after)
				if err != nil || p.Total != n || len(p.Rows) > send.OutboxPageSize {
					t.Fatalf("%d of %d, %v", len(p.Rows), p.Total, err)
				}
				for _, r := range p.Rows {
					ids = append(ids, r.ID)
				}
				return p, ids
			}
			p, ids := page("", "")
			if p.Newer {
				t.Error("something is newer than the newest")
			}
			got := slices.Clone(ids)
			for p.Older {
				if p, ids = page(ids[len(ids)-1], ""); !p.Newer {
					t.Error("nothing is newer than an older page")
				}
				got = append(got, ids...)
			}
			if !slices.Equal(got, want) {
				t.Errorf("going back: %q", got)
			}
			for p.Newer {
				p, ids = page("", ids[0])
			}
			if want := want[:min(n, send.OutboxPageSize)]; !slices.Equal(ids, want) {
				t.Errorf("back at the newest: %q", ids)
			}
			// an address somebody typed
			if p, ids := page("a", ""); p.Newer || !slices.Equal(ids, want[:min(n, send.OutboxPageSize)]) {
				t.Errorf("before all: %q", ids)
			}
			if _, ids := page("", "zzz"); !slices.Equal(ids, want[:min(n, send.OutboxPageSize)]) {
				t.Errorf("after all: %q", ids)
			}
		})
	}
}
