package web

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// Errors that only the web knows.
var (
	errMethod   = survey.Fail(codeMethod, "error.method")
	errPanic    = survey.Fail(CodeInternal, "error.internal")
	errSignIn   = survey.Fail(survey.SignedOut, "error.sign_in")
	errNoAccess = survey.Fail(survey.SignedOut, "error.no_access")
)

// Codes of these errors.
const (
	codeMethod   survey.Code = "method"
	CodeInternal survey.Code = "internal"
	codeBad      survey.Code = "bad_request"
)

var statuses = map[survey.Code]int{
	survey.Invalid:     http.StatusUnprocessableEntity,
	survey.SignedOut:   http.StatusUnauthorized,
	survey.NotFound:    http.StatusNotFound,
	survey.Forbidden:   http.StatusForbidden,
	survey.Conflict:    http.StatusConflict,
	survey.Gone:        http.StatusGone,
	survey.TooLarge:    http.StatusRequestEntityTooLarge,
	survey.TooMany:     http.StatusTooManyRequests,
	survey.Unavailable: http.StatusServiceUnavailable,
	codeMethod:         http.StatusMethodNotAllowed,
	CodeInternal:       http.StatusInternalServerError,
	codeBad:            http.StatusBadRequest,
}

// StatusOf is the status of the answer to a refused request.
func StatusOf(code survey.Code) int { return statuses[code] }

// errorPage says what went wrong and what to do, and gives back what was typed.
type errorPage struct {
	templates.Base
	Message string
	Advice  string // what to do, when something has changed in between
	Faults  []string
	Kept    []templates.Field // texts of the form that could not be saved, to copy
	Back    templates.NavItem // what to do now
}

