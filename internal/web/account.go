package web

import (
	"cmp"
	"net/http"

	"pruefstein/internal/alliance"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// accountPage is any of the small forms around signing in: heading, a sentence, fields, one button.
type accountPage struct {
	templates.Base
	Heading string
	Text    string
	Action  string
	Fields  []templates.Field
	Button  string
	More    []templates.NavItem
}

// accountForm is every field such a form can have.
type accountForm struct {
	Alliance string `form:"alliance"`
	Name     string `form:"name"`
	Email    string `form:"email"`
	Language string `form:"language"`
	Old      string `form:"old"`
	Password string `form:"password"`
	Again    string `form:"again"`
	Next     string `form:"weiter"`
}

// field makes a field of such a form; a password is never given back.
func (p accountPage) field(name, kind, autocomplete, value string) templates.Field {
	f := templates.Field{Name: name, Type: kind, Label: p.Must("admin.account." + name), Value: value, Autocomplete: autocomplete,
		Required: true, Error: p.ErrorAt(name)}
	if kind == "password" {
		f.Value = ""
	}
	return f
}

// secretPage keeps an address with a token in it from leaving in a Referer. Not "no-referrer": with it browsers send a form
// with "Origin: null" (Fetch standard, "append a request Origin header"), which is refused where Sec-Fetch-Site is unknown.
func secretPage(r *request) { r.Header("Referrer-Policy", "strict-origin") }

// ---- first start

func (s *Server) setUpPage(r *request) error {
	secretPage(r)
	if _, err := s.Service.Alliance.StaffLinkUser(r.Request.Context(), r.Param("token"), survey.LinkSetup); err != nil {
		return err
	}
	return s.renderSetUp(r, http.StatusOK, accountForm{}, nil)
}

func (s *Server) renderSetUp(r *request, status int, form accountForm, errs []templates.FieldError) error {
	p := accountPage{Base: r.base("admin.account.setup.title"), Action: r.Request.URL.Path}
	p.Errors, p.Heading = errs, p.Title
	p.Text, p.Button = p.Must("admin.account.setup.text"), p.Must("admin.account.setup.button")
	p.Fields = []templates.Field{
		p.field("alliance", "text", "organization", form.Alliance),
		p.field("name", "text", "name", form.Name),
		p.field("email", "email", "username", form.Email),
		p.newPassword(), p.field("again", "password", "new-password", ""),
	}
	return r.page(status, "account", p)
}

// newPassword is the field for a password to be set, with the rule it must meet.
func (p accountPage) newPassword() templates.Field {
	f := p.field("password", "password", "new-password", "")
	f.Hint = p.Must("admin.account.password_hint")
	return f
}

func (s *Server) setUp(r *request) error {
	secretPage(r)
	var form accountForm
	if err := r.bind(&form); err != nil {
		return err
	}
	user, err := s.Service.Alliance.SetUp(r.Request.Context(), alliance.SetUp{Token: r.Param("token"), Alliance: form.Alliance, Name: form.Name,
		Email: form.Email, Password: form.Password, Again: form.Again, Language: r.language})
	if errs, ok := r.faults(err); ok {
		return s.renderSetUp(r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	return s.enter(r, user, "/uebersicht", "admin.notice.set_up")
}

// enter opens the session of a person who has just proved who they are.
func (s *Server) enter(r *request, user survey.User, path, notice string) error {
	if err := s.sessions.open(r, s.sessions.staff, sessionUser, user.SessionValue()); err != nil {
		return err
	}
	if locale.Known(user.Language) && user.Language != r.language {
		s.setLanguage(r, user.Language)
	}
	return r.redirect(path, notice)
}

// ---- sign in and out

func (s *Server) signInPage(r *request) error {
	if err := s.sessions.identify(r, false); err != nil {
		return err
	}
	if r.Actor.User.ID != "" { // signed in meanwhile, perhaps in another tab
		return r.redirect(afterSignIn(r.Query("weiter")), "")
	}
	return s.renderSignIn(r, http.StatusOK, accountForm{Next: r.Query("weiter")}, nil)
}

func (s *Server) renderSignIn(r *request, status int, form accountForm, errs []templates.FieldError) error {
	p := accountPage{Base: r.base("admin.account.sign_in.title"), Action: "/anmelden"}
	p.Errors, p.Heading, p.Button = errs, p.Title, p.Must("common.button.sign_in")
	p.Text = p.Must("admin.account.sign_in.text")
	p.Fields = []templates.Field{
		{Name: "weiter", Type: "hidden", Value: ownPath(form.Next)},
		p.field("email", "email", "username", form.Email),
		p.field("password", "password", "current-password", ""),
	}
	p.More = []templates.NavItem{{Label: p.Must("admin.account.forgot.link"), Href: "/passwort"}}
	return r.page(status, "account", p)
}

func (s *Server) signIn(r *request) error {
	var form accountForm
	if err := r.bind(&form); err != nil {
		return err
	}
	user, err := s.Service.Alliance.SignIn(r.Request.Context(), form.Email, form.Password)
	if errs, ok := r.faults(err); ok {
		return s.renderSignIn(r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	return s.enter(r, user, afterSignIn(form.Next), "")
}

// afterSignIn is where a person who has signed in came for.
func afterSignIn(wanted string) string {
	return cmp.Or(ownPath(wanted), "/uebersicht")
}

func (s *Server) signOut(r *request) error {
	if err := r.session.close(r); err != nil {
		return err
	}
	return r.redirect("/anmelden", "admin.notice.signed_out")
}

// ---- invitation and reset: opening the link changes nothing

func (s *Server) invitationPage(r *request) error {
	return s.passwordPage(r, http.StatusOK, survey.LinkInvitation, accountForm{}, nil)
}

func (s *Server) resetPage(r *request) error {
	return s.passwordPage(r, http.StatusOK, survey.LinkReset, accountForm{}, nil)
}

func (s *Server) passwordPage(r *request, status int, purpose survey.StaffLinkKind, form accountForm, errs []templates.FieldError) error {
	secretPage(r)
	user, err := s.Service.Alliance.StaffLinkUser(r.Request.Context(), r.Param("token"), purpose)
	if err != nil {
		return err
	}
	key := "admin.account." + string(purpose)
	p := accountPage{Base: r.base(key + ".title"), Action: r.Request.URL.Path}
	p.Errors, p.Heading, p.Button = errs, p.Title, p.Must(key+".button")
	p.Text = p.Must(key+".text", "Email", user.Email, "Alliance", p.AllianceName)
	if purpose == survey.LinkInvitation {
		name := form.Name
		if name == "" && errs == nil {
			name = user.Name
		}
		p.Fields = append(p.Fields, p.field("name", "text", "name", name))
	}
	p.Fields = append(p.Fields, p.newPassword(), p.field("again", "password", "new-password", ""))
	return r.page(status, "account", p)
}

func (s *Server) acceptInvitation(r *request) error { return s.setPassword(r, survey.LinkInvitation) }

func (s *Server) reset(r *request) error { return s.setPassword(r, survey.LinkReset) }

func (s *Server) setPassword(r *request, purpose survey.StaffLinkKind) error {
	secretPage(r)
	var form accountForm
	if err := r.bind(&form); err != nil {
		return err
	}
	cmd := alliance.NewPassword{Token: r.Param("token"), Name: form.Name, Password: form.Password, Again: form.Again}
	set := s.Service.Alliance.ResetPassword
	if purpose == survey.LinkInvitation {
		set = s.Service.Alliance.AcceptInvitation
	}
	user, err := set(r.Request.Context(), cmd)
	if errs, ok := r.faults(err); ok {
		return s.passwordPage(r, http.StatusUnprocessableEntity, purpose, form, errs)
	}
	if err != nil {
		return err
	}
	return s.enter(r, user, "/uebersicht", "admin.notice.password_set")
}

func (s *Server) forgotPage(r *request) error {
	return s.renderForgot(r, http.StatusOK, accountForm{}, nil)
}

func (s *Server) renderForgot(r *request, status int, form accountForm, errs []templates.FieldError) error {
	p := accountPage{Base: r.base("admin.account.forgot.title"), Action: "/passwort"}
	p.Errors, p.Heading, p.Button = errs, p.Title, p.Must("admin.account.forgot.button")
	p.Text = p.Must("admin.account.forgot.text")
	p.Fields = []templates.Field{p.field("email", "email", "username", form.Email)}
	if !s.Service.MailReady {
		p.Text, p.Fields, p.Button = p.Must("admin.account.forgot.no_mail"), nil, ""
		p.More = []templates.NavItem{{Label: p.Must("error.sign_in_link"), Href: "/anmelden"}}
	}
	return r.page(status, "account", p)
}

func (s *Server) forgot(r *request) error {
	if !s.Service.MailReady {
		return s.renderForgot(r, http.StatusConflict, accountForm{}, nil) // no mail would bring the link
	}
	var form accountForm
	if err := r.bind(&form); err != nil {
		return err
	}
	err := s.Service.Alliance.RequestReset(r.Request.Context(), form.Email)
	if errs, ok := r.faults(err); ok {
		return s.renderForgot(r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	return r.redirect("/anmelden", "admin.notice.reset_sent")
}

// ---- own account

func (s *Server) accountPage(r *request) error {
	user := r.Actor.User
	return s.renderAccount(r, http.StatusOK, accountForm{Name: user.Name, Language: user.Language}, nil)
}

func (s *Server) renderAccount(r *request, status int, form accountForm, errs []templates.FieldError) error {
	p := formPage{Base: r.base("admin.account.own.title"), Action: "/konto"}
	p.Errors, p.Button = errs, p.Must("common.button.save")
	p.Lead = p.Must("admin.account.own.text", "Email", r.Actor.User.Email)
	language := templates.Field{Name: "language", Type: "radio", Label: p.Must("admin.account.language"), Inline: true, Required: true, Error: p.ErrorAt("language")}
	for _, lang := range locale.Languages {
		language.Options = append(language.Options, templates.Option{Value: lang, Label: locale.Names[lang], Selected: lang == form.Language})
	}
	a := accountPage{Base: p.Base}
	old, password, again := a.field("old", "password", "current-password", ""), a.newPassword(), a.field("again", "password", "new-password", "")
	password.Label = p.Must("admin.account.new")
	for _, f := range []*templates.Field{&old, &password, &again} {
		f.Required, f.Quiet = false, true
	}
	p.Groups = []fieldGroup{
		{Fields: []templates.Field{a.field("name", "text", "name", form.Name), language}},
		{Title: p.Must("admin.account.change"), Text: p.Must("admin.account.change_text"), Fields: []templates.Field{old, password, again}},
	}
	return r.page(status, "admin/form", p)
}

func (s *Server) saveAccount(r *request) error {
	var form accountForm
	if err := r.bind(&form); err != nil {
		return err
	}
	user, err := s.Service.Alliance.SaveAccount(r.Request.Context(), r.Actor, alliance.SaveAccount{Name: form.Name, Language: form.Language,
		Old: form.Old, Password: form.Password, Again: form.Again})
	if errs, ok := r.faults(err); ok {
		return s.renderAccount(r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	s.setLanguage(r, user.Language)
	if user.SessionValue() == r.Actor.User.SessionValue() { // no new password, so the session goes on
		return r.redirect("/konto", "admin.notice.account_saved")
	}
	return s.enter(r, user, "/konto", "admin.notice.password_changed")
}

// chooseLanguage keeps the language of staff and parties in a cookie. Readers' languages are in their addresses.
func (s *Server) chooseLanguage(r *request) error {
	next := ownPath(r.Query("weiter"))
	if next == "" {
		next = "/"
	}
	if !locale.Known(r.Param("language")) {
		return survey.Fail(survey.NotFound, "error.not_found")
	}
	s.setLanguage(r, r.Param("language"))
	return r.redirect(next, "")
}

func (s *Server) setLanguage(r *request, lang string) {
	http.SetCookie(r.Writer, &http.Cookie{Name: languageCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true,
		Secure: s.secure, SameSite: http.SameSiteLaxMode})
}
