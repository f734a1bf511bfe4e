package send

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	go_qr "github.com/piglig/go-qr"

	"pruefstein/internal/locale"
	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// postPage is a respondent that is asked by post: its letters, printing one, and when it went out.
type postPage struct {
	sendPage
	Lead     string
	Facts    []templates.Fact
	Letters  []printedLine
	Only     string // why none can be printed
	Waiting  string // a sentence about the request that waits for a second person
	Void     bool   // it is for another letter than there is now
	Withdraw string
	Print    *templates.Confirm // asks before a letter that was sent is made void
	Action   string             // where recording the day posts to; "" there is nothing to record
	Fields   []templates.Field
	Undo     string // a sentence about the day that is recorded; "" none is
	Hidden   templates.Field
}

// printedLine is a letter that was printed.
type printedLine struct{ Printed, By, Sent, State string }

type postedForm struct {
	Day      string `form:"day"`
	Undo     bool   `form:"undo"`
	Revision int    `form:"revision"`
}

func (s *Room) postPage(r *web.Request) error {
	return s.renderPost(r, http.StatusOK, nil, nil)
}

func (s *Room) renderPost(r *web.Request, status int, typed *postedForm, errs []templates.FieldError) error {
	d, err := s.Send.PostPage(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(r.Param("respondent")))
	if err != nil {
		return err
	}
	who := d.Row.Respondent
	path := sendPath(r, "befragte", string(who.Slug))
	p := postPage{sendPage: s.sendBase(r, "send.post.title", "Name", who.ShortName)}
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: p.Must("send.tab.befragte"), Href: sendPath(r, "befragte")}, templates.NavItem{Label: who.ShortName, Href: path})
	p.Errors, p.Lead = errs, p.Must("send.post.lead")
	p.Hidden = web.HiddenField("revision", strconv.Itoa(who.Revision))
	for i, l := range who.Letters {
		p.Letters = append(p.Letters, newPrintedLine(r, d, i, l))
	}
	if d.Waiting != nil {
		p.Waiting, p.Void = p.Must("send.dispatch.waiting", "Name", d.WaitingName, "At", r.Moment(d.Waiting.RequestedAt)), d.Outdated
		p.Withdraw = path + "/brief/zuruecknehmen"
	}
	if p.CanAct || d.Waiting != nil {
		p.print(r, d, path+"/brief/drucken")
	}
	if !p.CanAct {
		return r.Page(status, "send/post", p)
	}
	last := who.LastLetter()
	switch {
	case last == nil:
	case last.SentOn != "" && (typed == nil || typed.Undo):
		p.Action, p.Undo = path+"/brief/versendet", p.Must("send.post.recorded", "Day", web.ShortDay(p.Printer, last.SentOn))
	default:
		form := func(day string) []templates.Field {
			f := web.RequiredField(p.field("day", "date", day))
			f.Label, f.Hint = p.Must("send.field.posted"), p.Must("send.hint.posted")
			return []templates.Field{p.Hidden, f}
		}
		day := s.Now().In(r.Place()).Format(time.DateOnly)
		if typed != nil {
			day = typed.Day
		}
		p.Action, p.Fields = path+"/brief/versendet", form(day)
		if status == http.StatusConflict {
			groups := []web.FieldGroup{{Fields: p.Fields}}
			r.Overtaken(&p.Base, groups, []web.FieldGroup{{Fields: form(last.SentOn)}})
			p.Fields = groups[0].Fields
		}
	}
	if status == http.StatusConflict && typed == nil {
		p.Warning = p.Must("send.post.overtaken")
	}
	return r.Page(status, "send/post", p)
}

// print is the button that prints, and what it does to the letter before.
func (p *postPage) print(r *web.Request, d send.PostPage, action string) {
	who := d.Row.Respondent
	if d.Over {
		p.Only = p.Must("send.error.post_over")
		return
	}
	p.Print = &templates.Confirm{Title: p.Must("send.post.print_title"), Text: p.Must("send.post.print_text"), Action: action, Button: p.Must("send.post.print_button"),
		Fields: []templates.Field{web.HiddenField("printed", strconv.Itoa(len(who.Letters)))}}
	switch {
	case d.TwoClicks:
		p.Print.Title, p.Print.Text, p.Print.Button, p.Print.Danger = p.Must("send.post.again_title"), p.Must("send.post.again_text"), p.Must("send.post.again_button"), true
	case d.Confirmed: // something came from the party
		p.Print.Title, p.Print.Text, p.Print.Button = p.Must("send.post.again_title"), p.Must("send.post.returned_text"), p.Must("send.post.again_button")
	case len(who.Letters) > 0:
		p.Print.Text, p.Print.Button = p.Must("send.post.anew_text"), p.Must("send.post.again_button")
	}
	waits := d.Waiting != nil && !d.Outdated
	switch {
	case !d.Confirmed || !d.TwoPerson && !waits:
	case waits && d.Own:
		p.Print, p.Only = nil, p.Must("send.dispatch.own")
	case waits && d.OneHand:
		p.Print, p.Only = nil, p.Must("error.one_hand")
	case waits:
		p.Print.Text, p.Print.Button = web.Sentences(p.Must("send.post.confirm_text", "Name", d.WaitingName), p.Print.Text), p.Must("send.post.confirm_button")
	case !p.CanAct:
		p.Print, p.Only = nil, p.Must("send.dispatch.only_coordinators")
	default:
		p.Print.Danger, p.Print.Text, p.Print.Button = false, web.Sentences(p.Must("send.post.request_text"), p.Print.Text, r.NobodyElse(d.SecondPerson)), p.Must("send.post.request_button")
	}
}

