package web

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/binding"
	"github.com/go-playground/validator/v10"

	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// Request is one request on its way: gin's context, who asks, and the questionnaire it is about.
type Request struct {
	*gin.Context
	server        *Server
	Language      string
	Actor         survey.Actor
	Questionnaire survey.Questionnaire // of the path or of the party; zero otherwise
	session       *session             // nil without one
	holds         bool                 // it is read in a transaction: its page is sent afterwards
	send          func() error         // makes and sends what was held
	counted       bool                 // by the limits
	denied        bool                 // to somebody with an account
	unread        bool                 // it was refused, and what was typed could not be read to give it back
}

// Printer prints in the language of the request.
func (r *Request) Printer() *locale.Printer { return locale.ForPage(r.Language) }

// WantsJSON tells whether a script asks, such as the one that saves while somebody types.
func (r *Request) WantsJSON() bool {
	return strings.HasPrefix(r.GetHeader("Accept"), "application/json")
}

// Validator's faults are named after the form field, not the Go field.
func init() {
	if engine, ok := binding.Validator.Engine().(*validator.Validate); ok {
		engine.RegisterTagNameFunc(func(f reflect.StructField) string { return f.Tag.Get("form") })
	}
}

// Bind reads the body, never the query, into a form struct: fields tagged `form:"…"`, and `binding:"…"` with
// validator's format rules. Broken rules come back as survey faults named after the form field. Who asks is judged once more.
func (r *Request) Bind(form any) error {
	return r.judged(r.fill(form))
}

// BindToWrite is Bind for a use case that writes and says nothing of its faults before: it judges itself.
func (r *Request) BindToWrite(form any) error {
	err := r.fill(form)
	if err != nil {
		return r.judged(err)
	}
	return nil
}

func (r *Request) fill(form any) error {
	if err := parseFiles(r.Request, nil); err != nil {
		return err
	}
	r.mend()
	err := binding.FormPost.Bind(r.Request, form)
	var broken validator.ValidationErrors
	if errors.As(err, &broken) {
		var faults survey.Faults
		for _, f := range broken {
			faults.Add(f.Field(), "error.validate."+f.Tag(), "Param", f.Param())
		}
		return faults.Err()
	}
	if err != nil {
		return &survey.Error{Code: codeBad, Key: "error.form", Cause: err}
	}
	return nil
}

// ReadForm reads the body of a form and hands its files on (parseFiles), and judges once more who asks.
func (r *Request) ReadForm(take takeFile) error {
	err := parseFiles(r.Request, take)
	r.mend()
	return r.judged(err)
}

// mend puts the mended text into the field whose button was pressed (partial field-notes). The form is then judged as ever and comes
// back with it, and nothing is stored: see survey.Propose.
func (r *Request) mend() {
	name := r.Request.PostForm.Get("reparieren")
	if name == "" {
		return
	}
	for i, typed := range r.Request.PostForm[name] {
		r.Request.PostForm[name][i] = survey.Mended(typed)
	}
	r.Request = r.Request.WithContext(survey.Propose(r.Request.Context(), name))
}

// judged judges once more who asks, after the body: what is shown next, with or without a save, is for nobody who has lost access
// while the body was on its way.
func (r *Request) judged(err error) error {
	if again := r.server.Alliance.Judge(r.Request.Context(), r.Actor); again != nil {
		return again
	}
	return err
}

// Faults returns the messages of an Invalid error, linked to their fields, and whether it was one: the caller then
// shows the form again with everything typed.
func (r *Request) Faults(err error) ([]templates.FieldError, bool) {
	var e *survey.Error
	if !errors.As(err, &e) || e.Code != survey.Invalid {
		return nil, false
	}
	var list []templates.FieldError
	for _, f := range e.Faults {
		list = append(list, templates.FieldError{FieldID: f.Field, Message: r.Printer().Must(f.Key, r.Readable(f.Args)...)})
	}
	if len(list) == 0 {
		list = append(list, templates.FieldError{Message: r.Printer().Must(e.Key, e.Args...)})
	}
	return list, true
}

// Readable prints the bounds among a message's arguments as people read numbers, "100.000".
func (r *Request) Readable(args []any) []any {
	args = slices.Clone(args)
	for i := 1; i < len(args); i += 2 {
		if n, ok := args[i].(int); ok && args[i-1] != "Count" {
			args[i] = r.Printer().Number(n)
		}
	}
	return args
}

// Stale tells whether a save was refused because somebody else saved first. The form is then shown again with status 409
// and overtaken's notes, so that nothing typed is lost and saving again is a decision.
func Stale(err error) bool {
	var e *survey.Error
	return errors.As(err, &e) && e.Code == survey.Conflict && e.Key == "error.stale"
}

// Refused tells how a form is shown again whose save was refused: 422 with what is wrong, 409 when somebody else saved first.
// 0: that is not it.
func (r *Request) Refused(err error) (status int, errs []templates.FieldError) {
	if errs, ok := r.Faults(err); ok {
		return http.StatusUnprocessableEntity, errs
	}
	if Stale(err) {
		return http.StatusConflict, nil
	}
	return 0, nil
}

