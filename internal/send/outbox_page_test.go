package send_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// What a party has submitted is its own: of a receipt the office sees that it went out, not what it says.
func TestTheOfficeReadsNoReceipt(t *testing.T) {
	s := newSending(t)
	s.ready()
	r := s.respondent("fm")
	receipt := survey.Mail{ID: "m1", Questionnaire: s.q, Respondent: r.ID, Kind: survey.MailReceipt, State: survey.MailSent, To: r.Email, Subject: "Ihre Angaben", Sealed: []byte("secret")}
	text := survey.MailText{Body: "Sie schrieben: Ja.", Attachment: &survey.MailFile{Name: "antworten.txt", Type: "text/plain", Data: []byte("Ja.")}}
	s.put(func(tx *survey.Tx) error {
		return survey.PutMail(tx, survey.WrittenMail{Mail: receipt, MailText: text})
	})
	page, err := s.Send.OutboxPage(t.Context(), s.office, s.q, "", "")
	if err != nil {
		t.Fatal(err)
	}
	file, err := s.Send.RespondentFile(t.Context(), s.office, s.q, "fm")
	if err != nil {
		t.Fatal(err)
	}
	proof, err := s.Send.Proof(t.Context(), s.office, s.q, "fm")
	if err != nil {
		t.Fatal(err)
	}
	one, err := s.Send.OutboxMail(t.Context(), s.office, s.q, receipt.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := receipt
	want.Sealed = nil
	for name, rows := range map[string][]send.OutboxRow{"outbox": page.Rows, "respondent": file.Mails, "proof": proof.Mails, "mail": {one}} {
		if len(rows) != 1 {
			t.Errorf("%s: %d mails", name, len(rows))
			continue
		}
		if diff := cmp.Diff(want, rows[0].Mail); diff != "" || rows[0].Text != nil {
			t.Errorf("%s: %s, %+v", name, diff, rows[0].Text)
		}
	}
}
