package alliance

import (
	"cmp"
	"net/http"

	"pruefstein/internal/alliance"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

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

// ---- first start

func (s *Room) setUpPage(r *web.Request) error {
	web.SecretPage(r)
	if _, err := s.Alliance.StaffLinkUser(r.Request.Context(), r.Param("token"), survey.LinkSetup); err != nil {
		return err
	}
	return s.renderSetUp(r, http.StatusOK, accountForm{}, nil)
}

func (s *Room) renderSetUp(r *web.Request, status int, form accountForm, errs []templates.FieldError) error {
	p := web.FormPage{Base: r.Base("alliance.account.setup.title"), Action: r.Request.URL.Path}
	p.Errors = errs
	p.Lead, p.Button = p.Must("alliance.account.setup.text"), p.Must("alliance.account.setup.button")
	p.Groups = []web.FieldGroup{{Fields: []templates.Field{
		accountField(p.Base, "alliance", "text", "organization", form.Alliance),
		accountField(p.Base, "name", "text", "name", form.Name),
		accountField(p.Base, "email", "email", "username", form.Email),
		newPassword(p.Base), accountField(p.Base, "again", "password", "new-password", ""),
	}}}
	return r.Page(status, "account", p)
}

// accountField makes a field of a form around signing in; a password is never given back.
func accountField(b templates.Base, name, kind, autocomplete, value string) templates.Field {
	f := templates.Field{Name: name, Type: kind, Label: b.Must("alliance.account." + name), Value: value, Autocomplete: autocomplete,
		Required: true, Error: b.ErrorAt(name)}
	if kind == "password" {
		f.Value = ""
	}
	return f
}

// newPassword is the field for a password to be set, with the rule it must meet.
func newPassword(b templates.Base) templates.Field {
	f := accountField(b, "password", "password", "new-password", "")
	f.Hint = b.Must("alliance.account.password_hint")
	return f
}

func (s *Room) setUp(r *web.Request) error {
	web.SecretPage(r)
	var form accountForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	user, err := s.Alliance.SetUp(r.Request.Context(), alliance.SetUp{Token: r.Param("token"), Alliance: form.Alliance, Name: form.Name,
		Email: form.Email, Password: form.Password, Again: form.Again, Language: r.Language})
	if errs, ok := r.Faults(err); ok {
		return s.renderSetUp(r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	return s.Enter(r, user, "/uebersicht", "alliance.notice.set_up")
}

// ---- sign in and out

func (s *Room) signInPage(r *web.Request) error {
	if err := s.Identify(r); err != nil {
		return err
	}
	if r.Actor.User.ID != "" { // signed in meanwhile, perhaps in another tab
		return r.Redirect(afterSignIn(r.Query("weiter")), "")
	}
	return s.renderSignIn(r, http.StatusOK, accountForm{Next: r.Query("weiter")}, nil)
}

func (s *Room) renderSignIn(r *web.Request, status int, form accountForm, errs []templates.FieldError) error {
	p := web.FormPage{Base: r.Base("alliance.account.sign_in.title"), Action: "/anmelden"}
	p.Errors, p.Button = errs, p.Must("common.button.sign_in")
	p.Lead = p.Must("alliance.account.sign_in.text")
	p.Groups = []web.FieldGroup{{Fields: []templates.Field{
		{Name: "weiter", Type: "hidden", Value: web.OwnPath(form.Next)},
		accountField(p.Base, "email", "email", "username", form.Email),
		accountField(p.Base, "password", "password", "current-password", ""),
	}}}
	p.More = []templates.NavItem{{Label: p.Must("alliance.account.forgot.link"), Href: "/passwort"}}
	return r.Page(status, "account", p)
}

func (s *Room) signIn(r *web.Request) error {
	var form accountForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	user, err := s.Alliance.SignIn(r.Request.Context(), form.Email, form.Password)
	if errs, ok := r.Faults(err); ok {
		return s.renderSignIn(r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	return s.Enter(r, user, afterSignIn(form.Next), "")
}

// afterSignIn is where a person who has signed in came for.
func afterSignIn(wanted string) string {
	return cmp.Or(web.OwnPath(wanted), "/uebersicht")
}

func (s *Room) signOut(r *web.Request) error {
	if err := s.Leave(r); err != nil {
		return err
	}
	return r.Redirect("/anmelden", "alliance.notice.signed_out")
}

// ---- invitation and reset: opening the link changes nothing

func (s *Room) invitationPage(r *web.Request) error {
	return s.passwordPage(r, http.StatusOK, survey.LinkInvitation, accountForm{}, nil)
}

func (s *Room) resetPage(r *web.Request) error {
	return s.passwordPage(r, http.StatusOK, survey.LinkReset, accountForm{}, nil)
}

func (s *Room) passwordPage(r *web.Request, status int, purpose survey.StaffLinkKind, form accountForm, errs []templates.FieldError) error {
	web.SecretPage(r)
	user, err := s.Alliance.StaffLinkUser(r.Request.Context(), r.Param("token"), purpose)
	if err != nil {
		return err
	}
	key := "alliance.account." + string(purpose)
	p := web.FormPage{Base: r.Base(key + ".title"), Action: r.Request.URL.Path}
	p.Errors, p.Button = errs, p.Must(key+".button")
	p.Lead = p.Must(key+".text", "Email", user.Email, "Alliance", p.AllianceName)
	var fields []templates.Field
	if purpose == survey.LinkInvitation {
		name := form.Name
		if name == "" && errs == nil {
			name = user.Name
		}
		fields = append(fields, accountField(p.Base, "name", "text", "name", name))
	}
	p.Groups = []web.FieldGroup{{Fields: append(fields, newPassword(p.Base), accountField(p.Base, "again", "password", "new-password", ""))}}
	return r.Page(status, "account", p)
}

func (s *Room) acceptInvitation(r *web.Request) error { return s.setPassword(r, survey.LinkInvitation) }

func (s *Room) reset(r *web.Request) error { return s.setPassword(r, survey.LinkReset) }

func (s *Room) setPassword(r *web.Request, purpose survey.StaffLinkKind) error {
	web.SecretPage(r)
	var form accountForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	cmd := alliance.NewPassword{Token: r.Param("token"), Name: form.Name, Password: form.Password, Again: form.Again}
	set := s.Alliance.ResetPassword
	if purpose == survey.LinkInvitation {
		set = s.Alliance.AcceptInvitation
	}
	user, err := set(r.Request.Context(), cmd)
	if errs, ok := r.Faults(err); ok {
		return s.passwordPage(r, http.StatusUnprocessableEntity, purpose, form, errs)
	}
	if err != nil {
		return err
	}
	return s.Enter(r, user, "/uebersicht", "alliance.notice.password_set")
}

func (s *Room) forgotPage(r *web.Request) error {
	return s.renderForgot(r, http.StatusOK, accountForm{}, nil)
}

func (s *Room) renderForgot(r *web.Request, status int, form accountForm, errs []templates.FieldError) error {
	p := web.FormPage{Base: r.Base("alliance.account.forgot.title"), Action: "/passwort"}
	p.Errors, p.Button = errs, p.Must("alliance.account.forgot.button")
	p.Lead = p.Must("alliance.account.forgot.text")
	p.Groups = []web.FieldGroup{{Fields: []templates.Field{accountField(p.Base, "email", "email", "username", form.Email)}}}
	if !s.Alliance.MailReady {
		p.Lead, p.Button = p.Must("alliance.account.forgot.no_mail"), ""
		p.More = []templates.NavItem{{Label: p.Must("error.sign_in_link"), Href: "/anmelden"}}
	}
	return r.Page(status, "account", p)
}

func (s *Room) forgot(r *web.Request) error {
	if !s.Alliance.MailReady {
		return s.renderForgot(r, http.StatusConflict, accountForm{}, nil) // no mail would bring the link
	}
	var form accountForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	err := s.Alliance.RequestReset(r.Request.Context(), form.Email)
	if errs, ok := r.Faults(err); ok {
		return s.renderForgot(r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect("/anmelden", "alliance.notice.reset_sent")
}

// ---- own account

func (s *Room) accountPage(r *web.Request) error {
	user := r.Actor.User
	return s.renderAccount(r, http.StatusOK, accountForm{Name: user.Name, Language: user.Language}, nil)
}

func (s *Room) renderAccount(r *web.Request, status int, form accountForm, errs []templates.FieldError) error {
	p := web.FormPage{Base: r.Base("alliance.account.own.title"), Action: "/konto"}
	p.Errors, p.Button = errs, p.Must("common.button.save")
	p.Lead = p.Must("alliance.account.own.text", "Email", r.Actor.User.Email)
	language := templates.Field{Name: "language", Type: "radio", Label: p.Must("alliance.account.language"), Inline: true, Required: true, Error: p.ErrorAt("language")}
	for _, lang := range locale.Languages {
		language.Options = append(language.Options, templates.Option{Value: lang, Label: locale.Names[lang], Selected: lang == form.Language})
	}
	old, password, again := accountField(p.Base, "old", "password", "current-password", ""), newPassword(p.Base), accountField(p.Base, "again", "password", "new-password", "")
	password.Label = p.Must("alliance.account.new")
	for _, f := range []*templates.Field{&old, &password, &again} {
		f.Required, f.Quiet = false, true
	}
	p.Groups = []web.FieldGroup{
		{Fields: []templates.Field{accountField(p.Base, "name", "text", "name", form.Name), language}},
		{Title: p.Must("alliance.account.change"), Text: p.Must("alliance.account.change_text"), Fields: []templates.Field{old, password, again}},
	}
	return r.Page(status, "form", p)
}

func (s *Room) saveAccount(r *web.Request) error {
	var form accountForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	user, err := s.Alliance.SaveAccount(r.Request.Context(), r.Actor, alliance.SaveAccount{Name: form.Name, Language: form.Language,
		Old: form.Old, Password: form.Password, Again: form.Again})
	if errs, ok := r.Faults(err); ok {
		return s.renderAccount(r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	s.SetLanguage(r, user.Language)
	if user.SessionValue() == r.Actor.User.SessionValue() { // no new password, so the session goes on
		return r.Redirect("/konto", "alliance.notice.account_saved")
	}
	return s.Enter(r, user, "/konto", "alliance.notice.password_changed")
}

// chooseLanguage keeps the language of staff and parties in a cookie. Readers' languages are in their addresses.
func (s *Room) chooseLanguage(r *web.Request) error {
	next := web.OwnPath(r.Query("weiter"))
	if next == "" {
		next = "/"
	}
	if !locale.Known(r.Param("language")) {
		return survey.Fail(survey.NotFound, "error.not_found")
	}
	s.SetLanguage(r, r.Param("language"))
	return r.Redirect(next, "")
}