// Overtaken prepares a form that came too late to be sent once more: typed holds what was typed, saved the same fields as
// they are stored now. Its hidden revisions become those of saved; each field that reads differently gets a message with
// what is stored, a long text the stored text below it; the page says so on top.
func (r *Request) Overtaken(page *templates.Base, typed, saved []FieldGroup) {
	var changed []string
	stored := map[string]templates.Field{}
	for _, g := range saved {
		for _, f := range g.Fields {
			stored[f.Name] = f
		}
	}
	for i := range typed {
		var fields []templates.Field
		for _, f := range typed[i].Fields {
			theirs, known := stored[f.Name]
			if f.Type == "hidden" && strings.HasSuffix(f.Name, "revision") {
				f.Value = theirs.Value
			}
			value := r.inWords(theirs)
			if f.Type == "hidden" || !known || value == r.inWords(f) {
				fields = append(fields, f)
				continue
			}
			f.Error = page.Must("error.overtaken_field", "Value", value)
			switch {
			case value == "":
				f.Error = page.Must("error.overtaken_empty")
			case f.Type == "textarea":
				f.Error = page.Must("error.overtaken_text")
			}
			changed = append(changed, f.Label)
			fields = append(fields, f)
			if f.Type == "textarea" && value != "" {
				fields = append(fields, templates.Field{Name: "saved-" + f.ElementID(), Type: "textarea", Quiet: true, Rows: f.Rows, Lang: f.Lang,
					Label: page.Must("error.overtaken_saved", "Field", f.Label), Value: value})
			}
		}
		typed[i].Fields = fields
	}
	page.Warning = page.Must("error.overtaken")
	if len(changed) > 0 {
		page.Warning += " " + page.Must("error.overtaken_fields", "Fields", strings.Join(changed, ", "))
	}
}

// inWords is what a field says: its text, or the labels of what is chosen.
func (r *Request) inWords(f templates.Field) string {
	if f.Kind() == "tick" {
		if f.Checked {
			return r.Printer().Must("common.yes")
		}
		return r.Printer().Must("common.no")
	}
	if len(f.Options) == 0 {
		text, _, _ := survey.Text(f.Value) // a browser sends CRLF
		return text
	}
	var chosen []string
	for _, o := range f.Options {
		if o.Selected || f.Type == "select" && f.Value != "" && o.Value == f.Value {
			chosen = append(chosen, o.Label)
		}
	}
	return r.Printer().Join(chosen)
}

// Page renders a page into a buffer and sends it: never half a page. The status is that of the answer.
func (r *Request) Page(status int, name string, data any) error {
	return r.answer(func() error {
		templates.LabelErrors(data)
		var buf bytes.Buffer
		if err := r.server.Engine.Render(&buf, name, data); err != nil {
			return err
		}
		page := buf.Bytes()
		if !utf8.Valid(page) { // a form gives back what came
			page = bytes.ToValidUTF8(page, []byte("\uFFFD"))
		}
		r.Header("Content-Language", r.Language)
		r.Data(status, "text/html; charset=utf-8", page)
		return nil
	})
}

// answer makes and sends an answer now, or when the transaction is over in which the request is read.
func (r *Request) answer(send func() error) error {
	if r.holds {
		r.send = send
		return nil
	}
	return send()
}

// Redirect answers a successful POST: 303 to an own path, with a notice to show there. The notice is a message key such
// as "draft.notice.saved", so that a link cannot put words into our mouth. A form whose script keeps a copy in the browser
// is told that just this press of its button was stored.
func (r *Request) Redirect(path, notice string) error {
	path, fragment, hash := strings.Cut(path, "#")
	for _, add := range [][2]string{{"ok", notice}, {"sent", r.Request.PostForm.Get("sent")}} {
		if add[1] == "" {
			continue
		}
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		path += sep + add[0] + "=" + url.QueryEscape(add[1])
	}
	if hash {
		path += "#" + fragment
	}
	return r.GoTo(path)
}

// GoTo answers 303 to an own path.
func (r *Request) GoTo(path string) error {
	return r.answer(func() error {
		r.Header("Location", path)
		r.Status(http.StatusSeeOther)
		r.Writer.WriteHeaderNow()
		return nil
	})
}

var noticeKey = regexp.MustCompile(`^[a-z]+\.notice\.[a-z0-9_]+$`)

// notice returns the sentence a redirect asked to show.
func (r *Request) notice() string {
	key := r.Request.URL.Query().Get("ok")
	if !noticeKey.MatchString(key) {
		return ""
	}
	text, err := r.Printer().T(key)
	if err != nil {
		return ""
	}
	return text
}

// QuestionNumber returns the number in the path: 1 and above, or NotFound.
func (r *Request) QuestionNumber() (int, error) {
	number, err := strconv.Atoi(r.Param("number"))
	if err != nil || number < 1 {
		return 0, survey.Fail(survey.NotFound, "error.not_found")
	}
	return number, nil
}
