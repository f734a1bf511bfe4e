package web

import (
	"net/http"
	"strconv"

	"pruefstein/templates"
)

// FieldGroup is a part of a form under a heading of its own.
type FieldGroup struct {
	Title, Text string
	Fields      []templates.Field
}

// FormPage is a page that is one form: "form" for staff, "account" for who is about to sign in.
type FormPage struct {
	templates.Base
	Kicker, Lead   string // above and below the heading
	Tabs           *templates.Tabs
	Info           string
	Note           string // to heed, about the things below
	About          []templates.NavItem
	Before         *templates.Empty // what has to be done before
	Action, Button string           // Button "": there is no form
	Groups         []FieldGroup
	Beside         bool              // the groups stand beside each other
	Cancel         templates.NavItem // "" Href prints none
	Remove         *templates.Confirm
	More           []templates.NavItem // where else one can go
}

// FormOvertaken shows a form that came too late once more, to be sent over what is stored now; see Overtaken.
func (r *Request) FormOvertaken(typed, saved FormPage) error {
	r.Overtaken(&typed.Base, typed.Groups, saved.Groups)
	return r.Page(http.StatusConflict, "form", typed)
}

// InputOf names the input of a command's field where the page has another field of that name.
func InputOf(faults []templates.FieldError, field, input string) []templates.FieldError {
	for i := range faults {
		if faults[i].FieldID == field {
			faults[i].FieldID = input
		}
	}
	return faults
}

// TypedNumber is a number as a form shows it; 0 is an empty field.
func TypedNumber(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// LabelledField makes a form field with the messages of its label and, if there is one, its hint.
func LabelledField(b templates.Base, label, hint, name, kind, value string) templates.Field {
	f := templates.Field{Name: name, Type: kind, Label: b.Must(label), Value: value, Error: b.ErrorAt(name)}
	if b.Has(hint) {
		f.Hint = b.Must(hint)
	}
	return f
}

// HiddenField makes a hidden field.
func HiddenField(name, value string) templates.Field {
	return templates.Field{Name: name, Type: "hidden", Value: value}
}

// RequiredField marks a field that needs an entry.
func RequiredField(f templates.Field) templates.Field {
	f.Required = true
	return f
}