// fail is the one place where an error becomes an answer. The cause is logged, never shown.
func (s *Server) fail(r *Request, err error) {
	err = survey.FromDisk(err)
	var e *survey.Error
	if !errors.As(err, &e) {
		e = &survey.Error{Code: CodeInternal, Key: "error.internal", Cause: err}
	}
	status, ok := statuses[e.Code]
	if !ok {
		status = http.StatusInternalServerError
	}
	if status >= 500 {
		s.Log.Error("failed", "request", r.GetString("request"), "route", r.FullPath(), "error", err)
	}
	if e.Key == errSignIn.Key && (r.Request.Method == http.MethodGet || r.Request.Method == http.MethodHead) {
		http.Redirect(r.Writer, r.Request, "/anmelden?weiter="+url.QueryEscape(r.Request.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	if r.WantsJSON() {
		r.JSON(status, gin.H{"error": r.Printer().Must(e.Key, e.Args...), "code": e.Code})
		return
	}
	page := errorPage{Base: r.Base("error.title." + string(e.Code)), Message: r.Printer().Must(e.Key, e.Args...), Kept: typed(r)}
	page.Nav = nil // the narrow page has no room for it
	page.Back = templates.NavItem{Label: page.Must("error.back"), Href: page.HomeHref()}
	form := s.formPath(r)
	switch {
	case e.Key == errSignIn.Key:
		page.Back = templates.NavItem{Label: page.Must("error.sign_in_link"), Href: "/anmelden"}
		if form != "" {
			page.Back.Href += "?weiter=" + url.QueryEscape(form)
		}
	case form != "" && e.Key == "error.one_hand": // repeating it would not help
		page.Back = templates.NavItem{Label: page.Must("error.back_form"), Href: form}
	case form != "" && e.Key != errNoAccess.Key && e.Code == survey.Conflict:
		page.Advice = page.Must("error.conflict_advice")
		page.Back = templates.NavItem{Label: page.Must("error.back_page"), Href: form}
	case form != "" && e.Key != errNoAccess.Key:
		page.Back = templates.NavItem{Label: page.Must("error.back_form"), Href: form}
	}
	if e.Key == errNoAccess.Key && len(page.Kept) > 0 {
		page.Advice = page.Must("error.typed_below")
	}
	if r.unread {
		page.Advice = page.Must("error.unread")
	}
	page.RefNumber = r.GetString("request")
	for _, f := range e.Faults {
		page.Faults = append(page.Faults, r.Printer().Must(f.Key, f.Args...))
	}
	if err := r.Page(status, "error", page); err != nil {
		s.Log.Error("error page", "request", r.GetString("request"), "error", err)
		r.String(http.StatusInternalServerError, "Prüfstein: %s", http.StatusText(http.StatusInternalServerError))
	}
}

// serveError answers a request that has no route.
func (s *Server) serveError(err error) gin.HandlerFunc {
	return func(c *gin.Context) {
		s.fail(&Request{Context: c, server: s, Language: s.languageOf(c.Request)}, err)
	}
}

// formPath is the page whose form was sent, "" if there was none: what the browser says if it is a path of ours, else the
// path of the form itself if it can be opened. An address that holds a token is not repeated.
func (s *Server) formPath(r *Request) string {
	if r.Request.Method != http.MethodPost || strings.Contains(r.FullPath(), ":token") {
		return ""
	}
	if from, err := url.Parse(r.Request.Referer()); err == nil && from.Scheme+"://"+from.Host == s.Alliance.BaseURL && len(from.Path) > 1 {
		query := from.Query()
		query.Del("ok")
		return OwnPath((&url.URL{Path: from.Path, RawQuery: query.Encode()}).RequestURI())
	}
	for _, route := range s.routes {
		if route.Method == http.MethodGet && route.Path == r.FullPath() {
			return OwnPath(r.Request.URL.EscapedPath())
		}
	}
	return ""
}

// secretFields are never given back, whatever form they came with.
var secretFields = []string{"password", "again", "old", "code", "token"}

// machineFields were not typed by anybody.
var machineFields = []string{"id", "form", "hash", "digest", "words", "number", "undo", "user", "language", "weiter", "seen", "read", "state", "do", "act", "mark", "up", "down", "sent",
	"kind", "topic", "working_group", "asked_by", "member", "lead", "election", "level"}

// machineText is what a hidden input, a tick or a button sends under any name: an id, a hash, a yes.
var machineText = regexp.MustCompile(`^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}|true|on)$`)

// fieldLabels are where the labels of a form's fields stand, by the beginning of its route.
var fieldLabels = []struct{ path, family string }{
	{"/werkstatt/:questionnaire/fragen/", "draft.question."},
	{"/werkstatt/", "draft.settings."},
	{"/verwaltung/wahlen/:election/parteien/", "alliance.party."},
	{"/verwaltung/wahlen/", "alliance.election."},
	{"/verwaltung/buendnis", "alliance.buendnis."},
	{"/verwaltung/personen/", "alliance.personen."},
	{"/verwaltung/organisationen", "alliance.names."},
	{"/verwaltung/arbeitsgruppen", "alliance.names."},
	{"/antworten/", "transcribe.field."},
	{"/antwort/", "answer.field."},
	{"/versand/", "send.field."},
}

// fieldLabel is what the form calls a field, "" where that is not known.
func (r *Request) fieldLabel(name string) string {
	for _, f := range fieldLabels {
		if !strings.HasPrefix(r.FullPath(), f.path) {
			continue
		}
		for _, key := range []string{f.family + "field_" + name, f.family + name} {
			if !r.Printer().Has(key) {
				continue
			}
			if label, err := r.Printer().T(key); err == nil { // names are anybody's: one may hit a message that wants more
				return label
			}
		}
		break
	}
	return ""
}

// chosen says in words what was chosen in a field of statuses or positions, as a form does; what was typed stays as it is.
func (r *Request) chosen(name, text string) string {
	if name == "status" || name == "position" {
		if key := "common." + name + "." + text; r.Printer().Has(key) {
			return r.Printer().Must(key)
		}
	}
	return text
}

// typed gives back what was typed into a form that was refused as a whole, so that nothing of it is lost.
func typed(r *Request) []templates.Field {
	var fields []templates.Field
	for _, name := range slices.Sorted(maps.Keys(r.Request.PostForm)) {
		if slices.Contains(secretFields, name) || slices.Contains(machineFields, name) || strings.HasSuffix(name, "revision") {
			continue
		}
		for _, text := range r.Request.PostForm[name] {
			if text := strings.TrimSpace(text); text != "" && !machineText.MatchString(text) {
				label := r.Printer().Must("error.typed")
				if known := r.fieldLabel(name); known != "" {
					label = r.Printer().Must("error.typed_field", "Name", known)
				}
				text = r.chosen(name, text)
				fields = append(fields, templates.Field{ID: "typed-" + strconv.Itoa(len(fields)+1), Name: "typed", Type: "textarea", Quiet: true,
					Label: label, Value: text, Rows: min(1+len(text)/80+strings.Count(text, "\n"), 16)})
			}
		}
	}
	return fields
}

// Faulty counts the faults of a file or list, of which at most so many are told: the message key_more beyond them.
func Faulty(r *Request, most int, key string, n int) string {
	if n > most {
		return r.Printer().Must(key+"_more", r.Readable([]any{"Limit", most})...)
	}
	return r.Printer().Must(key, "Count", n)
}
