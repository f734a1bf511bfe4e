package answer

import (
	"net/http"

	"pruefstein/internal/locale"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// accessPage is what an access link shows before its button is pressed. Opening it changes nothing.
type accessPage struct {
	templates.Base
	Heading string
	Lead    string
	Intro   string
	Facts   []templates.Fact
	Over    string // what still works after the deadline; "" before it
	Ended   bool   // nothing can be submitted any more
	Action  string
	Contact string
}

func (s *Room) accessPage(r *web.Request) error {
	web.SecretPage(r)
	link, err := s.Answer.AccessPage(r.Request.Context(), r.Param("token"))
	if err != nil {
		return err
	}
	if !choseLanguage(r) && locale.Known(link.Language) {
		r.Language = link.Language
	}
	p := accessPage{Base: r.Base("answer.access.title"), Intro: link.Intro, Contact: link.Contact}
	p.Action = r.Request.URL.Path + "?lang=" + r.Language
	p.OtherLangs = nil
	for _, lang := range locale.Languages { // in the query, so that nothing is set before the button
		if lang != r.Language {
			p.OtherLangs = append(p.OtherLangs, templates.NavItem{Label: locale.Names[lang], Href: "?lang=" + lang, Lang: lang})
		}
	}
	p.Heading = link.Title
	p.Lead = p.Must("answer.access.lead", "Alliance", link.Alliance, "Party", link.Respondent)
	p.Facts = []templates.Fact{
		{Label: p.Must("answer.access.asks"), Value: link.Alliance},
		{Label: p.Must("answer.access.asked"), Value: link.Respondent},
		{Label: p.Must("answer.access.election"), Value: link.Election.Name},
		{Label: p.Must("answer.access.size"), Value: p.Must("common.questions", "Count", link.Questions)},
		{Label: p.Must("common.deadline"), Value: p.DateTime(link.Due.In(), nil)},
	}
	p.Ended = link.Ended
	switch {
	case link.Ended && link.Submitted:
		p.Over = p.Must("answer.access.ended_submitted")
	case link.Ended:
		p.Over = p.Must("answer.access.ended")
	case link.Early:
		p.Over = p.Must("answer.access.early", "End", p.DateTime(link.End.In(), nil), "Announced", p.DateTime(link.LateAfter.In(), nil))
	case link.Over && link.Answered:
		p.Over = p.Must("answer.access.over_submitted", "End", p.DateTime(link.End.In(), nil))
	case link.Over:
		p.Over = p.Must("answer.access.over", "End", p.DateTime(link.End.In(), nil))
	}
	return r.Page(http.StatusOK, "answer/access", p)
}

// choseLanguage tells whether the language of the request was chosen by a person.
func choseLanguage(r *web.Request) bool {
	if locale.Known(r.Request.URL.Query().Get("lang")) {
		return true
	}
	c, err := r.Cookie(web.LanguageCookie)
	return err == nil && locale.Known(c)
}

// exchangeLink opens the session: from here on the address holds no token.
func (s *Room) exchangeLink(r *web.Request) error {
	web.SecretPage(r)
	hash, err := s.Answer.ExchangeLink(r.Request.Context(), r.Param("token"))
	if err != nil {
		return err
	}
	if err := s.EnterParty(r, hash); err != nil {
		return err
	}
	s.SetLanguage(r, r.Language) // the one the page before was in
	return r.Redirect("/antwort", "")
}

func (s *Room) partySignOut(r *web.Request) error {
	if err := s.Leave(r); err != nil {
		return err
	}
	return r.Redirect("/antwort/abgemeldet", "")
}

// partySignedOut says how to come back.
func (s *Room) partySignedOut(r *web.Request) error {
	p := struct{ templates.Base }{r.Base("answer.signed_out.title")}
	return r.Page(http.StatusOK, "answer/signed_out", p)
}
