package answer

import (
	"fmt"
	"net/http"
	"strings"

	"pruefstein/internal/answer"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// receiptPage shows what was submitted: right after it, and later as a receipt.
type receiptPage struct {
	answerBase
	Lead     string
	Last     bool // it is the last submission
	Facts    []templates.Fact
	Entries  []entryView
	Text     templates.NavItem
	Proof    templates.NavItem // the file to recompute it by
	Verifier templates.Copy
	Earlier  []templates.NavItem // receipts of the other submissions
	Left     string              // the questions it says nothing to
}

func receiptPath(sub survey.Submission, parts ...string) string {
	return strings.Join(append([]string{"/antwort/quittung", sub.ID}, parts...), "/")
}

func (s *Room) confirmationPage(r *web.Request) error {
	done, err := s.Answer.Confirmation(r.Request.Context(), r.Actor, "")
	if err != nil {
		return err
	}
	if len(done.Confirmed) == 0 {
		return r.Redirect("/antwort", "")
	}
	p := newReceiptPage(r, done, "answer.confirmation.title")
	p.Lead = p.Must("answer.confirmation.lead", "At", p.DateTime(done.Submission.RequestedAt.In(done.Due.Location()), nil))
	if done.Respondent.Email == "" {
		p.Lead = p.Must("answer.confirmation.lead_paper", "At", p.DateTime(done.Submission.RequestedAt.In(done.Due.Location()), nil))
		if key := done.NoCode(); key != "" && !done.Sheet.Ended {
			p.Lead += " " + p.Must(key)
		}
	}
	return r.Page(http.StatusOK, "answer/confirmation", p)
}

func (s *Room) receiptPage(r *web.Request) error {
	done, err := s.Answer.Confirmation(r.Request.Context(), r.Actor, r.Param("submission"))
	if err != nil {
		return err
	}
	p := newReceiptPage(r, done, "answer.receipt.title")
	p.Lead = p.Must("answer.receipt.lead", "At", p.DateTime(done.Submission.RequestedAt.In(done.Due.Location()), nil))
	return r.Page(http.StatusOK, "answer/confirmation", p)
}

func newReceiptPage(r *web.Request, done answer.Confirmation, title string) receiptPage {
	sheet, sub := done.Sheet, done.Submission
	p := receiptPage{answerBase: newAnswerBase(r, sheet, title), Facts: receiptFacts(r, done), Last: sub.ID == sheet.Confirmed[0].ID,
		Verifier: templates.Copy{ID: "verifier", Label: r.Printer().Must("common.verifier"), Text: done.Verifier}}
	for _, e := range done.Entries {
		v := questionView(r, e.Question)
		v.say(e.Entry)
		v.Provenance = receiptVersion(r, e)
		p.Entries = append(p.Entries, v)
	}
	if left := done.Unanswered; len(left) > 0 {
		p.Left = p.Must("answer.confirmation.left", "Count", len(left), "Numbers", p.Join(left))
		switch {
		case !p.Last:
		case !sheet.Over:
			p.Left += " " + p.Must("answer.confirmation.left_open")
		case !sheet.Ended:
			p.Left += " " + p.Must("answer.confirmation.left_late", "End", p.End)
		}
	}
	p.Text = templates.NavItem{Href: receiptPath(sub, "text"), Label: p.Must("answer.confirmation.download")}
	p.Proof = templates.NavItem{Href: receiptPath(sub, "nachweis"), Label: p.Must("answer.confirmation.proof")}
	for _, other := range sheet.Confirmed {
		if other.ID != sub.ID {
			p.Earlier = append(p.Earlier, templates.NavItem{Href: receiptPath(other),
				Label: p.Must("answer.confirmation.receipt", "At", p.ShortDateTime(other.RequestedAt.In(sheet.Due.Location())))})
		}
	}
	return p
}

// receiptFacts are what a receipt says of the act itself.
func receiptFacts(r *web.Request, done answer.Confirmation) []templates.Fact {
	p, sub, zone := r.Printer(), done.Submission, done.Due.Location()
	consent := p.Must("answer.confirmation.verbatim")
	if sub.Declaration.Licence != "" {
		consent = p.Must("answer.confirmation.open", "Licence", sub.Declaration.Licence)
	}
	facts := []templates.Fact{
		{Label: p.Must("answer.confirmation.at"), Value: p.DateTime(sub.RequestedAt.In(zone), nil)},
		{Label: p.Must("answer.confirmation.confirmed"), Value: p.DateTime(sub.ConfirmedAt.In(zone), nil)},
		{Label: p.Must("answer.confirmation.by"), Value: sub.Declaration.Name + ", " + sub.Declaration.Function},
		{Label: p.Must("answer.confirmation.licence"), Value: consent},
	}
	if sub.ChangeNote != "" {
		facts = append(facts, templates.Fact{Label: p.Must("answer.confirmation.note"), Value: sub.ChangeNote})
	}
	return facts
}

func receiptVersion(r *web.Request, e answer.ReceiptEntry) string {
	if e.New {
		return r.Printer().Must("answer.confirmation.version_new", "Number", e.Version)
	}
	return r.Printer().Must("answer.confirmation.version_kept", "Number", e.Version)
}

// receiptText is the receipt as a plain text, to keep.
func (s *Room) receiptText(r *web.Request) error {
	done, err := s.Answer.Confirmation(r.Request.Context(), r.Actor, r.Param("submission"))
	if err != nil {
		return err
	}
	p := r.Printer()
	name := answer.ReceiptName(done.Submission, done.Due.Location())
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\n\n", p.Must("answer.receipt.title"), done.Questionnaire.Title, done.Respondent.Name)
	for _, f := range receiptFacts(r, done) {
		fmt.Fprintf(&b, "%s: %s\n", f.Label, f.Value)
	}
	if left := done.Unanswered; len(left) > 0 {
		fmt.Fprintf(&b, "%s\n", p.Must("answer.confirmation.left", "Count", len(left), "Numbers", p.Join(left)))
	}
	for _, e := range done.Entries {
		fmt.Fprintf(&b, "\n%s\n\n%s\n\n", p.Must("common.question_number", "Number", e.Question.Printed()), e.Question.Text)
		fmt.Fprintf(&b, "%s: %s (%s)\n", p.Must("common.answer"), p.Must("common.status."+string(e.Status)), receiptVersion(r, e))
		if e.Position != "" {
			fmt.Fprintf(&b, "%s\n", p.Must("common.position."+string(e.Position)))
		}
		for _, text := range []string{e.Text, e.Reason} {
			if text != "" {
				fmt.Fprintf(&b, "\n%s\n", text)
			}
		}
	}
	fmt.Fprintf(&b, "\n%s\n\n%s\n\n%s: %s\n", p.Must("common.proof"), p.Must("answer.receipt.proof_text", "File", name+".json"), p.Must("common.verifier"), done.Verifier)
	return r.DownloadBytes(name+".txt", "text/plain; charset=utf-8", []byte(b.String()))
}

// receiptFile is the file a receipt is recomputed by.
func (s *Room) receiptFile(r *web.Request) error {
	name, file, err := s.Answer.ReceiptFile(r.Request.Context(), r.Actor, r.Param("submission"))
	if err != nil {
		return err
	}
	return r.DownloadBytes(name, "application/json; charset=utf-8", file)
}
