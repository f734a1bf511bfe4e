// Package templates renders the pages and mails. This is the guide for those who write a page.
//
// # A page
//
// A page is a struct and a file. The struct embeds Base and holds values ready to print, no maps:
//
//	type boardPage struct {
//		templates.Base
//		Topic     templates.Field
//		Questions []boardRow
//	}
//
//	err := engine.Render(w, "draft/board", boardPage{Base: base, ...}) // an error means: nothing was written
//
// The file templates/pages/draft/board.html begins with its layout and defines main:
//
//	{{template "layout/staff" .}}
//	{{define "main"}}
//	<header class="page-head"><div><h1>{{.Title}}</h1><p class="lead">{{T "draft.board.lead" "Count" .Open}}</p></div>
//	<p class="actions"><a class="button button-primary" href="neu">{{T "draft.board.new"}}</a></p></header>
//	<form method="post" novalidate>{{template "field" .Topic}}<p class="actions"><button class="button-primary">{{T "common.button.save"}}</button></p></form>
//	{{range .Questions}}<p>{{template "question-state" .State}} {{.Text}}</p>{{else}}{{template "empty" .Empty}}{{end}}
//	{{end}}
//
// Layouts: layout/staff (wide, navigation of the verbs), layout/party (answer form, reading width), layout/public
// (publications; filter script), layout/plain (narrow: sign-in, errors, confirmations), layout/file (one self-contained
// file: style inside, no script, no links to assets; serve it with style-src SheetHash()). They print skip link, header,
// breadcrumbs, error summary, Notice and Warning, footer. The page prints one h1.
//
// Files that begin with an underscore are partials of their folder: pages/compare/_cell.html is
// {{template "compare/_cell" .}} there. What two folders need lives in partials/.
//
// Words: {{T "draft.board.title"}} everywhere, also in partials and inside range ({{.T "…"}} of the page is the same);
// values as pairs: {{T "common.questions" "Count" 3}}. Dates and numbers: {{.Date t}} of the page, $.Date inside range.
// A struct field with the name of a Printer method (Date, Time, Number, Lang …) or of a field of Base hides it: do not name fields so (a test in web finds them).
//
// The Content-Security-Policy allows no style= and no inline script; there is no maxlength; forms that change
// something post and say novalidate: the messages are ours, in the error summary and at the field.
//
// # Partials
//
//	field          Field            label, hint, error, input, counter
//	status         survey.Status    symbol and word of a cell;  position: survey.Position;  question-state: survey.QuestionState
//	badge          Badge            any other state
//	party          Party            colour mark and name;  party-mark: the mark alone, takes the colour
//	textblock      string           paragraphs and line breaks of a plain text, lossless; put it in class prose or answer
//	facts          []Fact           definition list
//	tabs           Tabs             sub navigation of a questionnaire
//	empty          Empty            nothing here yet
//	confirm        Confirm          box with a form, before what cannot be undone
//	form           web.FormPage     all of a page that is one form;  field-groups: the groups of a form beside each other
//	quotation      Quotation        passage of a manifesto, marked as the alliance's
//	remark         string           the alliance's note beside an answer
//	diff           []DiffPart       word diff with + and −
//	copy           Copy             text with a copy button
//	bar            Bar              shares as drawing and words
//	notice, info, warning  string   message boxes inside a page
//	autosave       Autosave         status line of a form that saves itself, see below
//	icon           string           symbol by name: answered … unknown, agree, neutral, disagree, idea … dropped, check, warning, info,
//	                                copy, download, print, link, lock, mail
//
// # Classes
//
//	frame      page-head (> div with h1, and p.actions), kicker (small line above an h1), lead, section-head (h2 and a link, ruled)
//	           stack (children with distance), columns (two from 60rem), columns-aside (text + aside), prose (reading width)
//	buttons    actions (row), sticky-actions (save bar that stays in view), button (links), button-primary, button-danger,
//	           button-small, button-link; a plain <button> needs no class
//	forms      filters (row of Quiet fields and a button), code-input (around the field of a mailed code)
//	text       small, muted, serif, num (figures, right), visually-hidden, no-print
//	boxes      card, card-meta, cards (ul, grid of cards), box, timeline (ol; li.is-current, time), versions > article.version,
//	           mail-text (div around a mail's plain text), parties (ul of party marks)
//	tables     table-cards (table; rows become cards on phones, each td has data-label), compact,
//	           table-scroll (div tabindex="0" role="region" aria-labelledby="id of the caption")
//	draft      budget (line in view), board > section.board-column > h2 + ul > li > article.board-card (h3 > a), board-empty,
//	           thread (ul) > li > article.comment (p.comment-head; is-done), catalogue (ol) > li > span.number + …
//	answer     task-list (ol) > li.task > span.number + a + badge + p.small, progress (p with svg > rect and words),
//	           question-nav, previous-answer
//	wording    question (div around the question's textblock), answer (div around a party's textblock, with lang)
//	compare    compare-scroll (div tabindex="0" role="region") > table.compare-table; first th of a row: a > span.number;
//	           td.cell > p.cell-party (for phones) + position or status + details.cell-more > summary + div.answer, or
//	           p.cell-text (opening lines), p.cell-meta; entry > entry-head (h2, position), reason (a party's words for declining),
//	           provenance (p of spans), returns (the quotable sentence), downloads (ul), press, citation, assessment, party-filter
//	print      sheet, letter, page-break
//
// # Behaviours
//
// Each works on data attributes and is missing without harm.
//
//	counter.js   inside the field partial, when Field.Counter is set
//	autosave.js  <form data-autosave data-key="unique per document"> with an input named revision and {{template "autosave" .}}; posts the
//	             form with Accept: application/json, expects {"revision":4,"saved":"14:32"} or {"error":"…"} with 409, 401, 403 or 422.
//	             With data-rescue instead of data-autosave it posts nothing and only keeps a copy in the browser
//	copy.js      inside the copy partial
//	filter.js    <fieldset class="party-filter" data-filter="partei" hidden> of checkboxes with the party's id as value and, if wanted,
//	             <button type="button" data-filter-all>; hides every [data-party="id"] not chosen,
//	             keeps the choice in the address; <p data-filter-count data-text="{shown} von {all} …">
//	print.js     <button type="button" data-print hidden>
//	unsaved.js   any <form method="post"> with text of a staff page; <body data-typed> from Base.Typed; <form data-carries> takes
//	             along what the other forms came with
package templates

