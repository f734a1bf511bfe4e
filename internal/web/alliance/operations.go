package alliance

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"pruefstein/internal/web"
	"pruefstein/templates"
)

// backupPage offers a checked copy and a check.
type backupPage struct {
	templates.Base
	Checked bool
	Faults  []string
}

func (s *Room) backupPage(r *web.Request) error {
	return r.Page(http.StatusOK, "alliance/backup", backupPage{Base: web.AdminBase(r, "alliance.sicherung.title")})
}

// downloadBackup sends a copy that was reopened and checked before its first byte leaves.
func (s *Room) downloadBackup(r *web.Request) error {
	name := "pruefstein-" + web.LocalTime(s.Now()).Format("2006-01-02-1504") + ".db"
	if err := s.Alliance.NoteBackup(r.Request.Context(), r.Actor); err != nil {
		return err
	}
	backup, size, err := s.Admin.Backup(r.Request.Context())
	if err != nil {
		return err
	}
	defer backup.Close()
	return r.Download(web.Attachment{Name: name, Type: "application/octet-stream", Size: size}, func(w io.Writer) error {
		_, err := io.Copy(w, backup)
		return err
	})
}

func (s *Room) runCheck(r *web.Request) error {
	faults, err := s.Admin.Check(r.Request.Context())
	if err != nil {
		return err
	}
	return r.Page(http.StatusOK, "alliance/backup", backupPage{Base: web.AdminBase(r, "alliance.sicherung.title"), Checked: true, Faults: faults})
}

// mailTestPage sends one mail and shows what the mail server said.
type mailTestPage struct {
	templates.Base
	Ready    bool // a mail server is configured
	Field    templates.Field
	Dialogue string
	Failed   string
	Lead     string
	Mailbox  string // of the demonstration, where the mail lies
}

type mailTestForm struct {
	To string `form:"to" binding:"required,email"`
}

func (s *Room) mailTestPage(r *web.Request) error {
	return s.renderMailTest(r, http.StatusOK, mailTestForm{To: r.Actor.User.Email}, nil, nil, nil)
}

func (s *Room) renderMailTest(r *web.Request, status int, form mailTestForm, errs []templates.FieldError, dialogue []string, failed error) error {
	p := mailTestPage{Base: web.AdminBase(r, "alliance.mailtest.title"), Ready: s.Admin.TestMail != nil}
	p.Errors, p.Typed = errs, len(errs) > 0
	p.Field = templates.Field{Name: "to", Type: "email", Label: p.Must("alliance.mailtest.to"), Value: form.To, Required: true, Error: p.ErrorAt("to")}
	p.Lead = p.Must("alliance.mailtest.lead")
	if s.IsDemo {
		p.Lead = p.Must("alliance.mailtest.lead_demo")
	}
	var lines bytes.Buffer
	for _, line := range dialogue {
		lines.WriteString(line + "\n")
	}
	p.Dialogue = lines.String()
	var late interface{ Timeout() bool }
	switch {
	case errors.As(failed, &late) && late.Timeout():
		p.Failed = p.Must("alliance.mailtest.silent")
	case failed != nil:
		p.Failed = p.Must("alliance.mailtest.failed")
	case len(dialogue) > 0 && s.IsDemo: // there was no conversation
		p.Dialogue, p.Notice, p.Mailbox = "", p.Must("alliance.mailtest.in_mailbox"), "/demo/postfach"
	case len(dialogue) > 0:
		p.Notice = p.Must("alliance.mailtest.sent")
	}
	return r.Page(status, "alliance/mailtest", p)
}

func (s *Room) mailTest(r *web.Request) error {
	var form mailTestForm
	err := r.Bind(&form)
	if errs, ok := r.Faults(err); ok {
		return s.renderMailTest(r, http.StatusUnprocessableEntity, form, errs, nil, nil)
	}
	if err != nil {
		return err
	}
	if s.Admin.TestMail == nil {
		return s.renderMailTest(r, http.StatusConflict, form, nil, nil, nil)
	}
	if err := s.Alliance.NoteTestMail(r.Request.Context(), r.Actor); err != nil {
		return err
	}
	dialogue, err := s.Admin.TestMail(r.Request.Context(), form.To)
	return s.renderMailTest(r, http.StatusOK, form, nil, dialogue, err)
}

// Operations are what the administrator's pages do beyond the domain; the composition root provides them.
type Operations struct {
	Backup   func(ctx context.Context) (io.ReadCloser, int64, error)             // a checked copy of the database, and its size in bytes
	TestMail func(ctx context.Context, to string) (dialogue []string, err error) // sends one mail, returns what the server said
	Check    func(ctx context.Context) ([]string, error)                         // the faults `pruefstein check` finds
}
