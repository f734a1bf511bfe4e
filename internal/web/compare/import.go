package compare

import (
	"errors"
	"io"
	"net/http"

	"pruefstein/internal/interchange"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// ImportBody leaves room for the largest file of the interchange format and the form around it.
const ImportBody = interchange.MaxBytes + 1<<20

// importPage takes a questionnaire as a file; its faults are listed with their place.
type importPage struct {
	templates.Base
	Field  templates.Field
	Update templates.Field
	Faults []importFault
	More   string // there are faults beyond those listed
}

type importFault struct{ Path, Message string }

func (s *Room) importPage(r *web.Request) error {
	return s.renderImport(r, http.StatusOK, false, "", nil)
}

// renderImport shows the form; what is wrong with the file as a whole stands at its field.
func (s *Room) renderImport(r *web.Request, status int, update bool, wrong string, faults interchange.Faults) error {
	p := importPage{Base: web.AdminBase(r, "compare.import.title")}
	for i, f := range faults {
		message := p.Must(f.Key, r.Readable(f.Args)...)
		if i == interchange.MaxFaults {
			p.More = message
			break
		}
		p.Faults = append(p.Faults, importFault{Path: f.Path, Message: message})
	}
	if len(faults) > 0 && wrong == "" {
		wrong = web.Faulty(r, interchange.MaxFaults, "compare.import.faulty", len(faults))
	}
	if wrong != "" {
		p.Errors = []templates.FieldError{{FieldID: "file", Message: wrong}}
	}
	p.Field = templates.Field{Name: "file", Type: "file", Accept: ".json,application/json", Required: true,
		Label: p.Must("compare.import.file"), Hint: p.Must("compare.import.hint"), Error: p.ErrorAt("file")}
	p.Update = templates.Field{Name: "update", Type: "checkbox", Value: "1", Label: p.Must("compare.import.update"), Hint: p.Must("compare.import.update_hint"), Checked: update}
	return r.Page(status, "compare/import", p)
}

func (s *Room) importFile(r *web.Request) error {
	var file interchange.File
	none := true
	err := r.ReadForm(func(field, _ string, content io.Reader) (err error) {
		if field == "file" {
			none = false
			file, err = interchange.Read(content)
		}
		return err
	})
	update := r.Request.PostForm.Get("update") != ""
	if none && err == nil {
		return s.renderImport(r, http.StatusUnprocessableEntity, update, r.Printer().Must("compare.import.none"), nil)
	}
	var faults interchange.Faults
	if errors.As(err, &faults) {
		return s.renderImport(r, http.StatusUnprocessableEntity, update, "", faults)
	}
	if err != nil {
		return err
	}
	if update {
		return s.updateImport(r, file)
	}
	slug, err := s.Compare.Import(r.Request.Context(), r.Actor, interchange.ToImport(file))
	if survey.CodeOf(err) == survey.Conflict {
		return s.renderImport(r, http.StatusConflict, false, r.Printer().Must("compare.import.taken", "Slug", file.Questionnaire.Slug), nil)
	}
	if err != nil {
		return err
	}
	notice := "compare.notice.imported"
	if count, _ := interchange.Unseen(file); count > 0 {
		notice = "compare.notice.imported_unseen"
	}
	return r.Redirect("/veroeffentlichen/"+string(slug), notice)
}

// updateImport adds to an import what is new in a file. What is published then is decided on the page of the publication.
func (s *Room) updateImport(r *web.Request, file interchange.File) error {
	done, err := s.Compare.UpdateImport(r.Request.Context(), r.Actor, interchange.ToImport(file))
	if survey.IsNotFound(err) {
		return s.renderImport(r, http.StatusUnprocessableEntity, true, r.Printer().Must("compare.import.unknown", "Slug", survey.Shown(file.Questionnaire.Slug)), nil)
	}
	if e := new(survey.Error); errors.As(err, &e) && e.Code == survey.Conflict {
		var faults interchange.Faults
		for _, f := range e.Faults {
			faults = append(faults, interchange.Fault{Path: f.Field, Key: f.Key, Args: f.Args})
		}
		return s.renderImport(r, http.StatusConflict, true, r.Printer().Must(e.Key, r.Readable(e.Args)...), faults)
	}
	if err != nil {
		return err
	}
	notice := "compare.notice.import_updated"
	if !done.New() {
		notice = "compare.notice.import_nothing_new"
	}
	count, _ := interchange.Unseen(file)
	switch {
	case len(done.Kept) > 0:
		notice += "_kept"
	case count > 0 && done.New():
		notice += "_unseen"
	}
	return r.Redirect("/veroeffentlichen/"+string(done.Slug), notice)
}