import (
	"pruefstein/internal/locale"
	"pruefstein/public"
)

// Base is what every page has; each page struct embeds it. The methods of its Printer are there in a template as .T,
// .Date, .DateTime, .ShortDate, .Time, .Number, .Bytes, .Join and .Lang.
type Base struct {
	*locale.Printer // never nil

	Title        string       // of the window; the page prints its own h1
	Description  string       // for search engines and link previews of public pages; may be empty
	Path         string       // own path without query
	AllianceName string       // as in the settings
	Home         string       // where the name in the header leads; "" is "/"
	Nav          []NavItem    // main navigation
	UserNav      []NavItem    // own account, beside the sign-out button
	Footer       []NavItem    // Impressum, Datenschutz
	OtherLangs   []NavItem    // this page in the other languages, with Lang set
	Alternates   []NavItem    // of a public page: its full addresses in all languages, with Lang set
	Canonical    string       // of a public page: its full address
	NoIndex      bool         // asks search engines to leave the page out
	Breadcrumbs  []NavItem    // the way here, without the page itself
	Notice       string       // one sentence of success, shown above the page
	Warning      string       // one sentence to heed, shown above the page
	Errors       []FieldError // what is wrong with the form, shown above the page with links
	Typed        bool         // the page answers a form: what is typed in it is not saved
	UserName     string       // of staff, or who a party's link was sent to
	SignOut      string       // where the sign-out form posts to; "" shows none
	IsDemo       bool         // shows the banner of the demonstration
	DemoPeople   string       // where a visitor of the demonstration becomes somebody else; may be empty
	DemoMailbox  string       // where the demonstration's mails can be read; may be empty
	RelRoot      string       // of publications: the way from this page to the publication's root, "./" or "../"; "" in the application
	RefNumber    string       // the request's id, shown on error pages
}

// NavItem is a link in a list of links.
type NavItem struct {
	Label   string
	Href    string
	Lang    string // language of the target if it is another, sets lang and hreflang
	Count   string // small figure or word behind the label; may be empty
	Current bool   // the page itself or the part of the site it is in
	NewTab  bool   // opens beside this page, which holds what was typed; in lists of links
}

// FieldError is a broken rule at a form field. FieldID is the id of the field to go to, "" for the form as a whole.
type FieldError struct {
	FieldID string
	Message string
	Label   string // of the field, for the summary; LabelErrors sets it
}

// AssetURL is the address of an asset, "css/site.css", as this page links to it: absolute in the application, relative
// below RelRoot in a publication, which keeps its assets in static/ under their hashed names.
func (b Base) AssetURL(name string) string {
	if b.RelRoot != "" {
		return b.RelRoot + "static/" + public.HashedName(name)
	}
	return public.URL(name)
}

// WindowTitle is the title element: an error is heard first, the alliance last.
func (b Base) WindowTitle() string {
	title := b.Title
	if b.AllianceName != "" && b.AllianceName != title {
		title += " – " + b.AllianceName
	}
	if len(b.Errors) > 0 {
		return b.Must("common.error_summary.page_title", "Title", title)
	}
	return title
}

// HomeHref is where the name in the header leads.
func (b Base) HomeHref() string {
	if b.Home == "" {
		return "/"
	}
	return b.Home
}

// ErrorAt returns the message at a field, "" if there is none; for Field.Error.
func (b Base) ErrorAt(fieldID string) string {
	for _, e := range b.Errors {
		if e.FieldID == fieldID {
			return e.Message
		}
	}
	return ""
}
