package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"pruefstein/internal/interchange"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// importPage takes a questionnaire as a file; its faults are listed with their place.
type importPage struct {
	templates.Base
	Field  templates.Field
	Faults []importFault
	More   string // there are faults beyond those listed
}

type importFault struct{ Path, Message string }

func (s *Server) importPage(r *request) error { return s.renderImport(r, http.StatusOK, "", nil) }

// renderImport shows the form; what is wrong with the file as a whole stands at its field.
func (s *Server) renderImport(r *request, status int, wrong string, faults interchange.Faults) error {
	p := importPage{Base: r.adminBase("admin.import.title")}
	for i, f := range faults {
		message := p.Must(f.Key, r.readable(f.Args)...)
		if i == interchange.MaxFaults {
			p.More = message
			break
		}
		p.Faults = append(p.Faults, importFault{Path: f.Path, Message: message})
	}
	if len(faults) > 0 {
		wrong = r.faulty("admin.import.faulty", len(faults))
	}
	if wrong != "" {
		p.Errors = []templates.FieldError{{FieldID: "file", Message: wrong}}
	}
	p.Field = templates.Field{Name: "file", Type: "file", Accept: ".json,application/json", Required: true,
		Label: p.Must("admin.import.file"), Hint: p.Must("admin.import.hint"), Error: p.ErrorAt("file")}
	return r.page(status, "admin/import", p)
}

// faulty counts the faults of a file or list, of which at most interchange.MaxFaults are told.
func (r *request) faulty(key string, n int) string {
	if n > interchange.MaxFaults {
		return r.printer().Must(key+"_more", r.readable([]any{"Limit", interchange.MaxFaults})...)
	}
	return r.printer().Must(key, "Count", n)
}

func (s *Server) importFile(r *request) error {
	var file interchange.File
	none := true
	err := r.readForm(func(field, _ string, content io.Reader) (err error) {
		if field == "file" {
			none = false
			file, err = interchange.Read(content)
		}
		return err
	})
	if none && err == nil {
		return s.renderImport(r, http.StatusUnprocessableEntity, r.printer().Must("admin.import.none"), nil)
	}
	var faults interchange.Faults
	if errors.As(err, &faults) {
		return s.renderImport(r, http.StatusUnprocessableEntity, "", faults)
	}
	if err != nil {
		return err
	}
	slug, err := s.Service.Compare.Import(r.Request.Context(), r.Actor, interchange.ToImport(file))
	if survey.CodeOf(err) == survey.Conflict {
		return s.renderImport(r, http.StatusConflict, r.printer().Must("admin.import.taken", "Slug", file.Questionnaire.Slug), nil)
	}
	if err != nil {
		return err
	}
	return r.redirect("/veroeffentlichen/"+slug, "admin.notice.imported")
}

// backupPage offers a checked copy and a check.
type backupPage struct {
	templates.Base
	Checked bool
	Faults  []string
}

func (s *Server) backupPage(r *request) error {
	return r.page(http.StatusOK, "admin/backup", backupPage{Base: r.adminBase("admin.sicherung.title")})
}

// downloadBackup sends a copy that was reopened and checked before its first byte leaves.
func (s *Server) downloadBackup(r *request) error {
	name := "pruefstein-" + localTime(s.now()).Format("2006-01-02-1504") + ".db"
	if err := s.Service.Alliance.NoteBackup(r.Request.Context(), r.Actor); err != nil {
		return err
	}
	backup, size, err := s.Admin.Backup(r.Request.Context())
	if err != nil {
		return err
	}
	defer backup.Close()
	return r.download(attachment{name, "application/octet-stream", size}, func(w io.Writer) error {
		_, err := io.Copy(w, backup)
		return err
	})
}

func (s *Server) runCheck(r *request) error {
	faults, err := s.Admin.Check(r.Request.Context())
	if err != nil {
		return err
	}
	return r.page(http.StatusOK, "admin/backup", backupPage{Base: r.adminBase("admin.sicherung.title"), Checked: true, Faults: faults})
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

func (s *Server) mailTestPage(r *request) error {
	return s.renderMailTest(r, http.StatusOK, mailTestForm{To: r.Actor.User.Email}, nil, nil, nil)
}

func (s *Server) renderMailTest(r *request, status int, form mailTestForm, errs []templates.FieldError, dialogue []string, failed error) error {
	p := mailTestPage{Base: r.adminBase("admin.mailtest.title"), Ready: s.Admin.TestMail != nil}
	p.Errors, p.Typed = errs, len(errs) > 0
	p.Field = templates.Field{Name: "to", Type: "email", Label: p.Must("admin.mailtest.to"), Value: form.To, Required: true, Error: p.ErrorAt("to")}
	p.Lead = p.Must("admin.mailtest.lead")
	if s.Demo != nil {
		p.Lead = p.Must("admin.mailtest.lead_demo")
	}
	var lines bytes.Buffer
	for _, line := range dialogue {
		lines.WriteString(line + "\n")
	}
	p.Dialogue = lines.String()
	var late interface{ Timeout() bool }
	switch {
	case errors.As(failed, &late) && late.Timeout():
		p.Failed = p.Must("admin.mailtest.silent")
	case failed != nil:
		p.Failed = p.Must("admin.mailtest.failed")
	case len(dialogue) > 0 && s.Demo != nil: // there was no conversation
		p.Dialogue, p.Notice, p.Mailbox = "", p.Must("admin.mailtest.in_mailbox"), "/demo/postfach"
	case len(dialogue) > 0:
		p.Notice = p.Must("admin.mailtest.sent")
	}
	return r.page(status, "admin/mailtest", p)
}

func (s *Server) mailTest(r *request) error {
	var form mailTestForm
	err := r.bind(&form)
	if errs, ok := r.faults(err); ok {
		return s.renderMailTest(r, http.StatusUnprocessableEntity, form, errs, nil, nil)
	}
	if err != nil {
		return err
	}
	if s.Admin.TestMail == nil {
		return s.renderMailTest(r, http.StatusConflict, form, nil, nil, nil)
	}
	if err := s.Service.Alliance.NoteTestMail(r.Request.Context(), r.Actor); err != nil {
		return err
	}
	dialogue, err := s.Admin.TestMail(r.Request.Context(), form.To)
	return s.renderMailTest(r, http.StatusOK, form, nil, dialogue, err)
}