func newPrintedLine(r *web.Request, d send.PostPage, i int, l survey.PrintedLetter) printedLine {
	p := r.Printer()
	line := printedLine{Printed: r.Moment(l.At), By: d.Names[i], State: p.Must("send.post.state.void")}
	if l.SentOn != "" {
		line.Sent = web.ShortDay(p, l.SentOn)
	}
	switch last := i == len(d.Names)-1; {
	case !l.CodeUsedAt.IsZero():
		line.State = p.Must("send.post.state.used", "At", r.Moment(l.CodeUsedAt))
	case last && d.LinkUsed:
		line.State = p.Must("send.post.state.opened")
	case last:
		line.State = p.Must("send.post.state.good")
	}
	return line
}

// letterPage is a letter as it is printed, shown this once.
type letterPage struct {
	templates.Base
	Back      templates.NavItem
	Party     string
	Postal    string // below it
	Sender    string
	Contact   string
	Day       string
	Subject   string
	Before    string
	After     string
	Questions []letterQuestion
	Limit     string
	Answer    string // until when, and how else
	ByHand    string
	Code      string
	QR        qrCode
}

type letterQuestion struct {
	Number                        int
	Printed, Label, Text, Context string
	Thesis                        bool
	Errata                        []templates.Erratum
}

// qrCode is a QR code as a path of an SVG whose side has so many modules, the quiet zone included.
type qrCode struct {
	Side int
	Path string
}

// quiet is the empty border of a QR code in modules (ISO/IEC 18004).
const quiet = 4

func newQRCode(text string) (qrCode, error) {
	code, err := go_qr.EncodeText(text, go_qr.Medium)
	if err != nil {
		return qrCode{}, err
	}
	var path strings.Builder
	for y := range code.Size() {
		for x := range code.Size() {
			if code.Module(x, y) {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return qrCode{Side: code.Size() + 2*quiet, Path: path.String()}, nil
}

// printLetter answers with the letter itself: a redirect would need its secrets kept somewhere.
func (s *Room) printLetter(r *web.Request) error {
	var form struct {
		Printed int `form:"printed"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug := r.Param("respondent")
	l, done, err := s.Send.PrintLetter(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug), send.PrintLetter(form))
	if web.Stale(err) {
		return s.renderPost(r, http.StatusConflict, nil, nil)
	}
	if err != nil {
		return err
	}
	if !done {
		return r.Redirect(sendPath(r, "befragte", slug, "brief"), "send.notice.requested")
	}
	web.SecretPage(r)
	p, err := newLetterPage(r, l)
	if err != nil {
		return err
	}
	p.Back = templates.NavItem{Label: p.Must("send.post.back"), Href: sendPath(r, "befragte", slug, "brief")}
	return r.Page(http.StatusOK, "send/letter", p)
}

// newLetterPage sets a letter in the language of its cover.
func newLetterPage(r *web.Request, l send.Letter) (p letterPage, err error) {
	zone, lang := l.Questionnaire.Deadline.Location(), l.Language
	if !locale.Known(lang) {
		lang = locale.Languages[0]
	}
	p = letterPage{Base: r.Base("send.post.letter", "Name", l.Respondent.ShortName), Party: l.Respondent.Name, Postal: l.Respondent.Postal, Sender: l.Alliance.Name, Contact: l.Alliance.Email,
		Subject: l.Subject, Before: l.Before, After: l.After, ByHand: l.Typed, Code: l.Code}
	p.Printer = locale.ForPage(lang)
	due := l.Respondent.LateAfter(l.Questionnaire)
	p.Day, p.Answer = p.Date(l.At.In(zone)), p.Must("send.post.by_letter", "Until", p.DateTime(due.In(), nil))
	if !l.At.Before(due.At) {
		p.Answer = p.Must("send.post.by_letter_late", "Until", p.DateTime(due.In(), nil), "End", p.DateTime(l.End.In(), nil))
	}
	if n := l.Questionnaire.AnswerLimit; n > 0 {
		p.Limit = p.Must("mail.limit", "Count", n)
	}
	for _, q := range l.Questions {
		one := letterQuestion{Number: q.Number, Printed: q.Printed(), Label: q.Label, Text: q.Text, Context: q.Context, Thesis: q.Kind == survey.KindThesis}
		for _, e := range l.Questionnaire.ErrataOf(q.ID) {
			one.Errata = append(one.Errata, templates.Erratum{Date: p.Date(e.At.In(zone)), Text: e.Text})
		}
		p.Questions = append(p.Questions, one)
	}
	p.QR, err = newQRCode(l.Link)
	return p, err
}

func (s *Room) withdrawReprint(r *web.Request) error {
	slug := r.Param("respondent")
	d, err := s.Send.PostPage(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug))
	if err != nil {
		return err
	}
	if err := s.Send.WithdrawApproval(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.ActPost, string(d.Row.Respondent.ID)); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "befragte", slug, "brief"), "send.notice.withdrawn")
}

func (s *Room) recordPosted(r *web.Request) error {
	var form postedForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug := r.Param("respondent")
	err := s.Send.RecordPosted(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug), send.RecordPosted(form))
	if status, errs := r.Refused(err); status != 0 {
		return s.renderPost(r, status, &form, errs)
	}
	if err != nil {
		return err
	}
	notice := "send.notice.posted"
	if form.Undo {
		notice = "send.notice.posted_undone"
	}
	return r.Redirect(sendPath(r, "befragte", slug, "brief"), notice)
}
